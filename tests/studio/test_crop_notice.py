"""What is said of a crop besides its score."""

import pytest

from engine.crop_search import CropSuggestion
from engine.geometry import Box
from engine.scoring import Score
from studio.crop_notice import notice


def _suggestion(gain: float, faces_lost: int = 0) -> CropSuggestion:
    return CropSuggestion(Box(0, 0, 9, 9), Score(0.0, 0.5, 50.0), gain, faces_lost)


@pytest.mark.parametrize(
    ("gain", "told"),
    [(1.26, "gains 1.3 points"), (0.04, "gains nothing"), (-0.04, "gains nothing"), (-60.2, "loses 60.2 points")],
)
def test_what_a_crop_gains_or_loses_is_told_in_words(gain: float, told: str) -> None:
    assert notice(0, [_suggestion(gain)], margin=2) == f"Leave it as it is: the best crop of this shape {told}."


def test_a_crop_that_gains_enough_and_keeps_all_needs_no_words() -> None:
    assert notice(0, [_suggestion(5)], margin=2) == ""
    assert notice(0, [], margin=2) == ""


def test_who_is_lost_is_told_with_the_reason() -> None:
    assert notice(1, [_suggestion(5)], margin=2) == "1 face cut or left out."
    assert notice(2, [_suggestion(5, 1)], margin=2).endswith("left out: no crop of this shape keeps all.")
