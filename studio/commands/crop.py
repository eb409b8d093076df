"""`selfie-studio crop`: the best crop of each photo, as new files or as metadata, and a report."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from engine.devices import Device
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown, speak
from studio.wording import count, gain_in_words, shown_path

if TYPE_CHECKING:
    from engine.crop_folder import CropJob, CroppedPhoto, Search
    from engine.level import LevelBy
    from engine.manual_crops import OwnCrop

NOT_UNDERSTOOD, INTERRUPTED = 2, 130
# One decodes or saves while the other searches.
WORKERS = 2


def crop(
    paths: Annotated[list[Path], typer.Argument(help="Photos, and folders with all photos below them.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the crops; made where it is missing.")] = None,
    aspect: Annotated[
        str | None,
        typer.Option("--aspect", help="Width to height, as 4:5; original; free: the best of all. 1:1 if not said."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="profile, story or print: shape, size and quality.")
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Names of the crops, of {name} {aspect} {number} {points} {width} {height}.")
    ] = "{name}_crop-{aspect}",
    size: Annotated[int | None, typer.Option("--size", help="Pixels of the longer side, at the most.")] = None,
    quality: Annotated[
        int | None, typer.Option("--quality", help="1 to 100, of JPEG and WebP; 95 if not said.")
    ] = None,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="Cut JPEGs block for block, without saving anew.")
    ] = False,
    metadata_only: Annotated[
        bool, typer.Option("--metadata-only", help="Write the rectangle for Lightroom, and no new file.")
    ] = False,
    place: Annotated[
        str | None,
        typer.Option(
            "--in", help="Where that goes: sidecar, if not said, sidecar-with-suffix, or file (JPEG, for Lightroom)."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="What became of each: a .html page, or .json.")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="First turn what leans upright, by its eyes or its horizon.")
    ] = None,
    cut_hair: Annotated[
        bool, typer.Option("--cut-hair", help="Foreheads and hair may be cut; eyes and mouth never are.")
    ] = False,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Score every window with the whole network: a minute for a photo.")
    ] = False,
    margin: Annotated[
        float,
        typer.Option(
            "--margin", min=0, help="Points that a crop must gain not to be doubtful, or, original or free, to be made."
        ),
    ] = 2,
    again: Annotated[bool, typer.Option("--again", help="Also what an earlier run did.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Search, faster and a point or two off, and report, but save no crop.")
    ] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Save the best crop of each photo as a new file.

    Ten thousand crops are judged, the best few by the whole network; faces are kept whole, and bars around a photo are
    left out. A crop that you made by hand in the window is taken as it is, levelled or not. At the shape of the photo
    between its bars (original) or any (free), a photo without bars whose best crop gains less than the margin is left
    as it is. Originals are never changed (but for --metadata-only --in file) and nothing is overwritten: a name that is
    taken gets -2, -3 and so on. What an earlier run made of the same photo in the same way, and crops in the output
    folder, are not cropped again.

    Exit codes: 0 a crop was saved, or all were saved before, or are left as they are; 1 none could be; 2 words of the
    command line that are not understood; 130 stopped by Ctrl+C: what is saved stays, and the same command goes on.
    """
    from engine.crop_folder import photos_to_crop
    from engine.crop_report import write_report
    from engine.crop_search import SearchWay
    from engine.crop_session import FaceRules
    from engine.photo_crops import PhotoCrops
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    told = (out, aspect, preset, name, size, quality, place, lossless, metadata_only)
    job = _job(*told, margin, level, cut_hair, again, dry_run)
    _check_report(report)
    photos = photos_to_crop(find_photos(paths), paths, out)
    if not photos:
        fail(f"there are no photos to crop in {', '.join(map(str, paths))}")
    if out and not dry_run:
        _check_can_write(out, "name another folder with --out")
    if report:
        _check_can_write(report.parent, "name another place with --report")
    own = _own_crops(job.aspect.name)
    done: list[CroppedPhoto] = []
    stopped = False
    try:
        way = SearchWay.EXHAUSTIVE if exhaustive else SearchWay.FAST
        scorer = load_scorer(device, folder=model).for_threads()
        search = PhotoCrops(job.aspect, scorer, FaceRules(close=job.cut_hair), way, own, job.level)
        _crop_all(photos, job, search, done)
    except KeyboardInterrupt:
        stopped = True
    if report:
        write_report(done, report)
    _say_what_was_done(done, job)
    if stopped:
        speak.print("stopped: what is saved stays, and the same command goes on")
        raise typer.Exit(INTERRUPTED)
    if all(photo.error for photo in done):
        raise typer.Exit(1)


def _crop_all(photos: list[Path], job: "CropJob", search: "Search", done: list["CroppedPhoto"]) -> None:
    from engine.crop_folder import crop_photos

    steps = crop_photos(photos, job, search, workers=WORKERS)
    with closing(steps):
        for progress in shown(steps, "cropping", lambda photo: not (photo.done_before or photo.error)):
            for photo in progress.results:
                done.append(photo)
                _say(photo)


def _own_crops(shape: str) -> "dict[str, OwnCrop]":
    """The person's own crops at a shape, from the window's catalogue: where it cannot be used, that is said."""
    from engine.catalogue import Catalogue
    from engine.errors import CatalogueError
    from engine.manual_crops import crops_of_shape
    from studio.user_files import catalogue_file

    if not catalogue_file().exists():
        return {}
    try:
        with Catalogue(catalogue_file()) as catalogue:
            return crops_of_shape(catalogue, shape)
    except CatalogueError as error:
        speak.print(f"[yellow]your own crops are not known:[/yellow] {escape(str(error))}")
        return {}


