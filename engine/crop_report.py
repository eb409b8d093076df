"""What became of a folder's crops, as one page for people or as JSON for scripts.

The page holds all it shows: each photo with its crop marked, the crop, and what speaks against it; doubtful ones first.
"""

import base64
import json
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from engine.crop_folder import CroppedPhoto, as_json
from engine.errors import PictureError
from engine.files import write_atomically
from engine.geometry import Box
from engine.level import levelled_picture
from engine.pictures import load_picture

SUFFIXES = (".html", ".json")
_THUMBNAIL = 320
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 64em; color: #222; background: #fff }
article { display: grid; grid-template-columns: 320px 320px 1fr; gap: 1em; padding: 1em 0; border-top: 1px solid #ccc }
.doubt { background: #fff4d6 } .error { background: #fde2e2 } img { max-width: 100%; height: auto } p { margin: 0 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1c1c1c }
.doubt { background: #4a3b10 } .error { background: #4d2020 } }
"""


def write_report(photos: Sequence[CroppedPhoto], target: Path) -> None:
    """Write a report; its suffix says which. An older report of that name is replaced.

    Raises:
        ValueError: neither .html nor .json.
        PictureError: it cannot be written.
    """
    match target.suffix.lower():
        case ".json":
            content = json.dumps([as_json(photo) for photo in photos], indent=2, ensure_ascii=False) + "\n"
        case ".html":
            content = _page(photos)
        case _:
            raise ValueError(f"{target.name}: a report is .html or .json")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise PictureError(target, f"the report cannot be written ({error.strerror})") from error


def _page(photos: Sequence[CroppedPhoto]) -> str:
    first = sorted(photos, key=lambda photo: (not photo.error, not photo.doubt))
    doubtful, bad = sum(bool(photo.doubt) for photo in photos), sum(bool(photo.error) for photo in photos)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Crops</title><style>{_STYLE}</style>'
        f"<h1>{len(photos)} photos</h1><p>{doubtful} doubtful, {bad} that could not be cropped.</p>"
        f"{''.join(map(_row, first))}</html>\n"
    )


def _row(photo: CroppedPhoto) -> str:
    before, after = _thumbnails(photo)
    kind = "error" if photo.error else "doubt" if photo.doubt else ""
    told = [f"<strong>{escape(photo.source.name)}</strong>"]
    if photo.points is not None and photo.gain is not None:
        told.append(f"{photo.points:.0f} points, {photo.gain:+.0f} by the crop")
    if photo.own:
        told.append("Your own crop")
    if photo.angle_deg:
        told.append(f"Levelled by {photo.angle_deg:+.1f} degrees")
    if photo.left_as_is:
        told.append("Left as it is: this crop gains too little")
    elif photo.doubt:
        told.append(f"Doubtful: {escape(photo.doubt)}")
    if photo.error:
        told.append(f"Not cropped: {escape(photo.error)}")
    if photo.shift_xy and any(photo.shift_xy):
        told.append(f"Moved by {photo.shift_xy[0]}, {photo.shift_xy[1]} pixels to the edge of a block")
    if photo.done_before:
        told.append("Done before")
    if photo.target:
        told.append(escape(str(photo.target)))
    return f'<article class="{kind}">{before}{after}<div>{"".join(f"<p>{line}</p>" for line in told)}</div></article>'


def _thumbnails(photo: CroppedPhoto) -> tuple[str, str]:
    """The photo with its crop marked, and the crop."""
    if photo.box_xyxy is None:
        return "<div></div>", "<div></div>"
    try:
        picture = load_picture(photo.source, 2 * _THUMBNAIL)
    except PictureError:
        return "<div></div>", "<div></div>"
    if photo.angle_deg:
        picture = levelled_picture(picture, photo.angle_deg)
    image = Image.fromarray(picture.pixels)
    box = Box(*photo.box_xyxy).scaled(picture.full_size_wh, image.size)
    crop = image.crop(box.xyxy)
    ImageDraw.Draw(image).rectangle((box.x0, box.y0, box.x1 - 1, box.y1 - 1), outline=(255, 200, 0), width=4)
    return _embedded(image, f"{photo.source.name}, the crop marked"), _embedded(crop, "the crop")


def _embedded(image: Image.Image, told: str) -> str:
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=80)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(told, quote=True)}" src="data:image/jpeg;base64,{data}">'
