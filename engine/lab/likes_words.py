"""What a model likes in plain sentences: do this, don't do that. Of the photo, never of the person.

Said is what an interval bears out: with many claims at once (Holm's rule), for photos alike in all else that is
measured, and never against what the same change does by hand. All the rest is listed as not advice, or as not clear.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.lab.changes import CHANGES, Change
from engine.lab.likes_facts import Fact
from engine.lab.likes_findings import NOT_ADVICE, ChangeFinding, FactFinding, Findings, linked_facts
from engine.lab.likes_statistics import UNKNOWN, Estimate
from engine.lab.likes_trials import Try

# What is done to a photo, after "don't", and what that is called.
_DEEDS: Mapping[Try, tuple[str, str]] = {
    ("brightness", -1): ("darken it", "One stop less light"),
    ("brightness", 1): ("brighten it", "One stop more light"),
    ("contrast", 0.6): ("flatten it", "Six tenths of the contrast"),
    ("contrast", 1.6): ("raise the contrast", "Contrast 1.6 times as strong"),
    ("saturation", 0.3): ("fade the colours", "Colours at three tenths of their strength"),
    ("saturation", 2): ("push the colours", "Colours twice as strong"),
    ("black and white", 1): ("make it black and white", "Taking the colours away"),
    ("warmth", -0.4): ("make the light colder", "Light colder by 0.4 stops"),
    ("warmth", 0.4): ("make the light warmer", "Light warmer by 0.4 stops"),
    ("tilt", 10): ("tilt the camera", "A turn by 10° to either side"),
    ("face height", 40): ("crop it wider", "A crop with the face at 40 % of the height, not 55 %"),
    ("face height", 75): ("crop it tighter", "A crop with the face at 75 % of the height, not 55 %"),
    ("sideways", 12): ("move what is in it sideways", "A move by 12 % of the width to either side"),
    ("upwards", -12): ("move what is in it down", "A move down by 12 % of the height"),
    ("upwards", 12): ("move what is in it up", "A move up by 12 % of the height"),
    ("blur", 1): ("let it blur", "A blur of a 224th of the longer side"),
    ("noise", 12): ("let noise in", "Noise of 12 levels"),
}
# What moves the score by less is not worth a sentence, however sure it is.
LEAST_POINTS = 1.0


class Evidence(StrEnum):
    """Where a sentence comes from."""

    CAUSE = "makes the score"
    BY_HAND = "found by hand"
    GOES_ALONG = "goes along"


@dataclass(frozen=True)
class Statement:
    """Something to do, or not to do.

    Attributes:
        text: the sentence, without a full stop.
        is_do: whether it is to be done.
        evidence: whether it makes the score, or goes along with it.
        effect: in points, what statements are sorted by.
        lines: sentences with the figures.
        tried: the change by hand that shows it; None where there is none.
        fact: the fact that shows it; None where it was found by hand alone.
        turned: whether less of the fact is what gains, and its effect is told as that of less.
        is_of_middle: whether it says that the middle of the fact is best.
    """

    text: str
    is_do: bool
    evidence: Evidence
    effect: Estimate
    lines: tuple[str, ...]
    tried: Try | None
    fact: str | None
    turned: bool = False
    is_of_middle: bool = False


def statements(findings: Findings) -> list[Statement]:
    """What there is to say, the largest effect first."""
    by_hand = list(_by_hand(findings))
    told = {fact for _, facts in by_hand for fact in facts}
    alone = (_alone(finding, findings) for name, finding in findings.facts.items() if name not in told)
    said = [*(statement for statement, _ in by_hand), *(each for each in alone if each)]
    return sorted(said, key=lambda statement: -abs(statement.effect.value))


def _by_hand(findings: Findings) -> Iterator[tuple[Statement, list[str]]]:
    """Statements of changes, each with the facts that bear it out."""
    for change in _advised(findings):
        finding = findings.changes[change.name]
        for strength in change.told:
            if strength not in finding.claimed or abs(finding.by_strength[strength].value) < LEAST_POINTS:
                continue
            effect, (deed, noun) = finding.by_strength[strength], _DEEDS[change.name, strength]
            is_do = effect.value > 0
            agreeing = [
                (fact, line)
                for fact, direction in linked_facts(change.name)
                if (line := _agreeing(findings, fact, change, strength, direction))
            ]
            lines = (
                f"{noun}: {points(effect)} points for the same photo, on average {_interval(effect)}.",
                *(line for _, line in agreeing),
            )
            yield (
                Statement(
                    _sentence(deed) if is_do else f"Don't {deed}",
                    is_do,
                    Evidence.CAUSE if agreeing else Evidence.BY_HAND,
                    effect,
                    lines,
                    (change.name, strength),
                    agreeing[0][0].name if agreeing else None,
                ),
                [fact.name for fact, _ in agreeing],
            )


def _agreeing(findings: Findings, fact: Fact, change: Change, strength: float, direction: int) -> str:
    """What the album says of a fact that a change moves, where it says the same; else ""."""
    found, by_hand = findings.facts[fact.name], findings.changes[change.name]
    towards_more = direction * (1 if strength > change.as_is else -1)
    if _is_borne_out(found) and found.more.sign == towards_more * by_hand.by_strength[strength].sign:
        return "The album says the same: " + _more_line(found)
    if _is_best_in_the_middle(found) and _costs_either_way(by_hand, change):
        return "The album says the same: " + _middle_line(found)
    return ""


def _alone(found: FactFinding, findings: Findings) -> Statement | None:
    """The statement of a fact that was not tried by hand; None where there is nothing to say."""
    if _is_tried(found.fact, findings):
        return None
    fact = found.fact
    if _is_borne_out(found):
        text = fact.do_more if found.more.value > 0 else fact.do_less
        is_do, is_of_middle, line, effect = not text.startswith("Don't"), False, _more_line(found), found.more_held
    elif _is_best_in_the_middle(found):
        text = f"{fact.title}: keep to the middle, {_limits(found)}"
        is_do, is_of_middle, line, effect = True, True, _middle_line(found), found.middle_held
    else:
        return None
    turned = is_do and effect.value < 0
    effect = effect.turned() if turned else effect
    lines = (_sentence(line), _held_line(effect), _NOT_TRIED)
    return Statement(text, is_do, Evidence.GOES_ALONG, effect, lines, None, fact.name, turned, is_of_middle)


def not_advice(findings: Findings) -> list[str]:
    """What goes along with the score, and is no advice: sentences, the largest difference first."""
    said = {statement.fact for statement in statements(findings)}
    told = [
        (abs(found.more.value), f"{_sentence(_more_line(found))} {_why_not(found, findings)}")
        for name, found in findings.facts.items()
        if found.more_claimed and name not in said and not _is_agreed(found, findings)
    ]
    return [text for _, text in sorted(told, reverse=True)]


def _why_not(found: FactFinding, findings: Findings) -> str:
    if _is_borne_out(found):
        change = found.fact.change
        assert change is not None, "else it is a statement"
        name, direction = change
        slope = findings.changes[name].slope
        if slope.is_clear and slope.sign * direction == found.more.sign:
            return f"By hand it goes the same way, too little to be said: {points(slope)} points {_interval(slope)}."
        if slope.is_clear:
            return f"But by hand it is the other way round: {points(slope)} points {_interval(slope)}."
        return f"But by hand nothing of it shows: {points(slope)} points {_interval(slope)}."
    held = found.more_held
    if not held.is_known:
        return "Whether that is all it is cannot be told from so few photos."
    if held.is_clear and held.sign != found.more.sign:
        return f"But among photos alike in all else that is measured it is the other way round: {points(held)} points."
    return f"But among photos alike in all else that is measured hardly anything is left: {points(held)} points."


def unclear(findings: Findings) -> tuple[list[str], list[str]]:
    """Titles of what has no clear effect, and of what too few photos can tell of."""
    none, few = [], []
    for found in findings.facts.values():
        if not found.more.is_known:
            few.append(found.fact.title)
        elif not found.more_claimed and not found.middle_claimed:
            none.append(f"{found.fact.title} ({points(found.more)})")
    for change in _advised(findings):
        finding = findings.changes[change.name]
        for strength in change.told:
            effect, noun = finding.by_strength[strength], _DEEDS[change.name, strength][1]
            if not effect.is_known:
                few.append(f"by hand: {noun}")
            elif strength not in finding.claimed:
                none.append(f"by hand: {noun} ({points(effect)})")
    return none, few


def _is_tried(fact: Fact, findings: Findings) -> bool:
    change = findings.changes.get(fact.change[0]) if fact.change else None
    return change is not None and change.slope.is_known


def _is_agreed(found: FactFinding, findings: Findings) -> bool:
    """Whether a statement of a change by hand tells of it."""
    return any(found.fact.name in facts for _, facts in _by_hand(findings))


def _is_borne_out(found: FactFinding) -> bool:
    """Whether more of it goes with the score, alone and with all else held."""
    held = found.more_held
    return found.more_claimed and held.is_clear and held.sign == found.more.sign and abs(held.value) >= LEAST_POINTS


def _is_best_in_the_middle(found: FactFinding) -> bool:
    is_best = found.middle_claimed and found.middle.value > 0
    return is_best and found.middle_held.is_clear and found.middle_held.value >= LEAST_POINTS


def _costs_either_way(finding: ChangeFinding, change: Change) -> bool:
    sides = [finding.by_strength[strength] for strength in change.told]
    return len(sides) == 2 and all(side.is_clear and side.value < 0 for side in sides)


def _advised(findings: Findings) -> list[Change]:
    return [change for change in CHANGES if change.name in findings.changes and change.name not in NOT_ADVICE]


_NOT_TRIED = "Not tried by hand: it goes along with the score, and may not make it."


def _more_line(found: FactFinding) -> str:
    fact, gap = found.fact, found.more
    low, _, high = found.means
    higher = "higher" if gap.value > 0 else "lower"
    return (
        f"photos with {fact.more} score {abs(gap.value):.0f} points {higher} than those with {fact.less} "
        f"({high:.0f} against {low:.0f}; {points_range(gap)}; {gap.count:,} photos)."
    )


def _middle_line(found: FactFinding) -> str:
    low, middle, high = found.means
    return (
        f"photos in the middle third ({found.fact.title.lower()}: {_limits(found)}) score {found.middle.value:.0f} "
        f"points higher than the others ({middle:.0f} against {low:.0f} below and {high:.0f} above; "
        f"{points_range(found.middle)}; {found.middle.count:,} photos)."
    )


def _held_line(held: Estimate) -> str:
    return f"Among photos alike in all else that is measured, that is {points(held)} points ({points_range(held)})."


def _limits(found: FactFinding) -> str:
    low, high = found.limits
    return f"{found.fact.told(low)} to {found.fact.told(high)}"


def _interval(effect: Estimate) -> str:
    return f"({points_range(effect)}; {effect.count:,} photos)"


def points_range(effect: Estimate) -> str:
    """ "95 %: +3 to +9"."""
    return f"95 %: {_signed(effect.low)} to {_signed(effect.high)}"


def points(effect: Estimate) -> str:
    """ "+12" or "−2.3"; "not known" where it is not."""
    return _signed(effect.value) if effect.is_known else "not known"


def _signed(value: float) -> str:
    text = f"{value:+.0f}" if abs(value) >= 9.95 else f"{value:+.1f}"
    return text.replace("-", "−")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def noun_of(change: str, strength: float) -> str:
    """What a change by a told strength is called."""
    return _DEEDS[change, strength][1]


def effect_of(statement: Statement, findings: Findings) -> Estimate:
    """What other findings say of what a statement rests on."""
    if statement.tried is not None:
        name, strength = statement.tried
        change = findings.changes.get(name)
        return change.by_strength[strength] if change else UNKNOWN
    assert statement.fact is not None, "a statement rests on a change or on a fact"
    found = findings.facts[statement.fact]
    effect = found.middle_held if statement.is_of_middle else found.more_held
    return effect.turned() if statement.turned else effect