def _job(
    out: Path | None,
    aspect: str | None,
    preset: str | None,
    name: str,
    size: int | None,
    quality: int | None,
    place: str | None,
    lossless: bool,
    metadata_only: bool,
    margin: float,
    level: str | None,
    cut_hair: bool,
    again: bool,
    dry_run: bool,
) -> "CropJob":
    """What the words of the command line ask for; what is said beats the preset."""
    from engine.aspects import Aspect
    from engine.crop_file import JPEG_QUALITY
    from engine.crop_folder import PRESETS, CropJob, CropWay
    from engine.crop_names import NamePattern
    from engine.ratings import RatingPlace

    if preset is not None and preset not in PRESETS:
        _not_understood(f"{preset!r} is no preset: {', '.join(PRESETS)} are")
    if lossless and metadata_only:
        _not_understood("--lossless makes new files, --metadata-only makes none: leave one out")
    if out is None and not (metadata_only or dry_run):
        _not_understood("new files need a folder: name one with --out")
    if metadata_only and out is not None:
        _not_understood("--metadata-only makes no new files: leave --out out")
    if place is not None and not metadata_only:
        _not_understood("--in says where --metadata-only writes: name that too, or leave --in out")
    if place is not None and place not in set(RatingPlace):
        _not_understood(f"nothing is kept in {place!r}: {', '.join(RatingPlace)} are where --metadata-only writes")
    way = CropWay.METADATA if metadata_only else CropWay.LOSSLESS if lossless else CropWay.ENCODED
    if way is not CropWay.ENCODED and (size is not None or quality is not None):
        made = "metadata-only" if metadata_only else "lossless"
        _not_understood(f"--size and --quality are for crops that are saved anew: leave --{made} out")
    use = PRESETS.get(preset or "")
    try:
        return CropJob(
            folder=out,
            aspect=Aspect.parse(aspect or (use.aspect if use else "1:1")),
            names=NamePattern(name),
            way=way,
            place=RatingPlace(place or RatingPlace.SIDECAR),
            long_side=size if size is not None or way is not CropWay.ENCODED or not use else use.long_side,
            quality=quality if quality is not None else use.quality if use else JPEG_QUALITY,
            level=_level_by(level),
            cut_hair=cut_hair,
            again=again,
            dry_run=dry_run,
            margin=margin,
        )
    except ValueError as error:
        _not_understood(str(error))


def _level_by(level: str | None) -> "LevelBy | None":
    from engine.level import LevelBy

    if level is not None and level not in set(LevelBy):
        _not_understood(f"nothing is levelled by {level!r}: {' and '.join(LevelBy)} tell")
    return LevelBy(level) if level else None


def _check_report(report: Path | None) -> None:
    from engine.crop_report import SUFFIXES

    if report and report.suffix.lower() not in SUFFIXES:
        _not_understood(f"{report.name}: a report is {' or '.join(SUFFIXES)}")


def _check_can_write(folder: Path, what_to_do: str) -> None:
    """Try before all photos are searched; the folder is made where it is missing."""
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        fail(f"nothing can be written in {folder} ({error.strerror}): {what_to_do}")


def _not_understood(message: str) -> NoReturn:
    speak.print(f"[red]error:[/red] {escape(message)}")
    raise typer.Exit(NOT_UNDERSTOOD)


def _say(photo: "CroppedPhoto") -> None:
    if photo.error:
        say_bad_file(photo.source, photo.error)
        return
    if photo.done_before or photo.points is None or photo.gain is None:
        return
    told = f"{photo.points:.0f} points, {gain_in_words(photo.points, photo.gain)}"
    if photo.shift_xy and any(photo.shift_xy):
        told += f", moved by {photo.shift_xy[0]}, {photo.shift_xy[1]} pixels"
    if photo.angle_deg:
        told += f", levelled by {photo.angle_deg:+.1f} degrees, {photo.level_loss:.0%} of it is lost"
    if photo.own:
        told += ", your own crop"
    if photo.left_as_is:
        speak.print(f"{escape(shown_path(photo.source))} left as it is (its best crop: {told})")
        return
    if photo.doubt:
        told += f"; doubtful: {photo.doubt}"
    where = shown_path(photo.target) if photo.target else f"crop {photo.box_xyxy}"
    speak.print(f"{escape(shown_path(photo.source))} -> {escape(where)} ({told})")


def _say_what_was_done(done: list["CroppedPhoto"], job: "CropJob") -> None:
    saved, before = (
        sum(photo.target is not None and not photo.done_before for photo in done),
        sum(photo.done_before for photo in done),
    )
    left = sum(photo.left_as_is for photo in done)
    bad = sum(photo.error is not None for photo in done)
    where = f" in {escape(shown_path(job.folder))}" if job.folder else ""
    done_before = f", {before} done before" if before else ""
    as_it_is = f", {count(left, 'photo')} left as {'it is' if left == 1 else 'they are'}" if left else ""
    doubtful = sum(photo.doubt is not None and not photo.left_as_is for photo in done)
    look_at = f", {doubtful} doubtful" if doubtful else ""
    speak.print(f"{count(saved, 'crop')} saved{where}, {count(bad, 'file')} skipped{as_it_is}{done_before}{look_at}")
