"""Figures of a network on photos that it never trained on, and the targets that they are held against.

Every figure is of pictures that came through the program's own decoding, at the size that the album scores them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import PictureError
from engine.faces import PHOTO_LONG_SIDE
from engine.network import ScoreNet
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from training.alike import Change, black_and_white, bordered, faded, mirrored
from training.degrade import DEGRADATIONS, Degradation
from training.framing import BAD_FRAMINGS
from training.manifest import Row
from training.metrics import auc, auc_interval, calibration_error, reliability, spearman
from training.pairs import Pair, Photo, framing_pair
from training.photos import Examples
from training.unseen import UNSEEN_DAMAGE
from training.validation import logits_of

MILD, STRONG = 0.0, 1.0
# What people do to a photo to make it look better, and what must not fool the network.
DRESSED_UP: dict[str, Change] = {
    "white border": bordered,
    "faded filter": faded,
    "black and white": black_and_white,
}
# A group smaller than this says nothing.
MIN_GROUP = 20
# Draws of the permutation test: enough for a share to the hundredth.
GAP_DRAWS = 1000
# These change nothing about a photo without colours, and so cannot make it worse: mean chroma, in levels of 255.
COLOUR_KINDS, HARDLY_COLOURED = ("wrong hue", "garish"), 4.0
AGE_BANDS = ((0, 20), (20, 40), (40, 60), (60, 200))
GROUPS: dict[str, Callable[[Row], str]] = {
    "gender": lambda row: row.gender,
    "age": lambda row: age_band(row.age),
    "race code": lambda row: row.group,
}
REFERENCE_PERCENTILES = np.linspace(0, 100, 101)
MEGAPIXELS = (1, 4, 12)

Metrics = dict[str, object]
Numbers = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Target:
    """A figure and what it should be.

    Attributes:
        what: which figure.
        value: as measured.
        limit: at least this, or at most, as `at_least` says.
    """

    what: str
    value: float
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        return f"{self.what}: {self.value:g} ({sign} {self.limit:g}: {'met' if self.met else 'NOT met'})"


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        metrics: figures by name, as they go into the model's card.
        targets: those of them that are held against a target.
        curves: what is drawn: "predicted" and "observed" of the reliability plot; "points" of the whole photos.
    """

    metrics: Metrics
    targets: tuple[Target, ...]
    curves: dict[str, list[float]]


def reference_logits(network: ScoreNet, photos: Sequence[Photo]) -> tuple[float, ...]:
    """The logits of whole photos at the percentiles 0, 1 ... 100: the scale of the number that people see."""
    logits = logits_of(network, [letterbox(photo.pixels) for photo in photos])
    return tuple(np.percentile(logits, REFERENCE_PERCENTILES).round(4).tolist())


def evaluate(
    network: ScoreNet, test: Examples, reference: tuple[float, ...], originals: Sequence[Path] = ()
) -> Iterator[Progress[Evaluation]]:
    """Measure a network on the test split.

    Args:
        network: in evaluation mode.
        test: labelled chips and whole photos, decoded to `engine.faces.PHOTO_LONG_SIDE`.
        reference: logits at the percentiles, from `reference_logits`.
        originals: photos of 9 megapixels and more, to be scored at several sizes; none leaves that out.

    Yields:
        A progress after each part; the last one carries the figures.
    """
    yield from _Evaluator(network, test, reference, originals).run()


