"""Why a photo scores as it does, in plain words: what its facts say of it, good and bad.

The score itself is the network's, and these are what a person can check by looking; they speak of the photo, never of
the person's looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.photo_facts import PhotoFacts

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six")


@dataclass(frozen=True)
class Reason:
    """One thing that a photo has going for it or against it.

    Attributes:
        text: a short sentence without a full stop.
        is_good: whether it is for or against the photo.
    """

    text: str
    is_good: bool


@dataclass(frozen=True)
class Rule:
    """A sentence and when it is true.

    Attributes:
        find: the sentence, or None where it does not hold; a fact that is not known makes no sentence.
        is_good: whether it is for or against the photo.
    """

    find: Callable[[PhotoFacts], str | None]
    is_good: bool


# Thresholds are quantiles of 2,028 real photos: portraits, official portraits, groups and phone selfies. The worst
# twentieth or so of them is said to be bad, and the best quarter to be good, unless it says otherwise.
# (fact: the 2nd, 5th, 25th, 50th, 75th, 95th and 98th of 100)
# sharpness of a face:  0.34  0.37  0.44  0.49  0.54  0.62  0.66
# sharpness of parts:   0.39  0.42  0.48  0.54  0.62  0.77  0.79
BLURRED, BLURRED_PARTS, SHARP = 0.37, 0.42, 0.54
# brightness of a face:  133   153   192   212   229   249   253
# Not by these quantiles, as skin still has a little say in it: 1 % of the faces of dark skin and 1 % of the light ones
# read below the first, 57 and 73 % above the second, of 500 of the labelled faces.
DARK, WELL_LIT = 115.0, 190.0
# contrast:               35    39    52    60    69    83    90
FLAT = 39.0
# blown:                   0     0     0     0  0.02  0.16  0.26, and the 90th of 100 is 0.06
# crushed:                 0     0     0     0     0  0.06  0.14
BLOWN, HARDLY_BLOWN, CRUSHED = 0.06, 0.02, 0.06
# share of the face:    0.01  0.03  0.15  0.23  0.38  0.62  0.67
# height of the face:   0.10  0.21  0.45  0.55  0.71  0.88  0.92
SMALL, TALL = 0.03, 0.92
# centre of the face, x: 0.35  0.42  0.48  0.50  0.52  0.59  0.65
# centre of the face, y: 0.27  0.32  0.42  0.46  0.50  0.56  0.58
FAR_LEFT, FAR_RIGHT, FAR_DOWN = 0.35, 0.65, 0.58
WELL_PLACED_SHARE, WELL_PLACED_X, WELL_PLACED_Y = (0.08, 0.40), (0.42, 0.59), (0.32, 0.56)
# tilt:                  -30   -15    -5     0     4    15    30
TILTED = 20.0
# smile:                   0     0  0.33  0.58  0.81     1     1
SMILING = 0.81

# In a group of takes, what is half as large as the distance from the 25th to the 75th of 100 is worth a word.
SHARPER, BRIGHTER, MORE_SMILE = 0.05, 19.0, 0.24
# The same of the whole range, as most photos have none of it.
LESS_BLOWN, STRAIGHTER = 0.03, 8.0


def reasons(facts: PhotoFacts) -> list[Reason]:
    """What speaks for and against a photo, what matters most first; empty where there is nothing to say."""
    said = ((rule.find(facts), rule.is_good) for rule in RULES)
    return [Reason(text, is_good) for text, is_good in said if text is not None]


def advantages(photo: PhotoFacts, others: Sequence[PhotoFacts]) -> list[str]:
    """What a photo has over the middle one of the others of its group, in a few words each: "eyes open", "sharper"."""
    return [text for text, is_better in _ADVANTAGES if is_better(photo, others)]


def why_best(
    best: PhotoFacts, others: Sequence[PhotoFacts], points: float | None = None, other_points: Sequence[float] = ()
) -> str:
    """Why one photo of a group was chosen, for example "Eyes open, sharper face, +12 points".

    Args:
        best: facts of the chosen photo.
        others: facts of the rest of its group; it is compared with the middle one in each fact.
        points: the score of the chosen one, 0 to 100; None leaves the points out.
        other_points: the scores of the rest; the lead is that over the best of them.

    Returns:
        The reasons in one line; empty without others.
    """
    if not others:
        return ""
    said = advantages(best, others)
    if points is not None and other_points and (lead := round(points - max(other_points))) > 0:
        said.append(f"+{lead} point{'s' if lead > 1 else ''}")
    line = ", ".join(said) or "much like the others"
    return line[0].upper() + line[1:]


def _nobody(facts: PhotoFacts) -> str | None:
    return None if facts.faces else "No face is found"


def _eyes_shut(facts: PhotoFacts) -> str | None:
    shut = facts.eyes_closed
    if not shut:
        return None
    if facts.faces == 1:
        return "The eyes are shut"
    number = _NUMBERS[shut] if shut < len(_NUMBERS) else str(shut)
    return "One person has the eyes shut" if shut == 1 else f"{number} people have their eyes shut"


def _blurred(facts: PhotoFacts) -> str | None:
    if facts.faces:
        return "The face is blurred" if facts.sharpness < BLURRED else None
    return "Nothing in it is sharp" if facts.sharpness < BLURRED_PARTS else None


def _dark(facts: PhotoFacts) -> str | None:
    if facts.brightness >= DARK:
        return None
    return "There is little light on the face" if facts.faces else "It is dark"


def _blown(facts: PhotoFacts) -> str | None:
    return f"Highlights are burnt out: {_percent(facts.blown)} of the picture" if facts.blown >= BLOWN else None


def _small(facts: PhotoFacts) -> str | None:
    # The faces of a group are small, as they have to be.
    if facts.faces not in (1, 2) or facts.face_share >= SMALL:
        return None
    return f"The face is small: {_percent(facts.face_share)} of the picture"


def _fills(facts: PhotoFacts) -> str | None:
    return "The face fills the picture from top to bottom" if facts.face_height > TALL else None


def _at_the_edge(facts: PhotoFacts) -> str | None:
    if facts.faces != 1:
        return None
    if facts.face_x < FAR_LEFT:
        return "The face is far to the left"
    if facts.face_x > FAR_RIGHT:
        return "The face is far to the right"
    return "The face is low in the picture" if facts.face_y > FAR_DOWN else None


def _tilted(facts: PhotoFacts) -> str | None:
    return f"The head is tilted by about {abs(facts.tilt):.0f}°" if abs(facts.tilt) >= TILTED else None


def _crushed(facts: PhotoFacts) -> str | None:
    return f"Shadows are black: {_percent(facts.crushed)} of the picture" if facts.crushed >= CRUSHED else None


def _flat(facts: PhotoFacts) -> str | None:
    return "It has little contrast" if facts.contrast < FLAT else None


def _sharp(facts: PhotoFacts) -> str | None:
    return "The face is sharp" if facts.faces and facts.sharpness >= SHARP else None


def _well_lit(facts: PhotoFacts) -> str | None:
    is_lit = facts.faces and facts.brightness >= WELL_LIT and facts.blown < HARDLY_BLOWN
    return "The face is well lit" if is_lit else None


def _eyes_open(facts: PhotoFacts) -> str | None:
    return "The eyes are open" if facts.eyes_read and not facts.eyes_closed and facts.faces == facts.eyes_read else None


def _smiling(facts: PhotoFacts) -> str | None:
    return "There is a smile" if facts.smile >= SMILING else None


def _well_placed(facts: PhotoFacts) -> str | None:
    places = (
        (facts.face_share, WELL_PLACED_SHARE),
        (facts.face_x, WELL_PLACED_X),
        (facts.face_y, WELL_PLACED_Y),
    )
    is_well = facts.faces == 1 and all(low <= value <= high for value, (low, high) in places)
    return "The face is well placed and of good size" if is_well else None


# What matters most comes first.
RULES = (
    Rule(_nobody, is_good=False),
    Rule(_eyes_shut, is_good=False),
    Rule(_blurred, is_good=False),
    Rule(_dark, is_good=False),
    Rule(_small, is_good=False),
    Rule(_blown, is_good=False),
    Rule(_sharp, is_good=True),
    Rule(_well_lit, is_good=True),
    Rule(_at_the_edge, is_good=False),
    Rule(_fills, is_good=False),
    Rule(_tilted, is_good=False),
    Rule(_crushed, is_good=False),
    Rule(_flat, is_good=False),
    Rule(_eyes_open, is_good=True),
    Rule(_smiling, is_good=True),
    Rule(_well_placed, is_good=True),
)


def _lead(fact: Callable[[PhotoFacts], float], at_least: float) -> Callable[[PhotoFacts, Sequence[PhotoFacts]], bool]:
    """Whether a fact of the best is larger than that of the middle one of the others, by so much."""

    def is_better(best: PhotoFacts, others: Sequence[PhotoFacts]) -> bool:
        known = [value for value in map(fact, others) if not np.isnan(value)]
        return bool(known) and fact(best) - float(np.median(known)) >= at_least

    return is_better


def _only_one_seeing(best: PhotoFacts, others: Sequence[PhotoFacts]) -> bool:
    return best.eyes_read > 0 and not best.eyes_closed and any(other.eyes_closed for other in others)


_ADVANTAGES: tuple[tuple[str, Callable[[PhotoFacts, Sequence[PhotoFacts]], bool]], ...] = (
    ("eyes open", _only_one_seeing),
    ("sharper face", _lead(lambda facts: facts.sharpness if facts.faces else np.nan, SHARPER)),
    ("sharper", _lead(lambda facts: np.nan if facts.faces else facts.sharpness, SHARPER)),
    ("more light", _lead(lambda facts: facts.brightness, BRIGHTER)),
    ("less burnt out", _lead(lambda facts: -facts.blown, LESS_BLOWN)),
    ("a broader smile", _lead(lambda facts: facts.smile, MORE_SMILE)),
    ("straighter head", _lead(lambda facts: -abs(facts.tilt), STRAIGHTER)),
)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"
