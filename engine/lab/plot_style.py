"""How the charts of the lab look: readable in print and to colour-blind eyes, without anything that tells nothing.

Figures are made without pyplot, so that any thread may draw. Colours are those of Okabe and Ito, "Color Universal
Design" (2008).
"""

from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"


@dataclass(frozen=True)
class PlotStyle:
    """Colours of everything but the data's meaning.

    Attributes:
        paper: behind it.
        ink: of what is read.
        dim: of axes and of what stands back.
        main: of what the chart is about.
        second: of what it is held against.
        good: of gains.
        bad: of losses.
    """

    paper: str
    ink: str
    dim: str
    main: str
    second: str
    good: str
    bad: str


PRINT = PlotStyle("#ffffff", "#1d2024", "#6b727b", BLUE, VERMILION, BLUE, VERMILION)
DARK = PlotStyle("#1f2226", "#e8eaed", "#8b9199", SKY, ORANGE, SKY, ORANGE)
BASE_SIZE = 8.5


def figure(style: PlotStyle, width_in: float, height_in: float) -> tuple[Figure, Axes]:
    """An empty chart of this size in inches: no box, two thin axes."""
    drawn = Figure((width_in, height_in), layout="constrained", facecolor=style.paper)
    FigureCanvasAgg(drawn)
    axes = drawn.add_subplot(facecolor=style.paper)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(style.dim)
    axes.tick_params(colors=style.dim, labelcolor=style.ink, labelsize=BASE_SIZE, length=3)
    return drawn, axes


def name_axes(axes: Axes, style: PlotStyle, title: str, x: str, y: str) -> None:
    """A title at the left, and what the axes measure."""
    axes.set_title(title, loc="left", fontsize=BASE_SIZE + 1.5, fontweight="bold", color=style.ink)
    axes.set_xlabel(x, fontsize=BASE_SIZE, color=style.dim)
    axes.set_ylabel(y, fontsize=BASE_SIZE, color=style.dim)


def as_svg(drawn: Figure) -> bytes:
    """The chart as SVG, whose letters are drawn: it looks alike everywhere."""
    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "selfie-studio"}):
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def as_png(drawn: Figure, dots_per_inch: float) -> bytes:
    """The chart as PNG."""
    buffer = BytesIO()
    drawn.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()
