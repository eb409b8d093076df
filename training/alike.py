"""Changes that should not raise a photo's score: what a good photo keeps, and what must not fool the network.

A photo that is mirrored, stored smaller, saved once more, framed in white or shown in black and white is as good as it
was: its score should stay. One under a faded filter is no better for it: its score may fall, and should not rise.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.pixels import Pixels

Change = Callable[[Pixels, np.random.Generator], Pixels]
# A photo with fewer pixels on its longer side than the network's square is really softer: not made smaller than that.
SMALLEST_LONG_SIDE = 240


def mirrored(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Left and right exchanged."""
    return np.ascontiguousarray(picture[:, ::-1])


def stored_smaller(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Fewer pixels, by one of the usual filters."""
    long_side = max(picture.shape[:2])
    scale = max(SMALLEST_LONG_SIDE / long_side, rng.uniform(0.45, 1.0))
    if scale >= 1:
        return picture
    filters = (cv2.INTER_AREA, cv2.INTER_LINEAR_EXACT, cv2.INTER_CUBIC)
    chosen = filters[int(rng.integers(len(filters)))] if scale > 0.6 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=chosen), np.uint8)


def saved_again(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """JPEG at quality 85 to 96."""
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(85, 97))])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def bordered(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """A white border of 2 to 10 % of the longer side."""
    width = round(max(picture.shape[:2]) * rng.uniform(0.02, 0.1))
    white = (255, 255, 255)
    return np.asarray(
        cv2.copyMakeBorder(picture, width, width, width, width, cv2.BORDER_CONSTANT, value=white), np.uint8
    )


def faded(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """The filter of old prints: blacks lifted, contrast and colour taken away, a little warmth."""
    amount = rng.uniform(0.4, 1.0)
    grey = picture.mean(axis=2, keepdims=True)
    softened = picture + 0.4 * amount * (grey - picture)
    lifted = softened * (1 - 0.3 * amount) + np.array([70, 64, 58]) * amount
    return np.asarray(np.clip(np.rint(lifted), 0, 255), np.uint8)


def black_and_white(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """The luma alone (ITU-R BT.601)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


AS_GOOD: dict[str, Change] = {
    "mirrored": mirrored,
    "stored smaller": stored_smaller,
    "saved again": saved_again,
    "white border": bordered,
    "black and white": black_and_white,
}
NO_BETTER: dict[str, Change] = {"faded filter": faded}


@dataclass(frozen=True)
class Changed:
    """A picture after a change that should not raise its score.

    Attributes:
        picture: RGB uint8 (H, W, 3).
        kind: which change.
        may_fall: whether a lower score is fine too.
    """

    picture: Pixels
    kind: str
    may_fall: bool


def draw_change(picture: Pixels, rng: np.random.Generator) -> Changed:
    """One change, drawn, of the photo or of its mirror image."""
    kind = str(rng.choice([*AS_GOOD, *NO_BETTER]))
    change = (AS_GOOD | NO_BETTER)[kind]
    if change is not mirrored and rng.random() < 0.75:
        picture = mirrored(picture, rng)
    return Changed(change(picture, rng), kind, kind in NO_BETTER)
