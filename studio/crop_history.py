"""What a person chose in the Crop room, step by step, so that every step can be taken back and done again."""

from dataclasses import dataclass, field

from engine.aspects import Aspect
from engine.crop_session import FaceRules
from engine.geometry import Box


@dataclass(frozen=True)
class CropState:
    """The choices that make a crop.

    Attributes:
        aspect: the shape that is searched and kept.
        box: the crop, in pixels of the photo; None before one is found.
        rules: what it owes to faces.
        by_hand: whether a person chose the box, and no search may replace it.
        angle_deg: what the photo is levelled by; the box is of what that leaves.
    """

    aspect: Aspect
    box: Box | None = None
    rules: FaceRules = field(default_factory=FaceRules)
    by_hand: bool = False
    angle_deg: float = 0.0

    @property
    def wish(self) -> tuple[Aspect, FaceRules]:
        """What is to be searched."""
        return self.aspect, self.rules


class CropHistory:
    """The states of one photo, in their order.

    Attributes:
        state: the present one.
    """

    def __init__(self, state: CropState) -> None:
        self.state = state
        self._past: list[CropState] = []
        self._future: list[CropState] = []

    def step(self, state: CropState, *, repeats: bool = False) -> None:
        """Go to a state that a person chose; one that repeats the step before, as a held key does, is one with it."""
        if state == self.state:
            return
        if not (repeats and self._past):
            self._past.append(self.state)
        self._future.clear()
        self.state = state

    def settle(self, state: CropState) -> None:
        """Put another state in the place of the present one, as a search does that ends."""
        self.state = state

    def undo(self) -> bool:
        """Go one step back; whether there was one."""
        if not self._past:
            return False
        self._future.append(self.state)
        self.state = self._past.pop()
        return True

    def redo(self) -> bool:
        """Go one step forward again; whether there was one."""
        if not self._future:
            return False
        self._past.append(self.state)
        self.state = self._future.pop()
        return True
