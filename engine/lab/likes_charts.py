"""The charts of what a model likes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.lab.changes import CHANGES, Change
from engine.lab.likes_care import BAND, Care, Verdict
from engine.lab.likes_findings import NOT_ADVICE, ChangeFinding, FactFinding, Findings
from engine.lab.likes_statistics import Estimate
from engine.lab.likes_words import noun_of
from engine.lab.plot_style import BASE_SIZE, PlotStyle, figure, name_axes

SMALL_IN = (3.1, 2.25)
WIDE_IN = 7.0
ROW_IN, AROUND_IN = 0.235, 1.0
# A held mean is drawn where it leaves the raw band somewhere.
_POINTS = "points"


def fact_chart(found: FactFinding, style: PlotStyle) -> Figure | None:
    """Mean points along a fact with their 95 % band, and with all else held; None where there are too few photos."""
    curve = found.curve
    if len(curve.at) < 2:
        return None
    drawn, axes = figure(style, *SMALL_IN)
    at = curve.at * found.fact.scale
    if len(at) <= 5 and float(np.ptp(found.curve.at)) == len(at) - 1:  # counts, or yes and no
        axes.errorbar(at, curve.mean, (curve.mean - curve.low), fmt="o", color=style.main, lw=1.4, ms=4)
        axes.set_xticks(at, _count_names(found.fact.name, len(at)))
        axes.set_xlim(at[0] - 0.5, at[-1] + 0.5)
    else:
        axes.fill_between(at, curve.low, curve.high, color=style.main, alpha=0.2, lw=0)
        axes.plot(at, curve.mean, color=style.main, lw=1.8, marker="o", ms=2.8)
    if _differs(found):
        axes.plot(at, curve.held, color=style.second, lw=1.4, ls=(0, (4, 2)))
    unit = found.fact.unit
    name_axes(axes, style, found.fact.title, unit if unit not in ("", "°") else {"°": "degrees"}.get(unit, ""), _POINTS)
    axes.set_ylim(max(min(axes.get_ylim()[0], 40), -2), min(max(axes.get_ylim()[1], 80), 102))
    return drawn


def _count_names(name: str, count: int) -> list[str]:
    if name == "people":
        return [*map(str, range(count - 1)), f"{count - 1} or more" if count == 5 else str(count - 1)]
    return ["no", "yes"]


def _differs(found: FactFinding) -> bool:
    curve = found.curve
    if not np.isfinite(curve.held).all():
        return False
    return bool(((curve.held < curve.low) | (curve.held > curve.high)).any())


def change_chart(change: Change, found: ChangeFinding, style: PlotStyle) -> Figure | None:
    """The mean change of points by the strength of a change, with 95 % bars; None where too few photos were tried."""
    known = [(strength, effect) for strength, effect in found.by_strength.items() if effect.is_known]
    if len(known) < 2:
        return None
    drawn, axes = figure(style, *SMALL_IN)
    axes.axhline(0, color=style.dim, lw=0.8)
    # What changes nothing is a point of the line too.
    strengths, effects = map(list, zip(*known, strict=True))
    line = sorted([*zip(strengths, (effect.value for effect in effects), strict=True), (change.as_is, 0.0)])
    axes.plot(*zip(*line, strict=True), color=style.main, lw=1.4)
    _bars(axes, strengths, effects, style.main)
    axes.plot([change.as_is], [0], "o", ms=5, mfc=style.paper, mec=style.dim)
    axes.set_xlabel(change.unit)
    name_axes(axes, style, change.title, change.unit, "change in points")
    return drawn


def _bars(axes: Axes, at: Sequence[float], effects: Sequence[Estimate], colour: str) -> None:
    values = [effect.value for effect in effects]
    reach = [[effect.value - effect.low for effect in effects], [effect.high - effect.value for effect in effects]]
    axes.errorbar(at, values, reach, fmt="o", color=colour, ms=3.2, lw=1.4)


def by_hand_chart(findings: Findings, style: PlotStyle) -> Figure | None:
    """All changes by hand that sentences speak of, the largest gain on top."""
    rows = [
        (noun_of(change.name, strength), findings.changes[change.name].by_strength[strength])
        for change in CHANGES
        if change.name in findings.changes and change.name not in NOT_ADVICE
        for strength in change.told
    ]
    return _forest([(name, effect, None) for name, effect in rows if effect.is_known], "Changed by hand", style)


def album_chart(findings: Findings, style: PlotStyle) -> Figure | None:
    """The highest third of each fact against the lowest: as it is, and with all else held."""
    rows = [(found.fact.title, found.more, found.more_held) for found in findings.facts.values() if found.more.is_known]
    return _forest(rows, "In the album: the highest third against the lowest", style)


def care_chart(cares: Sequence[Care], style: PlotStyle) -> Figure | None:
    """What the score should not care about, with the band that does not matter."""
    rows = [(f"{care.about}: {care.groups}", care.raw, care.held) for care in cares]
    drawn = _forest(rows, "What it should not care about", style, sort=False)
    if drawn is not None:
        drawn.axes[0].axvspan(-BAND, BAND, color=style.dim, alpha=0.18, lw=0)
        for label, care in zip(drawn.axes[0].get_yticklabels(), cares, strict=True):
            if care.verdict is Verdict.FLAGGED:
                label.set_color(style.bad)
                label.set_fontweight("bold")
    return drawn


def _forest(
    rows: Sequence[tuple[str, Estimate, Estimate | None]], title: str, style: PlotStyle, *, sort: bool = True
) -> Figure | None:
    """A row for each estimate with its 95 % interval, below it, hollow, the same with all else held."""
    if not rows:
        return None
    if sort:
        rows = sorted(rows, key=lambda row: -row[1].value)
    drawn, axes = figure(style, WIDE_IN, AROUND_IN + ROW_IN * len(rows))
    axes.axvline(0, color=style.dim, lw=0.8)
    for place, (_, effect, held) in enumerate(rows):
        colour = style.dim if not effect.is_clear else style.good if effect.value > 0 else style.bad
        axes.plot([effect.low, effect.high], [place, place], color=colour, lw=1.8)
        axes.plot([effect.value], [place], "o", color=colour, ms=4)
        if held is not None and held.is_known:
            axes.plot([held.low, held.high], [place + 0.28] * 2, color=style.dim, lw=0.9)
            axes.plot([held.value], [place + 0.28], "o", mfc=style.paper, mec=style.dim, ms=3.2)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=BASE_SIZE)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    name_axes(axes, style, title, "points, with 95 % intervals", "")
    return drawn
