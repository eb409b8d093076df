"""What ten thousand windows of a photo would score, estimated at once: the convolutions run once, windows share them.

    picture at a few sizes --crop_map.onnx--> maps, a cell every 32 pixels: its score, and a few channels more
    window of a map --averages over 5 x 5 bins--> with its place and its faces: perceptron --> logit

The score of a picture is the mean of what the network's last layer says of each cell, so the mean over the cells of a
window is nearly the window's score; less so where the window's edge cuts what the picture goes on with. The maps' own
layers began as the network's and were fitted to tell that too, together with a perceptron that sees the bins (RoI
pooling: Girshick, "Fast R-CNN", arXiv:1504.08083): all distilled from the network itself. Windows of one size that
stand in rows and columns are averaged by two products of matrices.
`training.crop_head` makes the two files; they serve one model, whose sha256 they carry.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.crop_windows import Whole, WindowGroup
from engine.errors import ModelError
from engine.faces import Faces
from engine.pictures import Picture
from engine.pixels import Floats, Pixels
from engine.preprocess import PREPROCESSING, network_input
from engine.resources import MODEL_FOLDER
from engine.runtime import cpu_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MAP_FILE, HEAD_FILE = "crop_map.onnx", "crop_head.safetensors"
# Long sides of the picture: a window is looked at where it comes nearest to the network's 224 pixels.
LONG_SIDES = (256, 512)
# Pixels of the picture for a cell, and bins for a window's side.
CELL_PX, BINS = 32, 5
FACT_COUNT = 19
# The mean of a window's cells counts up to this, in logits: no photo scores more, or less.
SCORE_LIMIT = 6.0


class FeatureMaps:
    """The feature maps of one picture; each is made when a window first asks for it.

    Attributes:
        full_wh: size of the photo, in which windows are told.
        picture_wh: size of the decoded picture.
    """

    def __init__(self, picture: Picture, session: "InferenceSession") -> None:
        self.full_wh = picture.full_size_wh
        self.picture_wh = picture.pixels.shape[1], picture.pixels.shape[0]
        self._pixels = picture.pixels
        self._session = session
        self._maps: dict[int, Floats] = {}

    def at(self, long_side: int) -> Floats:
        """The map at one of `LONG_SIDES`: float32 (h, w, C), a cell every 32 pixels; channel 0 is the cell's score."""
        if long_side not in self._maps:
            self._maps[long_side] = map_of(self._pixels, long_side, self._session)
        return self._maps[long_side]


def map_of(picture: Pixels, long_side: int, session: "InferenceSession") -> Floats:
    """The map, float32 (h, w, C), of a picture, RGB uint8 (H, W, 3), whose longer side is made this long."""
    found = session.run(["map"], {"picture": map_input(picture, long_side)})[0][0]
    return np.ascontiguousarray(found.transpose(1, 2, 0))


def long_side_for(window_wh: tuple[int, int], full_wh: tuple[int, int]) -> int:
    """The one of `LONG_SIDES` at which a window comes nearest to what the network sees."""
    wanted = PREPROCESSING.size * max(full_wh) / max(window_wh)
    return min(LONG_SIDES, key=lambda side: max(side, wanted) / min(side, wanted))


