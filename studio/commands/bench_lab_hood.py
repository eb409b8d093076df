"""The rows of `selfie-studio bench lab` that speak of the layers."""

from typing import TYPE_CHECKING

from studio.commands.bench_report import Row, at_least

if TYPE_CHECKING:
    from engine.scoring import Scorer


def hood_rows(scorer: "Scorer") -> list[Row]:
    """Pictures a second, with the stage painted that has the largest maps, and the one that has the most."""
    from engine.resources import SAMPLES
    from studio.lab.hood_bench import looks_per_second, stages

    photos, last = sorted(SAMPLES.glob("*.jpg")), stages(scorer) - 1
    what = "all stages looked at, every map of the {} painted and one large"
    return [
        at_least(what.format("first"), looks_per_second(photos, scorer, 0), "/s", 10),
        at_least(what.format("last"), looks_per_second(photos, scorer, last), "/s", 10),
    ]
