"""Every step in the Crop room can be taken back and done again; a held key is one step."""

from dataclasses import replace

from engine.aspects import Aspect
from engine.geometry import Box
from studio.crop_history import CropHistory, CropState

FIRST = CropState(Aspect.parse("1:1"), Box(0, 0, 10, 10))


def _at(x: int) -> CropState:
    return replace(FIRST, box=Box(x, 0, x + 10, 10), by_hand=True)


def test_steps_are_taken_back_and_done_again() -> None:
    history = CropHistory(FIRST)
    history.step(_at(1))
    history.step(_at(2))
    assert history.undo()
    assert history.state == _at(1)
    assert history.undo()
    assert not history.undo()
    assert history.state == FIRST
    assert history.redo()
    history.step(_at(5))
    assert not history.redo()
    assert history.undo()
    assert history.state == _at(1)


def test_a_held_key_is_one_step() -> None:
    history = CropHistory(FIRST)
    history.step(_at(1))
    for x in (2, 3, 4):
        history.step(_at(x), repeats=True)
    assert history.state == _at(4)
    history.undo()
    assert history.state == FIRST


def test_what_a_search_finds_is_no_step() -> None:
    history = CropHistory(FIRST)
    history.settle(_at(3))
    assert not history.undo()
    assert history.state == _at(3)
