"""An evaluation as a page to read: Markdown with its tables, and its plots as PNG beside it."""

from collections.abc import Mapping
from pathlib import Path

from engine.files import write_atomically
from training.evaluate import Evaluation
from training.plots import COLOURS, figure, save_figure

REPORT_FILE, RELIABILITY_PLOT, POINTS_PLOT = "report.md", "reliability.png", "points.png"


def write_report(evaluation: Evaluation, folder: Path, title: str) -> Path:
    """Write the report and its plots into a folder.

    Returns:
        The Markdown file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"# {title}", _target_table(evaluation)]
    if "predicted" in evaluation.curves:
        _plot_reliability(evaluation, folder / RELIABILITY_PLOT)
        parts.append(f"## Calibration of the label\n\n![Reliability]({RELIABILITY_PLOT})")
    if evaluation.curves.get("points"):
        _plot_points(evaluation, folder / POINTS_PLOT)
        parts.append(f"## Points of the test photos\n\n![Points]({POINTS_PLOT})")
    parts.append("## All figures")
    parts += [_section(name, value) for name, value in evaluation.metrics.items()]
    file = folder / REPORT_FILE
    write_atomically(file, ("\n\n".join(parts) + "\n").encode())
    return file


def _target_table(evaluation: Evaluation) -> str:
    rows = ["| what | value | target | met |", "|---|---:|---:|---|"]
    for target in evaluation.targets:
        sign = ">=" if target.at_least else "<="
        rows.append(f"| {target.what} | {target.value:g} | {sign} {target.limit:g} | {'yes' if target.met else 'NO'} |")
    met = sum(target.met for target in evaluation.targets)
    return f"{met} of {len(evaluation.targets)} targets are met.\n\n" + "\n".join(rows)


def _section(name: str, value: object) -> str:
    """A figure as a line, a group of figures as a table, tables in a group each as one of their own."""
    if not isinstance(value, Mapping):
        return f"- {name}: {_text(value)}"
    plain = {key: each for key, each in value.items() if not isinstance(each, Mapping)}
    nested = {key: each for key, each in value.items() if isinstance(each, Mapping)}
    parts = [f"### {name}"]
    if plain:
        parts.append(
            "\n".join(["| figure | value |", "|---|---:|", *(f"| {k} | {_text(v)} |" for k, v in plain.items())])
        )
    if nested and all(not isinstance(inner, Mapping) for each in nested.values() for inner in each.values()):
        columns = list(dict.fromkeys(column for each in nested.values() for column in each))
        rows = [
            f"| {key} | " + " | ".join(_text(each.get(c, "")) for c in columns) + " |" for key, each in nested.items()
        ]
        parts.append("\n".join([f"| | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns), *rows]))
    else:
        parts += [_section(f"{name}, {key}", each) for key, each in nested.items()]
    return "\n\n".join(parts)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plot_reliability(evaluation: Evaluation, out: Path) -> None:
    drawing, axes = figure(
        "Reliability, in tenths of the photos", "probability that the network gives", "share of good"
    )
    axes.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="perfect")
    axes.plot(evaluation.curves["predicted"], evaluation.curves["observed"], marker="o", label="this network")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    save_figure(drawing, out)


def _plot_points(evaluation: Evaluation, out: Path) -> None:
    drawing, axes = figure("How the points spread", "points, 0 to 100", "photos in each 5 points")
    axes.hist(evaluation.curves["points"], bins=20, range=(0, 100), color=COLOURS[0])
    save_figure(drawing, out)
