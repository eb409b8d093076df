"""The charts of what a model likes."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from engine.lab.changes import CHANGES, Change
from engine.lab.likes_care import BAND, Care, Verdict
from engine.lab.likes_findings import NOT_ADVICE, ChangeFinding, FactFinding, Findings
from engine.lab.likes_statistics import Estimate
from engine.lab.likes_words import noun_of
from engine.lab.plot_style import BASE_SIZE, PlotStyle, figure, name_axes

# Of charts with a row for each estimate: the height of a row, and of what is around all rows.
ROW_IN, AROUND_IN = 0.235, 1.0
# A name, an estimate, and the same with all else held.
Row = tuple[str, Estimate, Estimate | None]
# Facts that are counts, or yes and no: what their values are called.
_NAMED = {
    "people": ("none", "1", "2", "3", "4 or more"),
    "black_and_white": ("no", "yes"),
    "eyes_closed": ("no", "yes"),
}


def wide_charts(findings: Findings, cares: Sequence[Care], style: PlotStyle) -> list[Figure]:
    """One chart over everything that was changed by hand, one over all facts, one over what should not count."""
    drawn = by_hand_chart(findings, style), album_chart(findings, style), care_chart(cares, style)
    return [each for each in drawn if each is not None]


def small_charts(findings: Findings, style: PlotStyle) -> Iterator[Figure]:
    """A chart for each change by hand, then one for each fact; none where there are too few photos."""
    changes = (
        change_chart(change, findings.changes[change.name], style)
        for change in CHANGES
        if change.name in findings.changes
    )
    facts = (fact_chart(found, style) for found in findings.facts.values())
    yield from (each for each in chain(changes, facts) if each is not None)


def fact_chart(found: FactFinding, style: PlotStyle) -> Figure | None:
    """Mean points along a fact with their 95 % band, and with all else held; None where there are too few photos."""
    curve = found.curve
    if len(curve.at) < 2:
        return None
    drawn, axes = figure(style, *style.small_in)
    at = curve.at * found.fact.scale
    if found.fact.name in _NAMED:
        _bars(axes, at, curve.mean, np.stack([curve.mean - curve.low, curve.high - curve.mean]), style.main)
        axes.set_xticks(at, [_NAMED[found.fact.name][int(value)] for value in at])
        axes.set_xlim(at[0] - 0.5, at[-1] + 0.5)
    else:
        axes.fill_between(at, curve.low, curve.high, color=style.main, alpha=0.2, lw=0)
        axes.plot(at, curve.mean, color=style.main, lw=1.8, marker="o", ms=2.8)
        if _differs(found):
            axes.plot(at, curve.held, color=style.second, lw=1.4, ls=(0, (4, 2)))
    name_axes(axes, style, found.fact.title, {"°": "degrees"}.get(found.fact.unit, found.fact.unit), "points")
    # Facts of little effect must not look as if they had a large one.
    low, high = axes.get_ylim()
    axes.set_ylim(max(min(low, 40), -2), min(max(high, 80), 102))
    return drawn


def _differs(found: FactFinding) -> bool:
    """Whether the mean with all else held leaves the band somewhere."""
    curve = found.curve
    if not np.isfinite(curve.held).all():
        return False
    return bool(((curve.held < curve.low) | (curve.held > curve.high)).any())


def change_chart(change: Change, found: ChangeFinding, style: PlotStyle) -> Figure | None:
    """The mean change of points by the strength of a change, with 95 % bars; None where too few photos were tried."""
    known = [(strength, effect) for strength, effect in found.by_strength.items() if effect.is_known]
    if len(known) < 2:
        return None
    drawn, axes = figure(style, *style.small_in)
    axes.axhline(0, color=style.dim, lw=0.8)
    # What changes nothing is a point of the line too.
    strengths, effects = map(list, zip(*known, strict=True))
    line = sorted([*zip(strengths, (effect.value for effect in effects), strict=True), (change.as_is, 0.0)])
    axes.plot(*zip(*line, strict=True), color=style.main, lw=1.4)
    values = [effect.value for effect in effects]
    reach = [[each.value - each.low for each in effects], [each.high - each.value for each in effects]]
    _bars(axes, strengths, values, reach, style.main)
    axes.plot([change.as_is], [0], "o", ms=5, mfc=style.paper, mec=style.dim)
    name_axes(axes, style, change.title, change.unit, "change in points")
    return drawn


def _bars(axes: Axes, at: ArrayLike, values: ArrayLike, reach: ArrayLike, colour: str) -> None:
    axes.errorbar(at, values, reach, fmt="o", color=colour, ms=3.2, lw=1.4)


def by_hand_chart(findings: Findings, style: PlotStyle) -> Figure | None:
    """All changes by hand that sentences speak of, the largest gain on top."""
    rows: list[Row] = [
        (noun_of(change.name, strength), findings.changes[change.name].by_strength[strength], None)
        for change in CHANGES
        if change.name in findings.changes and change.name not in NOT_ADVICE
        for strength in change.told
    ]
    rows = _sorted(rows)
    return _forest(rows, "Changed by hand", style, _by_sign(rows, style))


def album_chart(findings: Findings, style: PlotStyle) -> Figure | None:
    """The highest third of each fact against the lowest: as it is, and with all else held."""
    rows = _sorted([(found.fact.title, found.more, found.more_held) for found in findings.facts.values()])
    return _forest(rows, "In the album: the highest third against the lowest", style, _by_sign(rows, style))


def _sorted(rows: Sequence[Row]) -> list[Row]:
    return sorted((row for row in rows if row[1].is_known), key=lambda row: -row[1].value)


def care_chart(cares: Sequence[Care], style: PlotStyle) -> Figure | None:
    """What the score should not care about, with the band that does not matter; what it does care about is coloured."""
    rows = [(f"{care.about}:\n{care.groups}", care.raw, care.held) for care in cares]
    colours = [{Verdict.FLAGGED: style.bad, Verdict.FINE: style.main}.get(care.verdict, style.dim) for care in cares]
    drawn = _forest(rows, "What it should not care about", style, colours, lines=2)
    if drawn is not None:
        drawn.axes[0].axvspan(-BAND, BAND, color=style.dim, alpha=0.18, lw=0)
    return drawn


def _by_sign(rows: Sequence[Row], style: PlotStyle) -> list[str]:
    signed = {1: style.good, -1: style.bad}
    return [signed.get(effect.sign, style.dim) if effect.is_clear else style.dim for _, effect, _ in rows]


def _forest(rows: Sequence[Row], title: str, style: PlotStyle, colours: Sequence[str], lines: int = 1) -> Figure | None:
    """A row of some lines for each estimate with its 95 % interval; below it, hollow, the same with all else held."""
    if not rows:
        return None
    drawn, axes = figure(style, style.wide_in, AROUND_IN + ROW_IN * lines**0.5 * len(rows))
    axes.axvline(0, color=style.dim, lw=0.8)
    for place, ((_, effect, held), colour) in enumerate(zip(rows, colours, strict=True)):
        axes.plot([effect.low, effect.high], [place, place], color=colour, lw=1.8)
        axes.plot([effect.value], [place], "o", color=colour, ms=4)
        if held is not None and held.is_known:
            axes.plot([held.low, held.high], [place + 0.28] * 2, color=style.dim, lw=0.9)
            axes.plot([held.value], [place + 0.28], "o", mfc=style.paper, mec=style.dim, ms=3.2)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=BASE_SIZE)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    name_axes(axes, style, "", "points, with 95 % intervals", "")
    drawn.suptitle(title, x=0.01, ha="left", fontsize=BASE_SIZE + 1.5, fontweight="bold", color=style.ink)
    return drawn
