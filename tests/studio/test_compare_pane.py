from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.album import PhotoRow
from engine.album_columns import UNKNOWN
from engine.catalogue import Mark
from studio.compare_pane import ComparePane
from studio.comparison import decimals_needed


def _photo(points: float) -> PhotoRow:
    return PhotoRow(Path("a.jpg"), 1, (4, 3), points, False, 1, 0, None, Mark(), None, UNKNOWN)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ((99.9, 99.6), ["99.9 best", "99.6 −0.3"]),
        ((99.9, 80.2), ["100 best", "80 −20"]),
        ((70.4, 69.6, 50.0), ["70.4 best", "69.6 −0.8", "50.0 −20.4"]),
        ((100.0, 100.0), ["100 best", "100 best"]),
    ],
)
def test_of_scores_that_look_alike_the_better_one_can_be_told(
    qtbot: QtBot, points: tuple[float, ...], told: list[str]
) -> None:
    shown = []
    for each in points:
        pane = ComparePane()
        qtbot.addWidget(pane)
        pane.show_photo(_photo(each))
        pane.show_gap(max(points), decimals_needed(points))
        shown.append(f"{pane.score.text()} {pane.gap.text()}")
    assert shown == told