class _Evaluator:
    def __init__(
        self, network: ScoreNet, test: Examples, reference: tuple[float, ...], originals: Sequence[Path]
    ) -> None:
        self.network, self.reference, self.originals = network, reference, originals
        self.labelled = [(row, photo) for row, photo in test if row.label]
        # Where every photo has a label, those are the whole photos.
        self.photos = [photo for row, photo in test if not row.label] or [photo for _, photo in self.labelled]
        self.squares = [letterbox(photo.pixels) for photo in self.photos]
        self.targets: list[Target] = []
        self.curves: dict[str, list[float]] = {}

    def run(self) -> Iterator[Progress[Evaluation]]:
        metrics: Metrics = {"test photos": len(self.photos), "test labels": len(self.labelled)}
        self.logits = logits_of(self.network, self.squares)
        self.curves["points"] = self._points(self.logits).round(2).tolist()
        parts: dict[str, Callable[[], Metrics]] = {
            "label": self._label,
            "damage, strong": lambda: self._damage(DEGRADATIONS, STRONG, 0.97),
            "damage, mild": lambda: self._damage(DEGRADATIONS, MILD, 0.85),
            "unseen damage, middling": lambda: self._damage(UNSEEN_DAMAGE, 0.5, 0.80),
            "framing": self._framing,
            "mirrored": self._mirrored,
            "not fooled": self._not_fooled,
            "no face": self._no_face,
            "size": self._size,
        }
        for done, (name, measure) in enumerate(parts.items(), start=1):
            if figures := measure():
                metrics[name] = figures
            last = done == len(parts)
            result = (Evaluation(metrics, tuple(self.targets), self.curves),) if last else ()
            yield Progress(done, len(parts), name, result)

    def _points(self, logits: Numbers) -> Numbers:
        return np.asarray(np.interp(logits, self.reference, REFERENCE_PERCENTILES))

    def _moved(self, pictures: Sequence[Pixels]) -> Numbers:
        """How many points each whole photo rises when it is shown as one of these pictures."""
        return self._points(logits_of(self.network, list(map(letterbox, pictures)))) - self._points(self.logits)

    def _expect(self, what: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
        limit = at_least if at_least is not None else at_most
        assert limit is not None
        self.targets.append(Target(what, round(value, 4), limit, at_least is not None))

    def _label(self) -> Metrics:
        if len({row.label for row, _ in self.labelled}) < 2:
            return {}
        logits = logits_of(self.network, [letterbox(photo.pixels) for _, photo in self.labelled])
        positive = np.array([row.label == "1" for row, _ in self.labelled])
        predicted = 1 / (1 + np.exp(-logits.astype(np.float64)))
        self.curves["predicted"], self.curves["observed"] = reliability(predicted, positive)
        area = auc(logits, positive)
        self._expect("label, AUC", area, at_least=0.80)
        figures: Metrics = {
            "auc": round(area, 4),
            "auc 95 % interval": [round(end, 4) for end in auc_interval(logits, positive)],
            "accuracy": round(float(((logits > 0) == positive).mean()), 4),
            "Spearman": round(spearman(logits, positive.astype(float)), 4),
            "calibration error": round(calibration_error(predicted, positive), 4),
        }
        for name, group_of in GROUPS.items():
            groups = [group_of(row) for row, _ in self.labelled]
            figures[f"by {name}"] = table = self._by_group(groups, logits, positive)
            areas = [float(str(row["auc"])) for row in table.values()]
            if len(areas) > 1:
                gap = max(areas) - min(areas)
                self._expect(f"AUC gap by {name}", gap, at_most=0.06)
                figures[f"AUC gap by {name}"] = {"gap": round(gap, 3), **self._by_chance(groups, logits, positive, gap)}
        return figures

    def _by_chance(
        self, groups: Sequence[str], logits: Numbers, positive: npt.NDArray[np.bool_], gap: float
    ) -> Metrics:
        """The gap between groups of the same sizes that are drawn by lot (permutation test)."""
        rng = np.random.default_rng(0)
        drawn: list[float] = []
        for _ in range(GAP_DRAWS):
            members = _telling_groups(rng.permutation(groups).tolist(), positive).values()
            areas = [auc(logits[inside], positive[inside]) for inside in members]
            drawn.append(max(areas) - min(areas) if len(areas) > 1 else 0.0)
        return {
            "median gap of groups drawn by lot": round(float(np.median(drawn)), 3),
            "share of those at least as wide": round(float((np.array(drawn) >= gap).mean()), 3),
        }

    def _by_group(self, groups: Sequence[str], logits: Numbers, positive: npt.NDArray[np.bool_]) -> dict[str, Metrics]:
        points = self._points(logits)
        return {
            group: {
                "photos": int(inside.sum()),
                "auc": round(auc(logits[inside], positive[inside]), 3),
                "auc 95 % interval": [round(end, 3) for end in auc_interval(logits[inside], positive[inside])],
                "mean points of the good": round(float(points[inside & positive].mean()), 1),
                "mean points of the others": round(float(points[inside & ~positive].mean()), 1),
            }
            for group, inside in _telling_groups(groups, positive).items()
        }

    def _damage(self, kinds: dict[str, Degradation], strength: float, target: float) -> Metrics:
        rng = np.random.default_rng(0)
        figures: Metrics = {}
        name = {MILD: "mild", STRONG: "strong"}.get(strength, "middling")
        coloured = np.array([_chroma(square) >= HARDLY_COLOURED for square in self.squares], bool)
        for kind, damage in kinds.items():
            damaged = [letterbox(damage(photo.pixels, strength, rng)) for photo in self.photos]
            better = self.logits > logits_of(self.network, damaged)
            counted = better[coloured] if kind in COLOUR_KINDS else better
            right = float(counted.mean()) if len(counted) else 1.0
            figures[kind] = round(right, 4)
            self._expect(f"{kind}, {name}", right, at_least=target)
        return figures

    def _framing(self) -> Metrics:
        rng = np.random.default_rng(0)
        figures: Metrics = {}
        for kind in BAD_FRAMINGS:
            pairs = [pair for photo in self.photos if (pair := framing_pair(photo, kind, rng))]
            if pairs:
                right = self._share_right(pairs)
                figures[kind] = {"right": round(right, 4), "pairs": len(pairs)}
                self._expect(f"framing, {kind}", right, at_least=0.92)
        return figures

    def _share_right(self, pairs: Sequence[Pair]) -> float:
        better = logits_of(self.network, [letterbox(pair.better) for pair in pairs])
        worse = logits_of(self.network, [letterbox(pair.worse) for pair in pairs])
        return float((better > worse).mean())

    def _mirrored(self) -> Metrics:
        rng = np.random.default_rng(0)
        moved = np.abs(self._moved([mirrored(photo.pixels, rng) for photo in self.photos]))
        self._expect("mirrored, median change in points", float(np.median(moved)), at_most=1.5)
        return _spread(moved)

    def _not_fooled(self) -> Metrics:
        rng = np.random.default_rng(0)
        figures: Metrics = {}
        for kind, change in DRESSED_UP.items():
            rise = self._moved([change(photo.pixels, rng) for photo in self.photos])
            figures[kind] = {"median rise in points": round(float(np.median(rise)), 2)}
            self._expect(f"{kind}, median rise in points", float(np.median(rise)), at_most=3.0)
        return figures

    def _no_face(self) -> Metrics:
        """Parts of photos with nobody in them: their median should be among the lowest tenth of real photos."""
        rng = np.random.default_rng(0)
        views = [BAD_FRAMINGS["no face"](photo.pixels, photo.faces, rng) for photo in self.photos]
        squares = [letterbox(view) for view in views if view is not None]
        if not squares:
            return {}
        points = float(np.median(self._points(logits_of(self.network, squares))))
        self._expect("no face, median points", points, at_most=10.0)
        return {"median points": round(points, 2), "pictures": len(squares)}

    def _size(self) -> Metrics:
        moved: list[float] = []
        with TemporaryDirectory(prefix="selfie-studio-") as folder:
            for original in self.originals:
                try:
                    files = _at_sizes(original, Path(folder))
                except PictureError:
                    continue
                squares = [letterbox(load_picture(file, PHOTO_LONG_SIDE).pixels) for file in files]
                points = self._points(logits_of(self.network, squares))
                # Against the largest JPEG, which comes first.
                moved += np.abs(points[1:] - points[0]).tolist()
        if not moved:
            return {}
        self._expect("1 to 12 megapixels, median change in points", float(np.median(moved)), at_most=1.0)
        self._expect("1 to 12 megapixels, p95", float(np.percentile(moved, 95)), at_most=4.0)
        return {**_spread(np.array(moved)), "photos": len(self.originals)}


def _at_sizes(original: Path, folder: Path) -> list[Path]:
    """A photo at 12, 4 and 1 megapixels, each as JPEG 95 and as PNG; the largest JPEG first.

    Raises:
        PictureError: it cannot be read.
    """
    whole = Image.fromarray(load_picture(original).pixels)
    files: list[Path] = []
    for megapixels in sorted(MEGAPIXELS, reverse=True):
        scale = min(1.0, (megapixels * 1e6 / (whole.width * whole.height)) ** 0.5)
        size = round(whole.width * scale), round(whole.height * scale)
        reduced = whole.resize(size, Image.Resampling.LANCZOS)
        jpeg, png = folder / f"{megapixels}.jpg", folder / f"{megapixels}.png"
        reduced.save(jpeg, quality=95)
        reduced.save(png, compress_level=1)
        files += [jpeg, png]
    return files


def _telling_groups(groups: Sequence[str], positive: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[np.bool_]]:
    """Who is in each group that is large enough to say something and holds both labels: name to bool (N,)."""
    members = {group: np.array([other == group for other in groups]) for group in sorted(set(groups) - {""})}
    return {
        group: inside
        for group, inside in members.items()
        if inside.sum() >= MIN_GROUP and len(set(positive[inside].tolist())) == 2
    }


def _chroma(square: Pixels) -> float:
    """Mean distance between the strongest and the weakest channel; the bars of a letterbox have none."""
    return float((square.max(axis=2) - square.min(axis=2)).mean())


def _spread(moved: Numbers) -> Metrics:
    return {"median points": round(float(np.median(moved)), 2), "p95": round(float(np.percentile(moved, 95)), 2)}


def age_band(age: str) -> str:
    """ "20-39" for "31"; "" where unknown."""
    years = float(age or -1)
    return next((f"{low}-{high - 1}" for low, high in AGE_BANDS if low <= years < high), "")
