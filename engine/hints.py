"""One thing to do, in plain words: measured facts first, then the move that the network likes best.

Directions are those of a mirror: "left" is the side on which the person sees it, which is the picture's right. A camera
that pans to the picture's left does for the picture what a step to the left, as the mirror shows it, does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engine.coaching import Gains, SmoothedGains
from engine.frame_facts import FaceFacts, FrameFacts
from engine.moves import ASIDE, Move


class Arrow(StrEnum):
    """Where to, as a mirror shows it."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    CLOSER = "closer"
    BACK = "back"
    CLOCKWISE = "clockwise"
    COUNTER_CLOCKWISE = "counter-clockwise"
    LIGHT = "light"


@dataclass(frozen=True)
class Hint:
    """One thing to do.

    Attributes:
        text: a few words.
        arrow: None where a direction would say nothing.
        move: what it comes to for the camera; None where it comes to no move.
        gain: expected points; None where a fact speaks and not the network.
    """

    text: str
    arrow: Arrow | None = None
    move: Move | None = None
    gain: float | None = None


MOVE_HINTS = {
    Move.CLOSER: Hint("Come closer", Arrow.CLOSER, Move.CLOSER),
    Move.BACK: Hint("Step back", Arrow.BACK, Move.BACK),
    Move.PAN_LEFT: Hint("Move left", Arrow.LEFT, Move.PAN_LEFT),
    Move.PAN_RIGHT: Hint("Move right", Arrow.RIGHT, Move.PAN_RIGHT),
    Move.PAN_UP: Hint("Raise the camera", Arrow.UP, Move.PAN_UP),
    Move.PAN_DOWN: Hint("Lower the camera", Arrow.DOWN, Move.PAN_DOWN),
    Move.ROLL_LEFT: Hint("Tilt your head", Arrow.COUNTER_CLOCKWISE, Move.ROLL_LEFT),
    Move.ROLL_RIGHT: Hint("Tilt your head", Arrow.CLOCKWISE, Move.ROLL_RIGHT),
    Move.BRIGHTER: Hint("Turn to the light", Arrow.LIGHT, Move.BRIGHTER),
    Move.DARKER: Hint("Turn from the light", Arrow.LIGHT, Move.DARKER),
    Move.SOFTER: Hint("Find softer light", Arrow.LIGHT, Move.SOFTER),
}

# A dark room; a face that the exposure gave up for a window behind it, which is blown out. By the lit parts of a face
# and by glare, never by how bright a face is: of 1,094 portraits, mean brightness against the background had called 49
# "against the light", half of them people of dark skin in good light. Their lit parts begin at 86; a dark room's end
# at 65.
DARK_LIT, SHADOWED_LIT, GLARE = 66.0, 90.0, 0.2
# A head further askew than this looks like a mistake; portraits tilt by up to 15 degrees on purpose.
TILT_DEGREES = 24.0
# A face that is this much less sharp than it was a moment ago is moving.
MOVING_SHARE = 0.35


@dataclass(frozen=True)
class Rule:
    """A fact that overrules the network.

    Attributes:
        name: of the fact.
        find: the hint, where the fact holds; told the facts and how sharp the face was at best of late.
        after_s: how long it has to hold before it is said: a blink is no news.
    """

    name: str
    find: Callable[[FrameFacts, float], Hint | None]
    after_s: float


def _of_face(find: Callable[[FaceFacts], Hint | None]) -> Callable[[FrameFacts, float], Hint | None]:
    return lambda facts, _: find(facts.face) if facts.face is not None else None


def _no_face(facts: FrameFacts, _: float) -> Hint | None:
    return Hint("Come into the picture") if facts.face is None else None


def _cut(face: FaceFacts) -> Hint | None:
    """Back where opposite sides are cut, or one more side than a step aside could mend."""
    match face.cut:
        case ():
            return None
        case ("left",):
            return MOVE_HINTS[Move.PAN_LEFT]
        case ("right",):
            return MOVE_HINTS[Move.PAN_RIGHT]
        case ("top",):
            return MOVE_HINTS[Move.PAN_UP]
        case ("bottom",):
            return MOVE_HINTS[Move.PAN_DOWN]
    return MOVE_HINTS[Move.BACK]


def _against_light(face: FaceFacts) -> Hint | None:
    shadowed = face.lit < SHADOWED_LIT and face.glare >= GLARE
    return Hint("Face the light", Arrow.LIGHT, Move.BRIGHTER) if shadowed else None


def _too_dark(face: FaceFacts) -> Hint | None:
    return Hint("Too dark: find more light", Arrow.LIGHT, Move.BRIGHTER) if face.lit < DARK_LIT else None


def _moving(facts: FrameFacts, sharpest: float) -> Hint | None:
    moving = facts.face is not None and facts.face.sharpness < MOVING_SHARE * sharpest
    return Hint("Hold still") if moving else None


def _tilted(face: FaceFacts) -> Hint | None:
    if abs(face.tilt) < TILT_DEGREES:
        return None
    # Clockwise in the picture is counter-clockwise in the mirror, and has to be undone.
    move, arrow = (Move.ROLL_RIGHT, Arrow.CLOCKWISE) if face.tilt > 0 else (Move.ROLL_LEFT, Arrow.COUNTER_CLOCKWISE)
    return Hint("Straighten your head", arrow, move)


