"""The crop head: a small network that learns, window by window, what the shipped network says of crops of real photos.

The teacher is a model folder. Its body up to the fifth stage stays as it is and makes the maps; one convolution that
makes their channels few and a perceptron are fitted to the teacher's logits. Distillation: Hinton, Vinyals and Dean,
"Distilling the Knowledge in a Neural Network" (arXiv:1503.02531), here of a number.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)
from safetensors.torch import save
from torch import Tensor, nn

from engine.aspects import COMMON_ASPECTS
from engine.checkpoint import load_card, load_network
from engine.crop_head import (
    BINS,
    FACT_COUNT,
    HEAD_FILE,
    LONG_SIDES,
    MAP_FILE,
    fitted_size,
    map_input,
    window_facts,
    window_features,
)
from engine.crop_search import SEARCH_LONG_SIDE
from engine.crop_windows import CropSettings, Whole, WindowGroup, main_faces, window_groups
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector, Faces
from engine.files import write_atomically
from engine.geometry import Box
from engine.network import LiteNet
from engine.pictures import Picture, load_picture
from engine.pixels import Floats
from engine.preprocess import PREPROCESSING, letterbox
from engine.progress import Progress
from engine.scoring import Scorer, load_scorer
from training.manifest import ManifestError, build_manifest

KINDS = ("portrait", "official portrait")
# Of a smaller photo every crop is blurred alike: it teaches nothing.
MIN_LONG_SIDE = 400
STAGES = 5
CHANNELS, HIDDEN = 24, (64, 32)
# Of this share of the photos the faces are kept from the search, as if the detector had missed them.
FACES_MISSED = 0.12


@dataclass(frozen=True)
class CropHeadSettings:
    """The tuning of the distillation.

    Attributes:
        shapes: aspect ratios drawn of each photo.
        windows: drawn of each shape.
        epochs: passes over the windows.
        photos_at_once: photos whose windows make a step.
        rate: highest learning rate.
        decay: of the weights, decoupled.
        absolute: weight of the logits themselves; their differences within a photo, which a search needs, weigh 1.
        seed: of the drawing and the fit.
    """

    shapes: int = 3
    windows: int = 14
    epochs: int = 20
    photos_at_once: int = 16
    rate: float = 2e-3
    decay: float = 3e-2
    absolute: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class CropSample:
    """Windows of one photo, as the head sees them, and what the teacher says.

    Attributes:
        features: float16 (W, BINS * BINS, 112).
        facts: float32 (W, FACT_COUNT).
        logits: of the teacher, float32 (W,).
    """

    features: "np.typing.NDArray[np.float16]"
    facts: Floats
    logits: Floats


class StudentHead(nn.Module):
    """Few channels for the bins, then a perceptron on bins and facts."""

    def __init__(self, map_channels: int, spread: float) -> None:
        super().__init__()
        self.spread = spread
        self.reduce = nn.Linear(map_channels, CHANNELS, bias=False)
        sizes = (BINS * BINS * CHANNELS + FACT_COUNT, *HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.dropout = nn.Dropout(0.1)

    def forward(self, features: Tensor, facts: Tensor) -> Tensor:
        bins = self.reduce(features / self.spread).flatten(1)  # (W, BINS * BINS * CHANNELS)
        x = self.dropout(torch.cat([bins, facts], dim=1))
        for layer in self.layers[:-1]:
            x = self.dropout(layer(x).relu())  # (W, 64), (W, 32)
        logits: Tensor = self.layers[-1](x)[:, 0]  # (W,)
        return logits


class MapNet(nn.Module):
    """The teacher's first stages and a convolution to few channels: (1, 3, H, W) to (1, C, H / 16, W / 16)."""

    def __init__(self, network: LiteNet, reduce: nn.Module) -> None:
        super().__init__()
        self.stem, self.stages, self.reduce = network.stem, network.stages[:STAGES], reduce

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)  # (1, 32, H / 2, W / 2)
        for stage in self.stages:
            x = stage(x)  # Lite0: 16, 24, 40, 80, 112 channels
        reduced: Tensor = self.reduce(x)
        return reduced


