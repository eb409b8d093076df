"""A camera inside a large photo, that does what hints say: whether the coach is right, measured without a person.

It looks at the photo through a window of 4:3 that can be moved, enlarged, rolled and exposed otherwise, and never sees
past the photo's edge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from engine.coaching import try_moves
from engine.errors import PictureError
from engine.faces import FaceDetector
from engine.frame_facts import measure_frame
from engine.geometry import Box
from engine.hints import Adviser, Hint
from engine.moves import Move
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.progress import Progress
from engine.scoring import Score, Scorer

# Large enough for views of a few hundred pixels, small enough to be decoded at once.
PHOTO_LONG_SIDE = 1600
VIEW_WH = (640, 480)
# A person overdoes no hint: about half of what the coach tried out.
STEP_ZOOM, STEP_ASIDE, STEP_ROLL, STEP_EXPOSURE = 1.12, 0.07, 5.0, 1.2
# As long as a person needs to hear, to move and to hold still; enough for two rounds of the coach.
STEP_S, ROUNDS_PER_STEP = 1.5, 2
# A portrait's face is about this share of its height.
GOOD_FACE_HEIGHT = 0.35
DARKEST, BRIGHTEST = 0.3, 2.5


@dataclass(frozen=True)
class Pose:
    """Where the camera looks.

    Attributes:
        x, y: middle of the view, in pixels of the photo.
        height: of the view, in pixels of the photo.
        roll: degrees, clockwise.
        exposure: factor of the photo's brightness.
    """

    x: float
    y: float
    height: float
    roll: float = 0.0
    exposure: float = 1.0


@dataclass(frozen=True)
class Walk:
    """What following the hints did.

    Attributes:
        start, end: scores before the first and after the last hint.
        hints: what was said and followed, in order.
        came_to_rest: whether the coach fell silent before the patience ended.
    """

    start: Score
    end: Score
    hints: tuple[Hint, ...]
    came_to_rest: bool


def view(photo: Pixels, pose: Pose) -> Pixels:
    """What the camera sees: RGB uint8 (480, 640, 3)."""
    width, height = VIEW_WH
    scale = height / pose.height
    matrix = cv2.getRotationMatrix2D((pose.x, pose.y), pose.roll, scale)
    matrix[:, 2] += np.array([width / 2 - pose.x, height / 2 - pose.y])
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = cv2.warpAffine(photo, matrix, VIEW_WH, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(seen * pose.exposure, 0, 255), np.uint8)


def inside(pose: Pose, photo_wh: tuple[int, int]) -> bool:
    """Whether all of a view lies in the photo."""
    half_h, half_w = pose.height / 2, pose.height * VIEW_WH[0] / VIEW_WH[1] / 2
    turn = np.radians(abs(pose.roll))
    reach_x = half_w * np.cos(turn) + half_h * np.sin(turn)
    reach_y = half_h * np.cos(turn) + half_w * np.sin(turn)
    return bool(reach_x <= pose.x <= photo_wh[0] - reach_x and reach_y <= pose.y <= photo_wh[1] - reach_y)


def obeyed(pose: Pose, move: Move) -> Pose:
    """The pose after a step of a move."""
    height, width = pose.height, pose.height * VIEW_WH[0] / VIEW_WH[1]
    match move:
        case Move.CLOSER:
            return replace(pose, height=height / STEP_ZOOM)
        case Move.BACK:
            return replace(pose, height=height * STEP_ZOOM)
        case Move.PAN_LEFT:
            return replace(pose, x=pose.x - STEP_ASIDE * width)
        case Move.PAN_RIGHT:
            return replace(pose, x=pose.x + STEP_ASIDE * width)
        case Move.PAN_UP:
            return replace(pose, y=pose.y - STEP_ASIDE * height)
        case Move.PAN_DOWN:
            return replace(pose, y=pose.y + STEP_ASIDE * height)
        case Move.ROLL_LEFT:
            return replace(pose, roll=pose.roll - STEP_ROLL)
        case Move.ROLL_RIGHT:
            return replace(pose, roll=pose.roll + STEP_ROLL)
        case Move.BRIGHTER:
            return replace(pose, exposure=min(pose.exposure * STEP_EXPOSURE, BRIGHTEST))
        case Move.DARKER | Move.SOFTER:
            return replace(pose, exposure=max(pose.exposure / STEP_EXPOSURE, DARKEST))


def badly_framed(face: Box, photo_wh: tuple[int, int], rng: np.random.Generator, tries: int = 200) -> Pose | None:
    """A pose that has something to mend, with most of the face in view.

    None where the photo has no room for it, or none for a good pose to be led to.
    """
    good = Pose((face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2, face.height / GOOD_FACE_HEIGHT)
    if not inside(good, photo_wh):
        return None
    for _ in range(tries):
        height = face.height / rng.uniform(0.12, 0.75)
        x = (face.x0 + face.x1) / 2 + rng.uniform(-0.45, 0.45) * height
        y = (face.y0 + face.y1) / 2 + rng.uniform(-0.35, 0.35) * height
        exposure = float(rng.choice([1.0, 1.0, rng.uniform(0.35, 0.7), rng.uniform(1.4, 1.9)]))
        pose = Pose(x, y, height, float(rng.uniform(-12, 12)), exposure)
        if inside(pose, photo_wh):
            return pose
    return None


def follow(photo: Pixels, pose: Pose, scorer: Scorer, detector: FaceDetector, *, patience: int = 16) -> Walk:
    """Do what the hints say, until there are none, or for so many hints.

    Args:
        photo: RGB uint8 (H, W, 3).
        pose: where to begin.
        scorer: of views and moves.
        detector: of faces in views.
        patience: hints that are followed at most.
    """
    adviser, hints = Adviser(), []  # type: Adviser, list[Hint]
    size_wh = (photo.shape[1], photo.shape[0])
    start = scorer.score(view(photo, pose))
    for step in range(patience):
        hint = _advice(view(photo, pose), adviser, scorer, detector, step * STEP_S)
        if hint is None:
            return Walk(start, scorer.score(view(photo, pose)), tuple(hints), came_to_rest=True)
        hints.append(hint)
        moved = obeyed(pose, hint.move) if hint.move is not None else pose
        # At the photo's edge a person would be at a wall: the hint cannot be followed further.
        if not inside(moved, size_wh):
            break
        pose = moved
    return Walk(start, scorer.score(view(photo, pose)), tuple(hints), came_to_rest=False)


def _advice(seen: Pixels, adviser: Adviser, scorer: Scorer, detector: FaceDetector, at_s: float) -> Hint | None:
    facts = measure_frame(seen, detector.detect(seen))
    *_, gains = try_moves(seen, scorer)
    hint = None
    for turn in range(ROUNDS_PER_STEP):
        now_s = at_s + (turn + 1) * STEP_S / ROUNDS_PER_STEP
        adviser.see_facts(facts, now_s)
        hint = adviser.see_gains(gains, now_s)
    return hint


def walks(photos: Sequence[Path], scorer: Scorer, *, scenes: int, seed: int = 0) -> Iterator[Progress[Walk]]:
    """Follow hints from badly framed views, each in another photo, until there are enough or no photos are left.

    Args:
        photos: in any order; what cannot be read, shows no face or leaves no room around it is passed over.
        scorer: of views and moves.
        scenes: how many to begin.
        seed: of the photos and the views.
    """
    rng, detector = np.random.default_rng(seed), FaceDetector(long_side=max(VIEW_WH))
    done = 0
    for index in rng.permutation(len(photos)):
        walk = _walk_in(photos[index], scorer, detector, rng)
        if walk is not None:
            done += 1
            yield Progress(done, scenes, photos[index].name, (walk,))
        if done == scenes:
            return


def _walk_in(path: Path, scorer: Scorer, detector: FaceDetector, rng: np.random.Generator) -> Walk | None:
    try:
        photo = load_picture(path, PHOTO_LONG_SIDE).pixels
    except PictureError:
        return None
    size_wh = (photo.shape[1], photo.shape[0])
    faces = detector.detect(photo).boxes_within(size_wh)
    pose = badly_framed(faces[0], size_wh, rng) if faces else None
    return follow(photo, pose, scorer, detector) if pose is not None else None
