"""One style for all plots of training: plain, readable in print, told apart without colour."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind eyes tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def figure(title: str, x: str, y: str) -> "tuple[Figure, Axes]":
    """An empty drawing with its title and axes named."""
    from matplotlib.figure import Figure
    from matplotlib.rcsetup import cycler

    drawing = Figure(figsize=(6.4, 4.2), dpi=150, layout="constrained")
    axes = drawing.add_subplot()
    axes.set_prop_cycle(cycler(color=COLOURS))
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    # Lines guide the eye from behind; through a bar they would cut it.
    axes.set_axisbelow(True)
    axes.grid(axis="y", color="0.9", linewidth=0.8)
    return drawing, axes


def save_figure(drawing: "Figure", out: Path) -> None:
    """Write a drawing as PNG."""
    content = BytesIO()
    drawing.savefig(content, format="png")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, content.getvalue())
