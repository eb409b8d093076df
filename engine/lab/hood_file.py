"""What the network sees in one photo, stage by stage, as a web page that holds all it shows, or as one tall picture."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from engine.errors import PictureError
from engine.faces import PHOTO_LONG_SIDE
from engine.files import write_atomically
from engine.lab.layer_pictures import (
    filter_pictures,
    grid_for,
    large,
    mosaic,
    overlay,
    telling_channel,
    tiled,
)
from engine.lab.layer_words import (
    FILTERS_CAPTION,
    FILTERS_NAME,
    SALIENCY_CAPTION,
    SALIENCY_NAME,
    stage_caption,
    stage_name,
)
from engine.lab.layers import Layers
from engine.lab.lettering import font_for
from engine.lab.sheet_painting import DARK
from engine.pictures import load_picture
from engine.pixels import Floats, Pixels
from engine.preprocess import letterbox
from engine.progress import Progress
from engine.saliency import find_saliency
from engine.scoring import Scorer

SUFFIXES = (".html", ".png")
_SIDE, _GAP, _GRID_WH = 420, 3, (840, 420)
_MARGIN, _NAME, _TEXT, _BETWEEN = 60, 30, 18, 52
_LIFTS, _LOWERS = (47, 140, 255), (255, 138, 31)
_GROUND, _INK, _FAINT, _ = DARK


@dataclass(frozen=True)
class Section:
    """One thing that is shown.

    Attributes:
        caption: what is shown, for whoever never saw one.
        pictures: RGB uint8, side by side.
    """

    name: str
    caption: str
    pictures: Sequence[Pixels]


def write_hood(photo: Path, target: Path, scorer: Scorer) -> Iterator[Progress[None]]:
    """Look at a photo under the hood and write what is seen; an older file of that name is replaced.

    Raises:
        PictureError: the photo cannot be read, or the file not written, or is neither .html nor .png.
        ModelError: the model cannot be opened.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise PictureError(target, "a look under the hood is .html or .png")
    picture = load_picture(photo, PHOTO_LONG_SIDE).pixels
    layers = Layers(scorer.folder)
    lifts: Floats = np.zeros(picture.shape[:2], np.float32)
    for step in find_saliency(picture, scorer):
        yield Progress(step.done, step.total + 1, step.note)
        lifts = step.results[0].lifts if step.results else lifts
    title = f"{photo.name}: score {scorer.score(picture).points:.0f}, by {scorer.card.name}"
    sections = [
        *layer_sections(picture, layers),
        Section(SALIENCY_NAME, SALIENCY_CAPTION, [_with_lifts(picture, lifts)]),
    ]
    content = _page(title, sections) if target.suffix.lower() == ".html" else _poster(title, sections)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, content)
    except OSError as error:
        raise PictureError(target, f"it cannot be written ({error.strerror})") from error
    yield Progress(step.total + 1, step.total + 1, "done")


def layer_sections(picture: Pixels, layers: Layers) -> list[Section]:
    """The picture, the first filters, and of each stage all maps and the most telling one, over the picture."""
    square = letterbox(picture)
    _, maps = layers.look([square])
    filters = filter_pictures(layers.filters)
    columns, cell = grid_for(len(filters), *_GRID_WH, _GAP)
    first = tiled([large(each, cell) for each in filters], columns, _GAP, _GROUND)
    sections = [Section(FILTERS_NAME, FILTERS_CAPTION, [_enlarged(square), first])]
    for number, (stage, batch) in enumerate(zip(layers.stages, maps, strict=True), 1):
        answers = batch[0]
        channel = telling_channel(answers)
        lit = overlay(square, answers, channel, _SIDE)
        caption = f"{stage_caption(stage, layers.stages)} On the left map {channel + 1}, over the picture."
        columns, cell = grid_for(stage.channels, *_GRID_WH)
        sections.append(
            Section(f"{number}  {stage_name(stage, layers.stages)}", caption, [lit, mosaic(answers, columns, cell)])
        )
    return sections


def _enlarged(square: Pixels) -> Pixels:
    return np.asarray(cv2.resize(square, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def _with_lifts(picture: Pixels, lifts: Floats) -> Pixels:
    """A picture with what lifts its score in blue and what lowers it in orange."""
    soft = cv2.GaussianBlur(lifts, (0, 0), max(picture.shape) / 18)
    share = (soft / max(float(np.abs(soft).max()), 1e-9))[..., None]
    colours = np.where(share > 0, np.array(_LIFTS, np.float32), np.array(_LOWERS, np.float32))
    return np.asarray(picture + 0.65 * np.abs(share) * (colours - picture), np.uint8)


_STYLE = """
body {{ margin: 0; padding: 4vw; background: {ground}; color: {ink}; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 1280px; margin: auto }} h1, h2 {{ font-weight: 400; margin: 0 }} h2 {{ margin-top: 1.8em }}
p {{ color: {faint}; max-width: 70em; margin: .4em 0 1em }} div {{ display: flex; gap: 16px; align-items: flex-start }}
img {{ min-width: 0; max-width: 100%; height: auto }}
"""


def _page(title: str, sections: Sequence[Section]) -> bytes:
    colours = {name: "#{:02x}{:02x}{:02x}".format(*colour) for name, colour in _NAMED_COLOURS.items()}
    body = "".join(
        f"<section><h2>{escape(section.name)}</h2><p>{escape(section.caption)}</p>"
        f"<div>{''.join(_embedded(picture, section.name) for picture in section.pictures)}</div></section>\n"
        for section in sections
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE.format(**colours)}</style><main><h1>{escape(title)}</h1>\n{body}</main></html>\n"
    ).encode("utf-8", "backslashreplace")


_NAMED_COLOURS = {"ground": _GROUND, "ink": _INK, "faint": _FAINT}


def _embedded(picture: Pixels, told: str) -> str:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(told, quote=True)}" src="data:image/jpeg;base64,{data}">'


def _poster(title: str, sections: Sequence[Section]) -> bytes:
    """All sections below each other, as a PNG."""
    width = 2 * _MARGIN + _SIDE + _GAP * 6 + _GRID_WH[0]
    captions = [_lines(section.caption, _TEXT, width - 2 * _MARGIN) for section in sections]
    heights = [
        round(1.5 * _NAME) + round(1.5 * _TEXT) * len(lines) + max(len(each) for each in section.pictures) + _BETWEEN
        for section, lines in zip(sections, captions, strict=True)
    ]
    poster = Image.new("RGB", (width, 2 * _MARGIN + 2 * _NAME + sum(heights)), _GROUND)
    draw = ImageDraw.Draw(poster)
    draw.text((_MARGIN, _MARGIN), title, fill=_INK, font=font_for(title, round(1.3 * _NAME)))
    top = _MARGIN + 2 * _NAME + _BETWEEN // 2
    for section, lines, height in zip(sections, captions, heights, strict=True):
        draw.text((_MARGIN, top), section.name, fill=_INK, font=font_for(section.name, _NAME))
        y = top + round(1.5 * _NAME)
        for line in lines:
            draw.text((_MARGIN, y), line, fill=_FAINT, font=font_for(line, _TEXT))
            y += round(1.5 * _TEXT)
        x = _MARGIN
        for picture in section.pictures:
            poster.paste(Image.fromarray(picture), (x, y + 3 * _GAP))
            x += picture.shape[1] + 6 * _GAP
        top += height
    buffer = BytesIO()
    poster.save(buffer, "PNG")
    return buffer.getvalue()


def _lines(text: str, pixels: int, width: int) -> list[str]:
    """A text in lines that are no wider than this."""
    font, lines = font_for(text, pixels), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