# From most to least urgent; the first that holds long enough is said.
RULES = (
    Rule("no face", _no_face, after_s=0.5),
    Rule("face cut by the edge", _of_face(_cut), after_s=0.3),
    Rule("against the light", _of_face(_against_light), after_s=0.5),
    Rule("too dark", _of_face(_too_dark), after_s=0.5),
    Rule("moving", _moving, after_s=0.4),
    Rule("eyes closed", _of_face(lambda face: Hint("Open your eyes") if face.eyes_closed else None), after_s=0.6),
    Rule("head tilted", _of_face(_tilted), after_s=0.4),
    Rule(
        "someone behind",
        lambda facts, _: Hint("Someone is behind you") if facts.bystanders else None,
        after_s=1.0,
    ),
)

# What no photographer would say of such a face, whatever the network hopes for.
SENSIBLE: dict[Move, Callable[[FaceFacts], bool]] = {
    Move.CLOSER: lambda face: face.height < 0.45,
    Move.BACK: lambda face: face.height > 0.2,
    Move.PAN_LEFT: lambda face: face.box[2] < 1 - ASIDE,
    Move.PAN_RIGHT: lambda face: face.box[0] > ASIDE,
    Move.PAN_UP: lambda face: face.box[3] < 1 - ASIDE,
    Move.PAN_DOWN: lambda face: face.box[1] > ASIDE,
    Move.BRIGHTER: lambda face: face.lit < 200,
    Move.DARKER: lambda face: face.lit > 225,
    Move.SOFTER: lambda face: face.contrast > 55,
}

# In logits. Said from SAY on, and until it falls below KEEP; another one has to be better by REPLACE.
SAY, KEEP, REPLACE = 0.2, 0.08, 0.15
# What is said stays long enough to be read; a fact that has passed is dropped a little later.
SHORTEST_S, FACT_LINGERS_S = 1.2, 0.4
# "Of late": how long the sharpest face is remembered.
SHARPEST_S = 2.5


class Adviser:
    """Says one hint at a time, and does not flicker."""

    def __init__(self) -> None:
        self.hint: Hint | None = None
        self._said_at_s = 0.0
        self._gains = SmoothedGains()
        self._holds_since_s: dict[str, float] = {}
        self._held_at_s: dict[str, float] = {}
        self._fact_hints: dict[str, Hint] = {}
        self._face: FaceFacts | None = None
        self._faces = 0
        self._last_box: tuple[float, float, float, float] | None = None
        self._sharpness: list[tuple[float, float]] = []

    def see_facts(self, facts: FrameFacts, at_s: float) -> Hint | None:
        """Take in what was measured at a time in seconds, and give the hint of now."""
        self._face, self._faces = facts.face, facts.faces
        sharpest = self._sharpest(facts, at_s)
        for rule in RULES:
            if (hint := rule.find(facts, sharpest)) is not None:
                self._holds_since_s.setdefault(rule.name, at_s)
                self._held_at_s[rule.name] = at_s
                self._fact_hints[rule.name] = hint
            elif at_s - self._held_at_s.get(rule.name, at_s) >= FACT_LINGERS_S:
                self._holds_since_s.pop(rule.name, None)
        return self._decide(at_s)

    def see_gains(self, gains: Gains, at_s: float) -> Hint | None:
        """Take in a round of moves, and give the hint of now."""
        self._gains.add(gains)
        return self._decide(at_s)

    def _sharpest(self, facts: FrameFacts, at_s: float) -> float:
        if facts.face is not None:
            if self._last_box is not None and _apart(facts.face.box, self._last_box):
                self._sharpness.clear()  # another person, or another scene
            self._last_box = facts.face.box
            self._sharpness.append((at_s, facts.face.sharpness))
        self._sharpness = [(then_s, value) for then_s, value in self._sharpness if at_s - then_s <= SHARPEST_S]
        return max((value for _, value in self._sharpness), default=0.0)

    def _decide(self, at_s: float) -> Hint | None:
        wanted = self._fact(at_s) or self._best_move()
        same = self.hint is not None and wanted is not None and wanted.text == self.hint.text
        may_change = self.hint is None or at_s - self._said_at_s >= SHORTEST_S
        if same and wanted is not None and self.hint is not None and wanted.arrow == self.hint.arrow:
            self.hint = wanted  # its gain moves on
        elif may_change:
            self.hint, self._said_at_s = wanted, at_s
        return self.hint

    def _fact(self, at_s: float) -> Hint | None:
        for rule in RULES:
            since_s = self._holds_since_s.get(rule.name)
            if since_s is not None and at_s - since_s >= rule.after_s:
                return self._fact_hints[rule.name]
        return None

    def _best_move(self) -> Hint | None:
        gains = {move: gain for move, gain in self._gains.value.items() if self._is_sensible(move)}
        if not gains:
            return None
        best = max(gains, key=lambda move: gains[move].logit)
        said = self.hint.move if self.hint is not None and self.hint.gain is not None else None
        if said in gains and gains[said].logit >= KEEP and gains[best].logit < gains[said].logit + REPLACE:
            best = said
        elif gains[best].logit < SAY:
            return None
        hint = MOVE_HINTS[best]
        return Hint(hint.text, hint.arrow, hint.move, max(0.0, gains[best].points))

    def _is_sensible(self, move: Move) -> bool:
        if self._faces > 1 and move in (Move.ROLL_LEFT, Move.ROLL_RIGHT):
            return False  # whose head?
        return self._face is None or move not in SENSIBLE or SENSIBLE[move](self._face)


def _apart(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes lie further apart than a face moves between two looks: half of its width."""
    middle, before = (one[0] + one[2]) / 2, (other[0] + other[2]) / 2
    return abs(middle - before) > (other[2] - other[0]) / 2
