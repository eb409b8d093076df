"""`selfie-studio crop`: the best crop of each photo, as new files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from engine.devices import Device
from engine.progress import Progress
from studio.commands.output import DEFAULT_MODEL, OnDevice, WithModel, fail, say_bad_file, shown, speak
from studio.wording import count, gain_in_words, shown_path

if TYPE_CHECKING:
    from engine.aspects import Aspect
    from engine.crop_search import CropSuggestion
    from engine.faces import FaceDetector
    from engine.scoring import Scorer


def crop(
    paths: Annotated[list[Path], typer.Argument(help="Photos, and folders with all photos below them.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the crops; made where it is missing.")],
    aspect: Annotated[str, typer.Option("--aspect", help="Width to height, as 4:5; or original.")] = "1:1",
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Score every window with the whole network: a minute for a photo.")
    ] = False,
    device: OnDevice = Device.AUTO,
    model: WithModel = DEFAULT_MODEL,
) -> None:
    """Save the best crop of each photo as a new file.

    Ten thousand crops are judged, the best few by the whole network; faces are kept whole, and bars around a photo
    are left out. Originals are never changed and nothing is overwritten: a name that is taken gets -2, -3 and so on.
    Crops that lie in the output folder already are not cropped again. The exit code is 0 if any crop was saved.
    """
    from engine.aspects import Aspect
    from engine.crop_file import crop_name, is_crop_name, save_crop
    from engine.errors import PictureError
    from engine.faces import FaceDetector
    from engine.scan import find_photos
    from engine.scoring import load_scorer

    try:
        shape = Aspect.parse(aspect)
    except ValueError as error:
        fail(str(error))
    made_before = out.resolve()
    photos = [
        path
        for path in find_photos(paths)
        if path in paths or not (is_crop_name(path) and made_before in path.resolve().parents)
    ]
    if not photos:
        fail("there are no photos there")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"{out} cannot be made ({error.strerror}): name another folder with --out")
    scorer, detector = load_scorer(device, folder=model), FaceDetector()
    saved = 0
    for number, path in enumerate(photos, start=1):
        try:
            search = shown(
                search_photo(path, shape, scorer, detector, exhaustive=exhaustive), f"{number} of {len(photos)}"
            )
            best = next(crop for progress in search for crop in progress.results)
            target = save_crop(path, best.box, out, crop_name(path, shape.name))
        except PictureError as error:
            say_bad_file(path, error.reason)
            continue
        saved += 1
        gain = f"{best.score.points:.0f} points, {gain_in_words(best.score.points, best.gain)}"
        speak.print(f"{escape(shown_path(path))} -> {escape(shown_path(target))} ({gain})")
    speak.print(
        f"{count(saved, 'crop')} saved in {escape(shown_path(out))}, {count(len(photos) - saved, 'file')} skipped"
    )
    if not saved:
        raise typer.Exit(1)


def search_photo(
    path: Path, aspect: "Aspect", scorer: "Scorer", detector: "FaceDetector", *, exhaustive: bool = False
) -> Iterator[Progress["CropSuggestion"]]:
    """Open a photo and search its crops.

    Raises:
        PictureError: not a picture that can be decoded whole.
    """
    from engine.crop_search import SEARCH_LONG_SIDE, SearchWay, search_crops
    from engine.pictures import load_picture

    picture = load_picture(path, SEARCH_LONG_SIDE)
    way = SearchWay.EXHAUSTIVE if exhaustive else SearchWay.FAST
    yield from search_crops(picture, detector.detect_full_size(picture), scorer, aspect, way=way)
