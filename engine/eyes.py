"""Are a face's eyes open? How far the lids stand apart and how far they sag, from the contour of each eye.

Source: Ablavatski et al., "Real-time Pupil Tracking from Monocular Video for Digital Puppetry" (2020); the network is
MediaPipe's iris model, a file in resources/ that ONNX Runtime runs. It draws a contour into every square that it is
given and never says that there is no eye: dark glasses mostly come out as open, a look far down as closed.
"""

from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.faces import Faces
from engine.pixels import Floats, Pixels
from engine.resources import EYE_CONTOUR
from engine.runtime import cpu_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# Eyes this far apart (in pixels) or further are read: of open ones 17 to 20 pixels apart, 5 of 65 came out as closed,
# at 20 to 34 pixels 2 of 250, above that 1 of 5,067.
MIN_EYE_DISTANCE = 20.0
# A contour narrower than this share of the eye distance lies on no eye that is seen from the front: 2 % of the faces,
# turned aside or with hair or glasses over the eye. The narrowest on a closed eye was 0.31.
MIN_EYE_WIDTH = 0.25
# Shut lids hang below the line between the corners; laughing eyes are narrowed from below and do not. Of 46 closed
# pairs, 27 were found at the price of 2 open ones among 5,317 by the opening alone, 34 with half the sag taken off.
SAG_WEIGHT = 0.5
# Judged by eye, 34 of those 46 closed pairs lie below and 3 of the 5,317 open ones; at 0.13 it is 26 and 0, at 0.15
# 36 and 11. Among the 60 lowest faces some 43 are shut or nearly, 11 hidden or blurred, 6 open. Of 300 drawn at random
# 3 lie below, all shut; 4 pairs shut or cast down, all small and soft, lie above. Of 24 dark glasses, 1 lies below.
# A narrow-eyed man at a webcam reads 0.14 to 0.18 with open eyes, others 0.20 to 0.28: it must not be much higher.
CLOSED_BELOW = 0.14
# A face takes 3 ms on one core; a crowd of more is seen from so far that its eyes are too small to be read.
FACE_LIMIT = 20
# Of what a person's eyes usually are: a blink is a third to a half, a look down about two thirds.
SHUT_SHARE = 0.6
# At ten looks a second, the last half minute: longer than anyone keeps the eyes shut before a camera.
WATCHED_LOOKS = 300

_SIDE = 64  # of the network's input
# Side of the square around an eye, as a share of the eye distance. Of 46 closed pairs, at the price of 2 open ones, 12
# are found at 0.8, 25 at 0.95, 34 here and 28 at 1.25.
_SQUARE_WIDTH = 1.1
# The eye itself reaches about this far from its landmark, as a share of the eye distance.
_EYE_REACH = 0.25
_INPUT, _CONTOUR_OUTPUT = "input_1", "output_eyes_contours_and_brows"
_CONTOUR_POINTS = 71
# Points of the contour, from the picture's left to its right: both lids' points lie opposite each other.
_LEFT_CORNER, _RIGHT_CORNER = 0, 8
_LOWER_LID, _UPPER_LID = slice(1, 8), slice(9, 16)


@dataclass(frozen=True)
class Eyes:
    """The eyes of the N faces of one picture, in the order of the faces; right eye first, as the landmarks have it.

    NaN is an eye that cannot be read: too small, turned away, outside of the picture, or beyond the limit of faces.

    Attributes:
        opening: float32 (N, 2), mean distance of the lids over the width of the eye: about 0.1 shut, 0.25 open.
        sag: float32 (N, 2), how far the lids' middle hangs below the line between the corners, over the same width:
            about -0.03 open, above 0 shut or looking down.
    """

    opening: Floats
    sag: Floats

    def __len__(self) -> int:
        return len(self.opening)

    @property
    def closed(self) -> npt.NDArray[np.bool_]:
        """Bool (N,): both eyes of the face are shut; not known is False, and so is a wink."""
        return np.asarray(self.aperture < CLOSED_BELOW)

    @property
    def aperture(self) -> Floats:
        """float32 (N,): opening less sag, mean over both eyes; about 0.08 shut, 0.26 open, NaN where not known."""
        return np.asarray((self.opening - SAG_WEIGHT * self.sag).mean(axis=1), np.float32)


class WatchedEyes:
    """One person's eyes over time: shut by any measure, and far below what they are when open.

    A man with narrow eyes at his desk reads 0.14 to 0.18 all the time, below or about the threshold of a single look;
    when he blinks he reads half of that, as everyone does.
    """

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=WATCHED_LOOKS)

    def are_closed(self, aperture: float) -> bool:
        """Take in one look (`Eyes.aperture` of the face), and tell whether the eyes are shut now."""
        if np.isnan(aperture):
            return False
        self._seen.append(aperture)
        usual = float(np.percentile(self._seen, 75))
        return aperture < CLOSED_BELOW and aperture < SHUT_SHARE * usual