def map_onnx(network: MapNet) -> bytes:
    """The maps' network as ONNX: `picture` (1, 3, H, W), sides multiples of 32, to `map` (1, C, H / 16, W / 16)."""
    program = torch.onnx.export(
        network.eval(), (torch.zeros(1, 3, 224, 320),), input_names=["picture"], output_names=["map"], verbose=False
    )
    assert program is not None
    model = program.model_proto
    # With sides that are multiples of 32 the padding of "SAME" is the same for every size, and so is the whole graph.
    for value in (model.graph.input[0], model.graph.output[0]):
        for place, name in ((2, "rows"), (3, "columns")):
            value.type.tensor_type.shape.dim[place].dim_param = f"{value.name}_{name}"
    del model.graph.value_info[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for item in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del item.metadata_props[:]
    del model.graph.metadata_props[:]
    buffer = io.BytesIO()
    onnx.save(model, buffer)
    return buffer.getvalue()


def train_photos(data: Path) -> list[Path]:
    """The photos that the head may learn from: whole ones of the train split.

    Raises:
        ManifestError: no data folder, or no such photo in it.
    """
    rows = [row for row in build_manifest(data) if row.kind in KINDS and row.split == "train"]
    if not rows:
        raise ManifestError(f"{data} has no whole photos to train with")
    return [data / row.path for row in rows]


def sample_windows(photos: Sequence[Path], teacher: Path, settings: CropHeadSettings) -> Iterator[Progress[CropSample]]:
    """Draw windows of photos and ask the teacher.

    Yields:
        A progress for each photo, with its sample; a photo that is small or damaged has none.

    Raises:
        ModelError: no such teacher.
        TypeError: the teacher is no EfficientNet-Lite.
    """
    scorer, detector = load_scorer(folder=teacher), FaceDetector()
    session = onnxruntime.InferenceSession(map_onnx(MapNet(_lite(teacher), nn.Identity())))
    rng = np.random.default_rng(settings.seed)
    for done, path in enumerate(photos, start=1):
        try:
            picture = load_picture(path, SEARCH_LONG_SIDE)
        except PictureError as error:
            yield Progress(done, len(photos), f"left out: {error}")
            continue
        if max(picture.full_size_wh) < MIN_LONG_SIDE:
            yield Progress(done, len(photos), f"too small: {path.name}")
            continue
        faces = NO_FACES if rng.random() < FACES_MISSED else detector.detect_full_size(picture)
        windows = _draw_windows(picture, faces, settings, rng)
        yield Progress(done, len(photos), path.name, (_sample(picture, faces, windows, scorer, session),))


def _lite(teacher: Path) -> LiteNet:
    network = load_network(teacher)
    if not isinstance(network, LiteNet):
        raise TypeError("only an EfficientNet-Lite can be the teacher of a crop head")
    return network


def _draw_windows(picture: Picture, faces: Faces, settings: CropHeadSettings, rng: np.random.Generator) -> Whole:
    drawn = []
    for number in rng.choice(len(COMMON_ASPECTS), settings.shapes, replace=False):
        groups = window_groups(picture.full_size_wh, faces, COMMON_ASPECTS[number], CropSettings(windows=2000))
        polite = np.concatenate([group.xyxy()[group.polite.ravel()] for group in groups])
        drawn.append(polite[rng.choice(len(polite), min(settings.windows, len(polite)), replace=False)])
    return np.concatenate(drawn)


def _sample(
    picture: Picture, faces: Faces, windows: Whole, scorer: Scorer, session: onnxruntime.InferenceSession
) -> CropSample:
    full_wh, picture_wh = picture.full_size_wh, (picture.pixels.shape[1], picture.pixels.shape[0])
    boxes = [Box(*window).scaled(full_wh, picture_wh) for window in windows.tolist()]
    scores = scorer.score_squares([letterbox(picture.pixels, box) for box in boxes])
    maps = {
        side: np.ascontiguousarray(
            session.run(["map"], {"picture": map_input(picture.pixels, side)})[0][0].transpose(1, 2, 0)
        )
        for side in LONG_SIDES
    }
    return sample_from_maps(maps, windows, [score.logit for score in scores], faces, full_wh, picture_wh)


def sample_from_maps(
    maps: dict[int, Floats],
    windows: Whole,
    logits: Sequence[float],
    faces: Faces,
    full_wh: tuple[int, int],
    picture_wh: tuple[int, int],
) -> CropSample:
    """What the head sees of windows: each on the map where it comes nearest to the network's size."""
    main = main_faces(faces, CropSettings())
    features, facts = [], []
    for window in windows:
        x0, y0, x1, y1 = window.tolist()
        share = max(x1 - x0, y1 - y0) / max(full_wh)
        side = min(LONG_SIDES, key=lambda side: abs(np.log(side * share / PREPROCESSING.size)))
        one = WindowGroup(x1 - x0, y1 - y0, np.array([x0]), np.array([y0]), np.ones((1, 1), np.bool_))
        features.append(window_features(one, maps[side], full_wh, fitted_size(picture_wh, side)))
        facts.append(window_facts(window[None], main, full_wh, picture_wh, side))
    bins = np.concatenate(features).reshape(len(windows), BINS * BINS, -1).astype(np.float16)
    return CropSample(bins, np.concatenate(facts), np.asarray(logits, np.float32))


def fit_head(samples: Sequence[CropSample], settings: CropHeadSettings) -> Iterator[Progress[StudentHead]]:
    """Fit the head; the loss is of differences within a photo, and a little of the logits themselves.

    Yields:
        A progress for each epoch; the last one carries the head.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    spread = float(np.mean([sample.features.astype(np.float32).std() for sample in samples]))
    head = StudentHead(samples[0].features.shape[2], spread)
    optimiser = torch.optim.AdamW(head.parameters(), lr=settings.rate, weight_decay=settings.decay)
    steps = -(-len(samples) // settings.photos_at_once)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, epochs=settings.epochs, steps_per_epoch=steps
    )
    for epoch in range(1, settings.epochs + 1):
        order, total = rng.permutation(len(samples)), 0.0
        for chosen in np.array_split(order, steps):
            loss = _loss(head, [samples[number] for number in chosen], settings)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        last = (head.eval(),) if epoch == settings.epochs else ()
        yield Progress(epoch, settings.epochs, f"loss {total / steps:.3f}", last)


def _loss(head: StudentHead, samples: Sequence[CropSample], settings: CropHeadSettings) -> Tensor:
    features = torch.from_numpy(np.concatenate([sample.features for sample in samples])).float()
    facts = torch.from_numpy(np.concatenate([sample.facts for sample in samples]))
    truth = torch.from_numpy(np.concatenate([sample.logits for sample in samples]))
    said = head(features, facts)
    counts = [len(sample.logits) for sample in samples]
    return F.smooth_l1_loss(_centred(said, counts), _centred(truth, counts)) + settings.absolute * F.smooth_l1_loss(
        said, truth
    )


def _centred(logits: Tensor, counts: list[int]) -> Tensor:
    """The logits less the mean of their photo."""
    return torch.cat([part - part.mean() for part in torch.split(logits, counts)])


def save_head(head: StudentHead, teacher: Path, folder: Path) -> None:
    """Write the two files of a crop head; the one that vouches for the other goes last.

    Raises:
        ModelError: no such teacher.
        TypeError: the teacher is no EfficientNet-Lite.
    """
    network = _lite(teacher)
    convolution = nn.Conv2d(head.reduce.in_features, CHANNELS, 1, bias=False)
    with torch.no_grad():
        convolution.weight.copy_((head.reduce.weight / head.spread)[:, :, None, None])
    content = map_onnx(MapNet(network, convolution))
    weights = {}
    for number, layer in enumerate(head.layers):
        assert isinstance(layer, nn.Linear)
        weights[f"weight{number}"] = layer.weight.detach().T.contiguous()
        weights[f"bias{number}"] = layer.bias.detach().contiguous()
    said = {
        "model_sha256": load_card(teacher).model_sha256,
        "map_sha256": hashlib.sha256(content).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / MAP_FILE, content)
    write_atomically(folder / HEAD_FILE, save(weights, metadata=said))
