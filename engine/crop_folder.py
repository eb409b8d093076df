"""Crops of whole folders: search, save, record, go on.

The generator is the job, as in `engine/scan.py`: closing it cancels between two photos, and no half-written file stays.
What is done is recorded in the folder of the crops, one line each, so that a second run does what is left. How the best
crop is found is for others to say (`engine/crop_search.py`).
"""

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.aspects import Aspect
from engine.crop_file import JPEG_QUALITY, is_crop_name, save_crop
from engine.crop_metadata import read_crop_metadata, write_crop_metadata
from engine.crop_names import NamePattern
from engine.crop_search import CropSuggestion
from engine.errors import PictureError
from engine.geometry import Box
from engine.level import LevelBy
from engine.lossless_crop import save_lossless_crop
from engine.pictures import load_picture
from engine.progress import Progress
from engine.ratings import RatingPlace

# Hidden, beside the crops.
RECORD_NAME = ".selfie-studio-crops.jsonl"
# A crop of fewer pixels than any site shows looks soft wherever it is used.
SMALL_SIDE = 500

Search = Callable[[Path], Iterator[Progress[CropSuggestion]]]


@dataclass(frozen=True)
class CropPreset:
    """What crops for one use look like.

    Attributes:
        aspect: their shape.
        long_side: pixels of the longer side, at the most; None keeps all.
        quality: of JPEG and WebP.
        use: what for.
    """

    aspect: str
    long_side: int | None
    quality: int
    use: str


PRESETS = {
    "profile": CropPreset("1:1", 1080, 92, "a picture of yourself, round or square, on any site"),
    "story": CropPreset("9:16", 1920, 92, "a story or a phone's whole screen"),
    "print": CropPreset("2:3", None, 97, "a 10 x 15 print: all pixels, hardly compressed"),
}


class CropWay(StrEnum):
    """How crops are made."""

    ENCODED = "encoded"  # a new file, saved anew
    LOSSLESS = "lossless"  # a new JPEG, block for block
    METADATA = "metadata"  # the rectangle alone, for Lightroom


@dataclass(frozen=True)
class CropJob:
    """What is made of each photo.

    Attributes:
        folder: where new files go; made where it is missing. None where none are made.
        aspect: the shape.
        names: how files are called; where a name is taken, -2, -3 ... is added.
        way: how crops are made.
        place: where the rectangle goes, if it goes alone.
        long_side: pixels of the longer side, at the most, of what is saved anew; None keeps all.
        quality: of JPEG and WebP that are saved anew.
        level: what photos are levelled by before they are searched; None leaves them as they stand.
        again: whether what was done before is done once more.
        dry_run: whether nothing is written.
    """

    folder: Path | None
    aspect: Aspect
    names: NamePattern = field(default_factory=NamePattern)
    way: CropWay = CropWay.ENCODED
    place: RatingPlace = RatingPlace.SIDECAR
    long_side: int | None = None
    quality: int = JPEG_QUALITY
    level: LevelBy | None = None
    again: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise ValueError(f"{self.quality} is no quality: 1 to 100 are")
        if self.long_side is not None and self.long_side < 1:
            raise ValueError(f"{self.long_side} pixels are no size")
        if self.way is not CropWay.ENCODED and self.long_side is not None:
            raise ValueError("a size needs the crop to be saved anew: leave it, or lossless and metadata, out")
        if self.way is not CropWay.ENCODED and self.level is not None:
            raise ValueError("what is levelled is saved anew: leave the level, or lossless and metadata, out")
        if self.folder is None and not (self.way is CropWay.METADATA or self.dry_run):
            raise ValueError("new files need a folder")


@dataclass(frozen=True)
class CroppedPhoto:
    """What became of one photo.

    Attributes:
        source: the photo.
        target: the file that was written; None where there is none.
        box_xyxy: the crop in pixels of the upright photo; None where there is none.
        points: the crop's score, 0 to 100.
        gain: its points less those of the whole photo.
        shift_xy: how far a lossless crop had to move, in pixels.
        doubt: why a person should look at it; None where nothing speaks against it.
        done_before: whether an earlier run did it.
        error: why there is none.
        angle_deg: what the photo was levelled by; the box is of what that left.
    """

    source: Path
    target: Path | None = None
    box_xyxy: tuple[int, int, int, int] | None = None
    points: float | None = None
    gain: float | None = None
    shift_xy: tuple[int, int] | None = None
    doubt: str | None = None
    done_before: bool = False
    error: str | None = None
    angle_deg: float = 0.0


def photos_to_crop(photos: Sequence[Path], named: Sequence[Path], folder: Path | None) -> list[Path]:
    """The photos less the crops of earlier runs that lie in the folder of crops, unless a person named them."""
    if folder is None:
        return list(photos)
    made = {line["target"] for line in _Record(folder).lines}
    crops = folder.resolve()
    asked_for = set(named)

    def is_made(photo: Path) -> bool:
        return crops in photo.resolve().parents and (is_crop_name(photo) or str(photo.resolve()) in made)

    return [photo for photo in photos if photo in asked_for or not is_made(photo)]


