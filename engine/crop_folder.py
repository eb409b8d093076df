"""Crops of whole folders: search, save, record, go on.

The generator is the job, as in `engine/scan.py`: closing it cancels between two photos, and no half-written file stays.
What is done is recorded in the folder of the crops, one line each, so that a second run does what is left. How the best
crop is found is for others to say (`engine/crop_search.py`).
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from engine.aspects import FREE, ORIGINAL, Aspect
from engine.crop_file import JPEG_QUALITY, cropped_stem, save_crop
from engine.crop_metadata import read_crop_metadata, write_crop_metadata
from engine.crop_names import NamePattern, values_for_names
from engine.crop_record import CropRecord, MadeCrop
from engine.errors import PictureError
from engine.geometry import Box
from engine.level import LevelBy
from engine.lossless_crop import save_lossless_crop
from engine.pictures import OpenPhoto, load_picture, open_photo
from engine.progress import Progress
from engine.ratings import RatingPlace

# A crop of fewer pixels than any site shows looks soft wherever it is used.
SMALL_SIDE = 500
# A rectangle has a shape if its sides have that ratio but for this share: whole pixels, and six digits in metadata.
SHAPE_TOLERANCE = 0.02

# A gain that nobody would see: the photo may well stay as it is. In points.
DEFAULT_MARGIN = 2.0


@dataclass(frozen=True)
class FoundCrop:
    """The crop that was found for a photo.

    Attributes:
        box: in pixels of the upright photo.
        points: its score, 0 to 100.
        gain: its points less those of the whole photo.
        own: whether a person made it by hand: then nothing speaks against it.
        faces_lost: how many faces it cuts or leaves out, bystanders not counted.
        angle_deg: what the photo was levelled by before, as `engine.level` has it; the box is of what that left.
        level_loss: the share of the photo that this cost.
        sheds_border: whether it leaves bars around the photo out: these go, whatever that gains.
    """

    box: Box
    points: float
    gain: float
    own: bool = False
    faces_lost: int = 0
    angle_deg: float = 0.0
    level_loss: float = 0.0
    sheds_border: bool = False


Search = Callable[[OpenPhoto], Iterator[Progress[FoundCrop]]]


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
    LOSSLESS = "lossless"  # a new JPEG, block for block; anew where a person levelled the photo
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
        cut_hair: whether crops may cut foreheads and hair.
        again: whether what was done before is done once more.
        dry_run: whether nothing is written.
        margin: points that a crop must gain; one that gains less is doubtful, and where that of the photo or any shape
            will do, the photo is left as it is.
    """

    folder: Path | None
    aspect: Aspect
    names: NamePattern = field(default_factory=NamePattern)
    way: CropWay = CropWay.ENCODED
    place: RatingPlace = RatingPlace.SIDECAR
    long_side: int | None = None
    quality: int = JPEG_QUALITY
    level: LevelBy | None = None
    cut_hair: bool = False
    again: bool = False
    dry_run: bool = False
    margin: float = DEFAULT_MARGIN

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

    @property
    def how(self) -> tuple[str | int | None, ...]:
        """What must be the same for a crop that an earlier run made to be this one."""
        rest = [*([self.level.value] if self.level else []), *(["hair may be cut"] if self.cut_hair else [])]
        return self.aspect.name, self.names.text, self.way.value, self.long_side, self.quality, *rest


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
        own: whether it is a crop that a person made by hand.
        error: why there is none.
        angle_deg: what the photo was levelled by; the box is of what that left.
        level_loss: the share of the photo that this cost.
        left_as_is: whether nothing was made of it, as its best crop gains too little.
    """

    source: Path
    target: Path | None = None
    box_xyxy: tuple[int, int, int, int] | None = None
    points: float | None = None
    gain: float | None = None
    shift_xy: tuple[int, int] | None = None
    doubt: str | None = None
    done_before: bool = False
    own: bool = False
    error: str | None = None
    angle_deg: float = 0.0
    level_loss: float = 0.0
    left_as_is: bool = False


def photos_to_crop(photos: Sequence[Path], named: Sequence[Path], folder: Path | None) -> list[Path]:
    """The photos less the crops of earlier runs and of the window, unless a person named them.

    Crops are known by the records of the folders that they lie in; by their names, in the folder of crops; and by their
    names beside the photo that they are of.

    Args:
        photos: that were found.
        named: files and folders that the person named.
        folder: of the crops; None where there is none.
    """
    made = {line["target"] for parent in {photo.parent for photo in photos} for line in CropRecord(parent).lines}
    there = {(photo.parent, photo.stem) for photo in photos}
    crops, asked_for = folder.resolve() if folder else None, set(named)

    def is_made(photo: Path) -> bool:
        stem = cropped_stem(photo)
        if stem is not None and ((photo.parent, stem) in there or crops in photo.resolve().parents):
            return True
        return bool(made) and str(photo.resolve()) in made

    return [photo for photo in photos if photo in asked_for or not is_made(photo)]


def crop_photos(
    photos: Sequence[Path], job: CropJob, search: Search, *, workers: int = 1
) -> Generator[Progress[CroppedPhoto], None, None]:
    """Crop photos, each on its own: a bad one is recorded with its reason, and the rest goes on.

    Args:
        photos: in the order that the field {number} counts.
        job: what is made of them.
        search: finds the crops of one photo, best first, in its last progress; called in the workers' threads.
        workers: photos that are cropped at once.

    Yields:
        A progress at the start, then one for each photo, in their order.

    Raises:
        PictureError: the folder cannot be made.
    """
    if job.folder and not job.dry_run:
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PictureError(job.folder, f"cannot be made ({error.strerror})") from error
    record, stopped = CropRecord(job.folder), threading.Event()
    yield Progress(0, len(photos), f"{len(photos)} photos to crop")
    executor = ThreadPoolExecutor(workers, thread_name_prefix="crop")
    # A few more than there are workers: who is done first does not wait for the photo before it.
    under_way, most = deque[Future[CroppedPhoto]](), 2 * workers - 1
    try:
        waiting = enumerate(photos, start=1)
        for number in range(1, len(photos) + 1):
            for each, photo in islice(waiting, most - len(under_way)):
                under_way.append(executor.submit(_crop_one, photo, each, job, search, record, stopped))
            done = under_way.popleft().result()
            yield Progress(number, len(photos), done.source.name, (done,))
    finally:
        stopped.set()
        executor.shutdown(cancel_futures=True)


def _crop_one(
    photo: Path, number: int, job: CropJob, search: Search, record: CropRecord, stopped: threading.Event
) -> CroppedPhoto:
    try:
        if not job.again and (done := _done_before(photo, job, record)):
            return done
        with ExitStack() as stack:
            opened, best = stack.enter_context(open_photo(photo)), None
            if job.way is CropWay.ENCODED and not job.dry_run:
                opened.load()
            for step in search(opened):
                best = best or next(iter(step.results), None)
                if stopped.is_set():
                    return CroppedPhoto(photo, error="stopped")
            if job.way is not CropWay.ENCODED:
                stack.close()  # the photo's own file may be replaced
            return _crop(opened, best, number, job, record) if best else CroppedPhoto(photo, error="no crop fits")
    except PictureError as error:
        return CroppedPhoto(photo, error=error.reason)


def _done_before(photo: Path, job: CropJob, record: CropRecord) -> CroppedPhoto | None:
    if job.way is CropWay.METADATA:
        box = read_crop_metadata(photo, _upright_size(photo), job.place)
        if box and not _has_shape(box, job.aspect):
            raise PictureError(photo, "it has a rectangle of another shape, perhaps your own: --again replaces it")
        return CroppedPhoto(photo, box_xyxy=box.xyxy, done_before=True) if box else None
    if found := record.find(photo, job.how):
        return CroppedPhoto(photo, found.target, found.box.xyxy, done_before=True, angle_deg=found.angle_deg)
    return None


def _has_shape(box: Box, aspect: Aspect) -> bool:
    """Whether a box may be of a shape; any may be of the photo's own, which its bars have a part in, and of free."""
    return aspect.ratio is None or abs(box.width / box.height / float(aspect.ratio) - 1) <= SHAPE_TOLERANCE


