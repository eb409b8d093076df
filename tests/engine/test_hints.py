"""Hints: the right one, one at a time, and none that flickers."""

from dataclasses import replace

import pytest

from engine.coaching import Gain, Gains
from engine.frame_facts import FaceFacts, FrameFacts
from engine.hints import Adviser, Arrow, Hint
from engine.moves import Move

FINE = FaceFacts(
    height=0.35, cut=(), box=(0.35, 0.25, 0.65, 0.6), lit=170, contrast=40, glare=0.0, sharpness=1.0, tilt=3
)
FINE_FRAME = FrameFacts(faces=1, bystanders=0, face=FINE)


def _gains(**logits: float) -> Gains:
    return {move: Gain(logits.get(move.name, -0.2), 10 * logits.get(move.name, -0.2)) for move in Move}


def _after(adviser: Adviser, facts: FrameFacts, from_s: float, seconds: float) -> Hint | None:
    """What is said after a fact has held for some seconds, at ten looks a second."""
    hint = adviser.hint
    for look in range(round(10 * seconds) + 1):
        hint = adviser.see_facts(facts, from_s + look / 10)
    return hint


@pytest.mark.parametrize(
    ("frame", "text", "arrow"),
    [
        (replace(FINE_FRAME, face=None, faces=0), "Come into the picture", None),
        (replace(FINE_FRAME, face=replace(FINE, cut=("left",))), "Move left", Arrow.LEFT),
        (replace(FINE_FRAME, face=replace(FINE, cut=("top", "bottom"))), "Step back", Arrow.BACK),
        (replace(FINE_FRAME, face=replace(FINE, lit=40)), "Too dark: find more light", Arrow.LIGHT),
        (replace(FINE_FRAME, face=replace(FINE, lit=80, glare=0.4)), "Face the light", Arrow.LIGHT),
        (replace(FINE_FRAME, face=replace(FINE, eyes_closed=True)), "Open your eyes", None),
        (replace(FINE_FRAME, face=replace(FINE, tilt=30)), "Straighten your head", Arrow.CLOCKWISE),
        (replace(FINE_FRAME, faces=2, bystanders=1), "Someone is behind you", None),
    ],
)
def test_a_fact_that_holds_is_said(frame: FrameFacts, text: str, arrow: Arrow | None) -> None:
    hint = _after(Adviser(), frame, 0, 1.5)
    assert hint is not None
    assert (hint.text, hint.arrow, hint.gain) == (text, arrow, None)


def test_a_face_that_suddenly_blurs_is_told_to_hold_still() -> None:
    adviser = Adviser()
    assert _after(adviser, FINE_FRAME, 0, 1) is None
    hint = _after(adviser, replace(FINE_FRAME, face=replace(FINE, sharpness=0.2)), 1.1, 0.8)
    assert hint == Hint("Hold still")


def test_another_person_who_is_less_sharp_does_not_move() -> None:
    adviser = Adviser()
    _after(adviser, FINE_FRAME, 0, 1)
    other = replace(FINE, sharpness=0.2, box=(0.05, 0.25, 0.3, 0.6))
    assert _after(adviser, replace(FINE_FRAME, face=other), 1.1, 1.5) is None


def test_nobody_of_a_group_is_told_to_tilt_the_head() -> None:
    adviser = Adviser()
    adviser.see_facts(replace(FINE_FRAME, faces=3), 0)
    assert adviser.see_gains(_gains(ROLL_LEFT=2.0), 0.1) is None


def test_a_blink_is_no_news() -> None:
    adviser = Adviser()
    blink = replace(FINE_FRAME, face=replace(FINE, eyes_closed=True))
    assert _after(adviser, blink, 0, 0.3) is None
    assert _after(adviser, FINE_FRAME, 0.4, 2) is None


def test_the_best_move_is_said_with_its_gain() -> None:
    hint = Adviser().see_gains(_gains(BACK=0.8, PAN_UP=0.5), 0)
    assert hint is not None
    assert (hint.text, hint.arrow, hint.gain) == ("Step back", Arrow.BACK, pytest.approx(8))


def test_nothing_is_said_where_nothing_is_worth_it() -> None:
    assert Adviser().see_gains(_gains(BACK=0.05), 0) is None


def test_a_fact_overrules_the_network_and_passes() -> None:
    adviser = Adviser()
    adviser.see_gains(_gains(BACK=0.8), 0)
    cut = replace(FINE_FRAME, face=replace(FINE, cut=("right",)))
    hint = _after(adviser, cut, 0.1, 1.5)
    assert hint is not None
    assert hint.text == "Move right"
    hint = _after(adviser, FINE_FRAME, 1.7, 2)
    assert hint is not None
    assert hint.text == "Step back"


def test_what_makes_no_sense_for_this_face_is_not_said() -> None:
    adviser = Adviser()
    close_up = replace(FINE_FRAME, face=replace(FINE, height=0.6, box=(0.1, 0.1, 0.7, 0.7)))
    adviser.see_facts(close_up, 0)
    hint = adviser.see_gains(_gains(CLOSER=2.0, DARKER=1.0, BACK=0.5), 0.1)
    assert hint is not None
    assert hint.text == "Step back"


def test_well_lit_dark_skin_before_a_bright_wall_is_neither_dark_nor_against_the_light() -> None:
    facts = replace(FINE_FRAME, face=replace(FINE, lit=88, glare=0.0))
    assert _after(Adviser(), facts, 0, 2) is None


def test_two_moves_of_about_the_same_gain_do_not_take_turns() -> None:
    adviser, said = Adviser(), set()
    for number in range(40):
        one, other = (0.5, 0.6) if number % 2 else (0.6, 0.5)
        hint = adviser.see_gains(_gains(PAN_LEFT=one, BACK=other), number / 3)
        said.add(hint.text if hint else None)
    assert len(said) == 1


def test_a_hint_stops_once_it_is_followed() -> None:
    adviser = Adviser()
    adviser.see_gains(_gains(CLOSER=0.9), 0)
    for number in range(1, 12):
        adviser.see_gains(_gains(CLOSER=0.0), number / 3)
    assert adviser.hint is None


def test_a_hint_stays_long_enough_to_be_read() -> None:
    adviser = Adviser()
    adviser.see_gains(_gains(CLOSER=0.9), 0)
    for number in range(1, 6):
        assert adviser.see_gains(_gains(PAN_UP=3.0), number / 5) is not None
        assert number / 5 >= 1.2 or adviser.hint.text == "Come closer"  # type: ignore[union-attr]
    assert _text(adviser.see_gains(_gains(PAN_UP=3.0), 1.5)) == "Raise the camera"


def _text(hint: Hint | None) -> str:
    return hint.text if hint else ""
