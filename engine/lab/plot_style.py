"""How the charts of the lab look: readable in print and to colour-blind eyes, without anything that tells nothing.

Figures are made without pyplot, so that any thread may draw. Colours are those of Okabe and Ito, "Color Universal
Design" (2008).
"""

from dataclasses import dataclass, replace
from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"


@dataclass(frozen=True)
class PlotStyle:
    """Colours and sizes.

    Attributes:
        paper: behind it.
        ink: of what is read.
        dim: of axes and of what stands back.
        main: of what the chart is about.
        second: of what it is held against.
        good: of gains.
        bad: of losses.
        wide_in: the width of a chart that stands alone, in inches.
        small_in: width and height of one of many.
    """

    paper: str
    ink: str
    dim: str
    main: str
    second: str
    good: str
    bad: str
    wide_in: float = 7.0
    small_in: tuple[float, float] = (3.1, 2.25)


PRINT = PlotStyle("#ffffff", "#1d2024", "#6b727b", BLUE, VERMILION, BLUE, VERMILION)
# For a window, beside something else.
LIGHT_SCREEN = replace(PRINT, wide_in=5.1, small_in=(2.5, 2.0))
DARK_SCREEN = replace(
    LIGHT_SCREEN, paper="#1f2226", ink="#e8eaed", dim="#8b9199", main=SKY, second=ORANGE, good=SKY, bad=ORANGE
)
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
