"""The colours of scores on a map: from blue over grey to yellow, told apart by lightness alone, by any eyes."""

import numpy as np

from engine.pixels import Floats, Pixels

# sRGB at 0, 50 and 100 points.
_STOPS = np.array([(58, 96, 214), (150, 140, 150), (255, 226, 80)], np.float32)


def score_colours(points: Floats) -> Pixels:
    """The colour of each score, 0 to 100: RGB uint8 (N, 3)."""
    at = np.clip(points, 0, 100) / 50
    return np.stack([np.interp(at, (0, 1, 2), _STOPS[:, channel]) for channel in range(3)], -1).round().astype(np.uint8)