def _upright_size(photo: Path) -> tuple[int, int]:
    return load_picture(photo, 64).full_size_wh


def _crop(opened: OpenPhoto, best: FoundCrop, number: int, job: CropJob, record: CropRecord) -> CroppedPhoto:
    photo, box, target, shift = opened.path, best.box, None, None
    if best.angle_deg and job.way is CropWay.METADATA:
        raise PictureError(photo, "your own crop is of the levelled photo: a rectangle alone cannot tell of that")
    name = job.names.fill(values_for_names(photo, job.aspect, number, best.points, box))
    is_left = job.aspect in (ORIGINAL, FREE) and _gains_too_little(best, job.margin)
    is_left = is_left and not (best.own or best.sheds_border)
    if job.dry_run or is_left:
        pass
    elif job.way is CropWay.METADATA:
        target = write_crop_metadata(photo, box, _upright_size(photo), job.place)
    elif job.folder and job.way is CropWay.LOSSLESS and best.angle_deg:  # blocks cannot be turned
        target = save_crop(photo, box, job.folder, name, quality=job.quality, angle_deg=best.angle_deg)
    elif job.folder and job.way is CropWay.LOSSLESS:
        saved = save_lossless_crop(photo, box, job.folder, name)
        target, box, shift = saved.path, saved.box, saved.shift_xy
    elif job.folder:
        target = save_crop(
            opened, box, job.folder, name, long_side=job.long_side, quality=job.quality, angle_deg=best.angle_deg
        )
    if target and job.way is not CropWay.METADATA:
        record.add(photo, job.how, MadeCrop(target, box, best.angle_deg))
    doubt = None if best.own else _doubt(best, job.margin)
    return CroppedPhoto(
        *(photo, target, box.xyxy, best.points, best.gain, shift, doubt),
        own=best.own,
        angle_deg=best.angle_deg,
        level_loss=best.level_loss,
        left_as_is=is_left,
    )


def _gains_too_little(crop: FoundCrop, margin: float) -> bool:
    return round(crop.gain) < margin  # as it is shown


def _doubt(crop: FoundCrop, margin: float) -> str | None:
    if crop.faces_lost:
        return f"not all faces fit: {crop.faces_lost} cut or left out"
    if round(crop.gain) < 0:
        return "the whole photo scores higher"
    if _gains_too_little(crop, margin):
        return f"it gains less than {margin:g} points"
    if min(crop.box.width, crop.box.height) < SMALL_SIDE:
        return f"it is only {crop.box.width} x {crop.box.height} pixels"
    return None


def as_json(photo: CroppedPhoto) -> dict[str, Any]:
    """One photo's row, with paths as text."""
    return asdict(photo) | {"source": str(photo.source), "target": str(photo.target) if photo.target else None}