def crop_photos(photos: Sequence[Path], job: CropJob, search: Search) -> Generator[Progress[CroppedPhoto], None, None]:
    """Crop photos, each on its own: a bad one is recorded with its reason, and the rest goes on.

    Args:
        photos: in the order that the field {number} counts.
        job: what is made of them.
        search: finds the crops of one photo, best first, in its last progress.

    Yields:
        A progress at the start, then one for each photo, and others while a photo is searched.

    Raises:
        PictureError: the folder cannot be made.
    """
    if job.folder and not job.dry_run:
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PictureError(job.folder, f"cannot be made ({error.strerror})") from error
    record = _Record(job.folder)
    yield Progress(0, len(photos), f"{len(photos)} photos to crop")
    for number, photo in enumerate(photos, start=1):
        try:
            done = None if job.again else _done_before(photo, job, record)
            if done is None:
                best = None
                for step in search(photo):
                    best = best or next(iter(step.results), None)
                    yield Progress(number - 1, len(photos), photo.name)
                done = _crop(photo, best, number, job, record) if best else CroppedPhoto(photo, error="no crop fits")
        except PictureError as error:
            done = CroppedPhoto(photo, error=error.reason)
        yield Progress(number, len(photos), photo.name, (done,))


def _done_before(photo: Path, job: CropJob, record: "_Record") -> CroppedPhoto | None:
    if job.way is CropWay.METADATA:
        box = read_crop_metadata(photo, _upright_size(photo), job.place)
        return CroppedPhoto(photo, box_xyxy=box.xyxy, done_before=True) if box else None
    return record.find(photo, job)


def _upright_size(photo: Path) -> tuple[int, int]:
    return load_picture(photo, 64).full_size_wh


def _crop(photo: Path, best: CropSuggestion, number: int, job: CropJob, record: "_Record") -> CroppedPhoto:
    box, target, shift = best.box, None, None
    name = job.names.fill(
        {
            "name": photo.stem,
            "aspect": job.aspect.name.replace(":", "x"),
            "number": f"{number:04}",
            "points": round(best.score.points),
            "width": box.width,
            "height": box.height,
        }
    )
    if job.dry_run:
        pass
    elif job.way is CropWay.METADATA:
        target = write_crop_metadata(photo, box, _upright_size(photo), job.place)
    elif job.folder and job.way is CropWay.LOSSLESS:
        saved = save_lossless_crop(photo, box, job.folder, name)
        target, box, shift = saved.path, saved.box, saved.shift_xy
    elif job.folder:
        target = save_crop(
            photo, box, job.folder, name, long_side=job.long_side, quality=job.quality, angle_deg=best.angle_deg
        )
    done = CroppedPhoto(photo, target, box.xyxy, best.score.points, best.gain, shift, _doubt(box, best))
    if target and job.way is not CropWay.METADATA:
        record.add(done, job)
    return done


def _doubt(box: Box, best: CropSuggestion) -> str | None:
    if best.faces_lost:
        return f"no crop of this shape holds all faces: {best.faces_lost} are cut or left out"
    if round(best.gain) < 0:
        return "the whole photo scores higher"
    if min(box.width, box.height) < SMALL_SIDE:
        return f"it is only {box.width} x {box.height} pixels"
    return None


def as_json(photo: CroppedPhoto) -> dict[str, Any]:
    """One photo's row, with paths as text."""
    return asdict(photo) | {"source": str(photo.source), "target": str(photo.target) if photo.target else None}


class _Record:
    """What earlier runs made, in the folder of their crops: a line for each, added once its file is whole."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / RECORD_NAME if folder else None
        self.lines = list(self._read())

    def find(self, photo: Path, job: CropJob) -> CroppedPhoto | None:
        """What was made of this very photo in the same way, if it is still there."""
        wanted = _key(photo, job)
        for line in reversed(self.lines):
            if line["key"] == wanted and Path(line["target"]).is_file():
                return CroppedPhoto(photo, Path(line["target"]), tuple(line["box_xyxy"]), done_before=True)
        return None

    def add(self, done: CroppedPhoto, job: CropJob) -> None:
        """Remember a crop that was written."""
        if self._file is None or done.target is None:
            return
        line = {"key": _key(done.source, job), "target": str(done.target.resolve()), "box_xyxy": done.box_xyxy}
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise PictureError(self._file, f"cannot be written ({error.strerror})", passing=True) from error
        self.lines.append(line)

    def _read(self) -> Iterator[dict[str, Any]]:
        if self._file is None or not self._file.is_file():
            return
        for text in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # a line that was cut short
            if isinstance(line, dict) and {"key", "target", "box_xyxy"} <= line.keys():
                yield line


def _key(photo: Path, job: CropJob) -> list[str | int | None]:
    """What a crop was made of and how: another photo of that name, or another size, is cropped anew."""
    try:
        found = photo.stat()
    except OSError as error:
        raise PictureError(photo, f"this file cannot be read ({error.strerror})", passing=True) from error
    how: list[str | int | None] = [job.aspect.name, job.names.text, job.way.value, job.long_side, job.quality]
    levelled = [job.level.value] if job.level else []
    return [str(photo.resolve()), found.st_size, found.st_mtime_ns, *how, *levelled]