def map_input(picture: Pixels, long_side: int) -> Floats:
    """A whole picture for the maps' network: float32 (1, 3, H, W), filled up with grey to whole cells."""
    height, width = picture.shape[:2]
    fitted_w, fitted_h = fitted_size((width, height), long_side)
    shrinks = fitted_w < width
    fitted = cv2.resize(picture, (fitted_w, fitted_h), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    below, beside = -fitted_h % CELL_PX, -fitted_w % CELL_PX
    grey = (PREPROCESSING.mean,) * 3
    filled = cv2.copyMakeBorder(fitted, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=grey)
    return network_input([filled.astype(np.uint8, copy=False)])


def fitted_size(size_wh: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Width and height of a picture once its longer side is reduced or enlarged to this."""
    scale = long_side / max(size_wh)
    return max(1, round(size_wh[0] * scale)), max(1, round(size_wh[1] * scale))


def window_features(
    group: WindowGroup, map_hwc: Floats, size_wh: tuple[int, int], fitted_wh: tuple[int, int]
) -> Floats:
    """The map averaged over the bins of each window.

    Args:
        group: X by Y windows, in pixels of the photo.
        map_hwc: float32 (h, w, C).
        size_wh: of the photo.
        fitted_wh: of the picture that the map was made of, before it was filled up.

    Returns:
        float32 (Y * X, BINS * BINS * C), windows in the order of `WindowGroup.xyxy`, bins column after column.
    """
    height, width, _ = map_hwc.shape
    columns = bin_shares(group.lefts, group.width, width, CELL_PX * size_wh[0] / fitted_wh[0])  # (X * B, w)
    rows = bin_shares(group.tops, group.height, height, CELL_PX * size_wh[1] / fitted_wh[1])  # (Y * B, h)
    strips = (rows @ map_hwc.reshape(height, -1)).reshape(len(group.tops), BINS, width, -1)  # (Y, B, w, C)
    beside = np.ascontiguousarray(strips.transpose(0, 2, 1, 3)).reshape(len(group.tops), width, -1)  # (Y, w, B * C)
    features: Floats = (columns @ beside).reshape(len(group.tops) * len(group.lefts), -1)  # (Y * X, B * B * C)
    return features


def bin_shares(starts: Whole, length: int, cells: int, cell_px: float) -> Floats:
    """The share that each cell has in each bin of each window along one side: float32 (S * B, cells)."""
    edges = (starts[:, None] + length * np.arange(BINS + 1) / BINS) / cell_px  # (S, B + 1)
    cell = np.arange(cells)
    covered = np.minimum(edges[:, 1:, None], cell + 1) - np.maximum(edges[:, :-1, None], cell)
    shares = np.clip(covered, 0, None) * (BINS * cell_px / length)
    return np.asarray(shares.reshape(-1, cells), np.float32)


def window_facts(
    windows_xyxy: Whole, faces: Faces, size_wh: tuple[int, int], picture_wh: tuple[int, int], long_sides: Whole
) -> Floats:
    """Where windows lie, how large they are, and where their faces are.

    Args:
        windows_xyxy: int (W, 4), in pixels of the photo.
        faces: the ones to keep, in pixels of the photo, largest first.
        size_wh: of the photo.
        picture_wh: of the decoded picture, whose pixels are all that the network can see.
        long_sides: of the picture that each window's map is made of, int (W,).

    Returns:
        float32 (W, FACT_COUNT), each within about -3 to 3.
    """
    window = windows_xyxy.astype(np.float32)
    start, side = window[:, :2], window[:, 2:] - window[:, :2]
    longest = side.max(axis=1)
    facts = np.zeros((len(window), FACT_COUNT), np.float32)
    facts[:, 0] = np.log2(side[:, 0] / side[:, 1])
    facts[:, 1] = np.log2(longest / max(size_wh))
    facts[:, 2] = facts[:, 1] + np.log2(long_sides / PREPROCESSING.size)
    facts[:, 3] = np.clip(facts[:, 1] + np.log2(max(picture_wh) / PREPROCESSING.size), -2, 2)
    facts[:, 4:6] = np.minimum(start / side, 1)
    facts[:, 6:8] = np.minimum((np.asarray(size_wh) - window[:, 2:]) / side, 1)
    if len(faces):
        boxes = faces.boxes_xyxy
        largest = (boxes[0] - np.tile(start, 2)) / np.tile(side, 2)
        everyone = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
        together = (everyone - np.tile(start, 2)) / np.tile(side, 2)
        facts[:, 8] = 1
        facts[:, 9:11] = (largest[:, :2] + largest[:, 2:]) / 2 - 0.5
        facts[:, 11] = np.log2(largest[:, 3] - largest[:, 1]) + 1
        facts[:, 12] = (boxes[0, 3] - boxes[0, 1]) / longest
        facts[:, 13:17] = together - 0.5
        facts[:, 17] = min(len(faces), 3) / 3
        facts[:, 18] = np.abs(facts[:, 9])
    return np.clip(facts, -3, 3)


class CropHead:
    """Estimates what windows would score.

    Args:
        map_onnx: the network that makes maps, as ONNX.
        weights: `weight0`, `bias0`, `weight1` ... of the perceptron; weights are (inputs, outputs).
        threads: cores that make a map together; None takes all.

    Raises:
        ValueError: the weights do not make a perceptron.
        Exception: of ONNX Runtime's own, where it cannot load the map.
    """

    def __init__(self, map_onnx: bytes, weights: Mapping[str, Floats], threads: int | None = None) -> None:
        self._session = cpu_session(map_onnx, threads)
        self._layers = [(weights[f"weight{n}"], weights[f"bias{n}"]) for n in range(len(weights) // 2)]
        if not self._layers or self._layers[-1][0].shape[1] != 1:
            raise ValueError("the head does not end in one number")
        if len(self._layers[0][0]) != BINS**2 * self._session.get_outputs()[0].shape[1] + FACT_COUNT:
            raise ValueError("the head was made for windows of other bins")

    def maps(self, picture: Picture) -> FeatureMaps:
        """The maps of a picture, for any number of searches in it."""
        return FeatureMaps(picture, self._session)

    def estimate(self, maps: FeatureMaps, groups: Sequence[WindowGroup], faces: Faces) -> Floats:
        """The logits that windows would have: float32 (W,), group after group in the order of `WindowGroup.xyxy`.

        Args:
            maps: of the photo.
            groups: the windows, at least one group.
            faces: the ones to keep, in pixels of the photo, largest first.
        """
        first, bias = self._layers[0]
        of_bins, of_facts = first[:-FACT_COUNT], first[-FACT_COUNT:]
        means, seen, sides = [], [], []
        for group in groups:
            side = long_side_for((group.width, group.height), maps.full_wh)
            features = window_features(group, maps.at(side), maps.full_wh, fitted_size(maps.picture_wh, side))
            means.append(mean_score(features))
            seen.append(features @ of_bins)
            sides.append(np.full(len(features), side))
        windows = np.concatenate([group.xyxy() for group in groups])
        facts = window_facts(windows, faces, maps.full_wh, maps.picture_wh, np.concatenate(sides))
        values = np.concatenate(seen) + facts @ of_facts + bias
        for weight, shift in self._layers[1:]:
            values = np.maximum(values, 0) @ weight + shift
        return np.asarray(np.concatenate(means) + values[:, 0], np.float32)


def mean_score(features: Floats) -> Floats:
    """The mean of the score map over windows, of `window_features` (W, BINS * BINS * C): float32 (W,)."""
    scores = features.reshape(len(features), BINS**2, -1)[:, :, 0]
    return np.asarray(np.clip(scores.mean(axis=1), -SCORE_LIMIT, SCORE_LIMIT), np.float32)


@lru_cache(maxsize=4)
def crop_head_for(model_sha256: str, folder: Path = MODEL_FOLDER, threads: int | None = None) -> CropHead | None:
    """The head that was distilled from this model; None where the folder holds none, or one of another model.

    Args:
        model_sha256: `engine.checkpoint.ModelCard.model_sha256` of the model that scores.
        folder: where the two files lie.
        threads: cores that make a map together; None takes all.

    Raises:
        ModelError: the head is this model's, but its files are damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / HEAD_FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, "numpy") as file:
            said = file.metadata() or {}
            weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        if said.get("model_sha256") != model_sha256:
            return None
        map_onnx = (folder / MAP_FILE).read_bytes()
        if hashlib.sha256(map_onnx).hexdigest() != said.get("map_sha256"):
            raise ModelError(folder / MAP_FILE, "not the file that the crop head was made with: copy both again")
        return CropHead(map_onnx, weights, threads)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(path, f"the crop head cannot be read ({error}): copy the model folder again") from error