class EyeReader:
    """Reads the eyes of faces. Safe to share between threads.

    Raises:
        ModelError: the network's file is missing, damaged, or another network's.
    """

    def __init__(self, model: Path = EYE_CONTOUR) -> None:
        self._session = _session(model)

    def read(self, picture: Pixels, faces: Faces, limit: int = FACE_LIMIT) -> Eyes:
        """Measure the eyes of a picture's faces.

        Args:
            picture: RGB uint8 (H, W, 3), upright.
            faces: found in this picture, in its pixels.
            limit: read the first, largest faces alone.
        """
        opening = np.full((len(faces), 2), np.nan, np.float32)
        sag = opening.copy()
        looked_at = faces.landmarks_xy[:limit, :2]
        readable = [(face, eye) for face, eyes_xy in enumerate(looked_at) for eye in _readable(eyes_xy, picture)]
        if readable:
            squares = np.stack([_eye_square(picture, looked_at[face], eye) for face, eye in readable])
            which = tuple(np.transpose(readable))
            opening[which], sag[which] = _measure(self._contours(squares))
        return Eyes(opening, sag)

    def _contours(self, squares: Pixels) -> Floats:
        """RGB squares (N, 64, 64, 3) to contours (N, 71, 2) in pixels of the squares."""
        pictures = np.ascontiguousarray(squares.transpose(0, 3, 1, 2), np.float32) / 255
        points = self._session.run([_CONTOUR_OUTPUT], {_INPUT: pictures})[0]  # (N, 71 * 3)
        return np.asarray(points, np.float32).reshape(len(squares), _CONTOUR_POINTS, 3)[..., :2]


@cache
def _session(model: Path) -> "InferenceSession":
    """The network of a file, loaded once: it keeps no state, and threads that each run it do not disturb each other."""
    try:
        # Read by us: ONNX Runtime cannot open every path that Windows allows.
        session = cpu_session(model.read_bytes(), threads=1)
        session.run([_CONTOUR_OUTPUT], {_INPUT: np.zeros((1, 3, _SIDE, _SIDE), np.float32)})
    except Exception as error:  # ONNX Runtime's own exception types are not public.
        raise ModelError(model, f"the eye model cannot be loaded ({error})") from error
    return session


def _readable(eyes_xy: Floats, picture: Pixels) -> list[int]:
    """Which of a face's eyes (2, 2) are large enough and wholly in the picture: 0 is the right one, 1 the left one."""
    distance = float(np.hypot(*(eyes_xy[1] - eyes_xy[0])))
    reach = _EYE_REACH * distance
    size_wh = np.array(picture.shape[1::-1])
    inside = np.all((eyes_xy >= reach) & (eyes_xy <= size_wh - reach), axis=1)
    return [eye for eye in (0, 1) if inside[eye] and distance >= MIN_EYE_DISTANCE]


def _eye_square(picture: Pixels, eyes_xy: Floats, eye: int) -> Pixels:
    """The square around one eye (0 is the right one), upright along the line between the eyes: RGB (64, 64, 3).

    The right eye comes mirrored, for the network knows left eyes: with the left one mirrored instead, 21 of 46 closed
    pairs are found where 34 are this way, and laughing eyes read as shut.
    """
    across = (eyes_xy[1] - eyes_xy[0]).astype(np.float64)
    distance = float(np.hypot(*across))
    right = across / distance
    down = np.array([-right[1], right[0]])
    side = _SQUARE_WIDTH * distance
    patch, origin = _around(picture, eyes_xy[eye], side)
    # Drawn this many times too large, then averaged: a large face keeps no stray pixels.
    oversampling = max(1, round(side / _SIDE))
    turn = np.stack([-right if eye == 0 else right, down]) * (oversampling * _SIDE / side)
    shift = oversampling * _SIDE / 2 - turn @ (eyes_xy[eye] - origin)
    size = oversampling * _SIDE
    drawn = cv2.warpAffine(patch, np.column_stack([turn, shift]), (size, size), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(drawn, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _around(picture: Pixels, center_xy: Floats, side: float) -> tuple[Pixels, npt.NDArray[np.int64]]:
    """The part of a picture that holds a turned square, and the part's corner (x, y).

    OpenCV 4 turns no picture of more than 32,767 pixels a side, and some panoramas have them.
    """
    size_wh = np.array(picture.shape[1::-1])
    # An eye outside of the picture is not read, but its square is still cut: one pixel at the least.
    x0, y0 = (np.floor(center_xy - side).astype(np.int64)).clip(0, size_wh - 1)
    x1, y1 = (np.ceil(center_xy + side).astype(np.int64)).clip(1, size_wh)
    return picture[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)], np.array([x0, y0])


def _measure(contours: Floats) -> tuple[Floats, Floats]:
    """Opening and sag, (N,) each, of contours (N, 71, 2); NaN where the contour is too narrow."""
    corner = contours[:, _LEFT_CORNER]
    along = contours[:, _RIGHT_CORNER] - corner
    width = np.linalg.norm(along, axis=1)
    known_width = np.where(width >= MIN_EYE_WIDTH / _SQUARE_WIDTH * _SIDE, width, np.nan)
    lower, upper = contours[:, _LOWER_LID], contours[:, _UPPER_LID]
    opening = np.linalg.norm(upper - lower, axis=2).mean(axis=1) / known_width
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    below = ((upper + lower) / 2 - corner[:, None]) @ down[..., None]  # (N, 7, 1), times the width
    return opening, below.mean(axis=(1, 2)) / known_width**2
