"""Sentences about albums whose truth is known."""

from collections.abc import Mapping

import numpy as np
import pytest

from engine.lab.likes_facts import FACTS, FactTable
from engine.lab.likes_findings import Findings, find
from engine.lab.likes_trials import Try, change_columns
from engine.lab.likes_words import Evidence, Statement, not_advice, statements, unclear

PHOTOS, TRIED = 900, 60


def _album(
    effects: Mapping[str, float], changes: Mapping[Try, float], hill: float = 0, **columns: np.ndarray
) -> Findings:
    """Photos whose points rise by so much with each standard deviation of a fact, and by so much with each change.

    Args:
        effects: by fact.
        changes: by try.
        hill: by how much they fall with the square of the smile.
        columns: facts that are not drawn.
    """
    rng = np.random.default_rng(0)
    facts = {fact.name: rng.standard_normal(PHOTOS) for fact in FACTS} | columns
    points = 50 + 8 * rng.standard_normal(PHOTOS) + sum(effect * facts[name] for name, effect in effects.items())
    points -= hill * facts["smile"] ** 2
    tries = change_columns([], PHOTOS)
    for each, column in tries.items():
        column[:TRIED] = changes.get(each, 0) + 3 * rng.standard_normal(TRIED)
    *_, last = find(FactTable(points, facts, np.arange(PHOTOS)), tries)
    return last.results[0]


def _said(findings: Findings) -> dict[str, Statement]:
    return {statement.text: statement for statement in statements(findings)}


def test_what_only_goes_along_is_said_so() -> None:
    said = _said(_album({"smile": 6}, {}))
    assert list(said) == ["Smile"]
    assert said["Smile"].evidence is Evidence.GOES_ALONG
    assert said["Smile"].is_do
    assert "Not tried by hand" in said["Smile"].lines[-1]


def test_what_the_album_and_the_hand_say_is_a_cause() -> None:
    said = _said(_album({"sharpness": 6}, {("blur", 1): -9}))
    assert said["Don't let it blur"].evidence is Evidence.CAUSE
    assert "The album says the same: photos with a sharper face score" in said["Don't let it blur"].lines[1]
    assert len(said) == 1


def test_what_the_hand_contradicts_is_no_advice() -> None:
    findings = _album({"sharpness": -6}, {("blur", 1): -9})
    assert _said(findings)["Don't let it blur"].evidence is Evidence.BY_HAND
    (told,) = not_advice(findings)
    assert "Photos with a sharper face score" in told
    assert "by hand it is the other way round" in told


def test_what_the_hand_does_not_show_is_no_advice() -> None:
    findings = _album({"contrast": 6}, {})
    assert statements(findings) == []
    (told,) = not_advice(findings)
    assert "by hand nothing of it shows" in told


def test_what_the_hand_shows_a_little_is_no_advice_yet() -> None:
    """Each side is within what Holm's rule lets pass, their difference is not."""
    findings = _album({"contrast": 6}, {("contrast", 1.6): 0.8, ("contrast", 0.6): -0.8})
    assert statements(findings) == []
    (told,) = not_advice(findings)
    assert "By hand it goes the same way" in told


def test_less_of_a_fact_that_gains_is_a_gain() -> None:
    quieter = _said(_album({"blown": -6}, {}))["Don't let highlights burn out"]
    assert not quieter.is_do
    assert quieter.effect.high < 0
    wider = _said(_album({"upright": -6}, {}))["Choose a square or wide shape"]
    assert wider.is_do
    assert wider.effect.low > 0


def test_the_largest_effect_comes_first_and_small_ones_are_not_worth_a_sentence() -> None:
    said = statements(_album({}, {("noise", 12): -20, ("tilt", 10): -5, ("warmth", 0.4): 0.5, ("upwards", 12): 8}))
    assert [statement.text for statement in said] == [
        "Don't let noise in",
        "Move what is in it up",
        "Don't tilt the camera",
    ]


def test_a_hill_is_told_as_a_middle() -> None:
    (text,) = _said(_album({}, {}, hill=6))
    assert text.startswith("Smile: keep to the middle, ")


def test_where_nothing_is_known_nothing_is_said() -> None:
    nothing = {fact.name: np.full(PHOTOS, np.nan) for fact in FACTS}
    findings = _album({}, {}, **nothing)
    assert statements(findings) == []
    none, few = unclear(findings)
    assert len(few) == len(FACTS)
    assert all(text.startswith("by hand") for text in none)


@pytest.mark.parametrize("word", ["beautiful", "attractive", "ugly", "pretty", "handsome"])
def test_no_sentence_speaks_of_the_person(word: str) -> None:
    texts = [text for fact in FACTS for text in (fact.title, fact.more, fact.less, fact.do_more, fact.do_less)]
    assert not any(word in text.lower() for text in texts)
