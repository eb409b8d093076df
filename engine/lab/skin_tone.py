"""A stand-in for the tone of skin in a photo, to see whether a score depends on it: never told of a single photo.

The individual typology angle of the lit skin of both cheeks: Chardon, Cretois and Hourseau, "Skin colour typology and
suntanning pathways" (1991); above 55 degrees is very light, below -30 very dark. In a photo it is the skin in its
light: warm or cold light, a filter, and a dark exposure move it as another skin would, by tens of degrees. So groups of
photos are compared and no photo is judged, with light held, and what is then found is a hint and no proof.
"""

from math import atan2, degrees, nan

import cv2
import numpy as np

from engine.faces import Faces
from engine.pixels import Pixels

# Cheeks: half way from an eye to the corner of the mouth below it; so wide, as a share of the distance of the eyes.
CHEEK_SHARE = 0.22
MIN_PIXELS = 30
# The darker half of a cheek is in the shade, or is a beard; what is brighter than this may be clipped.
LIT_PERCENTILE, CLIPPED_FROM = 50, 250
# A photo without colours has no such angle, and where skin is bluer than grey the light is to blame.
MIN_YELLOW = 2.0


def skin_angle(picture: Pixels, faces: Faces) -> float:
    """The typology angle in degrees of the largest face, larger is lighter; NaN where it cannot be told.

    Args:
        picture: RGB uint8 (H, W, 3).
        faces: in pixels of it.
    """
    if len(faces) == 0:
        return nan
    skin = np.concatenate([_cheek(picture, faces.landmarks_xy[0], side) for side in (0, 1)])
    luma = skin @ np.array([0.299, 0.587, 0.114])
    lit = skin[(luma >= np.percentile(luma, LIT_PERCENTILE)) & (skin.max(axis=1) < CLIPPED_FROM)] if len(skin) else skin
    if len(lit) < MIN_PIXELS:
        return nan
    lab = cv2.cvtColor((lit[None] / 255).astype(np.float32), cv2.COLOR_RGB2Lab)[0]
    lightness, _, yellow = np.median(lab, axis=0).tolist()
    return degrees(atan2(lightness - 50, yellow)) if yellow >= MIN_YELLOW else nan


def _cheek(picture: Pixels, landmarks_xy: np.ndarray, side: int) -> Pixels:
    """Pixels (N, 3) of a cheek: 0 is the person's right one, 1 the left one."""
    height, width = picture.shape[:2]
    reach = CHEEK_SHARE * float(np.hypot(*(landmarks_xy[1] - landmarks_xy[0])))
    x, y = ((landmarks_xy[side] + landmarks_xy[3 + side]) / 2).tolist()
    x0, y0 = max(round(x - reach), 0), max(round(y - reach), 0)
    x1, y1 = min(round(x + reach) + 1, width), min(round(y + reach) + 1, height)
    return picture[y0 : max(y1, y0), x0 : max(x1, x0)].reshape(-1, 3)
