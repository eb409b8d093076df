"""A sheet as a web page that holds all it shows; a photo's name and score stand beside the pointer."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO
from math import isnan

from PIL import Image

from engine.lab.sheet import Sheet, SheetPhoto, SheetRow
from engine.lab.sheet_layout import Layout
from engine.lab.sheet_painting import DARK, LIGHT, MEANING, Colour
from engine.lab.sheet_tiles import Tile

_QUALITY = 82
_STYLE = """
body {{ margin: 0; padding: 4.5vw; background: {ground}; color: {ink}; font: 15px/1.4 system-ui, sans-serif }}
main {{ max-width: {width}px; margin: auto }}
h1 {{ font-weight: 400; font-size: clamp(24px, 3.4vw, 54px); line-height: 1.1; margin: 0 0 .25em }}
header p, footer, figcaption, .label {{ color: {faint} }}
header p {{ margin: 0 0 2em }} footer {{ margin-top: 2em; font-size: 13px }}
.row {{ display: grid; grid-template-columns: {label}repeat({columns}, minmax(0, 1fr)); gap: 0 {gap}%;
  margin-bottom: calc({gap} * (100vw - 9vw) / 100) }}
@media (min-width: {widest}px) {{ .row {{ margin-bottom: {gutter}px }} }}
.label {{ font-size: 12px; align-self: center; text-align: right; overflow-wrap: anywhere }}
.label :first-child:not(:last-child) {{ color: {ink} }} .label p {{ margin: 0 }}
figure {{ margin: 0 }} figure > * {{ display: block; width: 100%; aspect-ratio: 1 }}
.missing {{ background: {missing} }}
figcaption {{ aspect-ratio: auto; font-size: 11px; text-align: center; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; padding: 3px 0 }}
"""


def page_head(sheet: Sheet, layout: Layout, *, dark: bool) -> str:
    """Everything above the first row."""
    ground, ink, faint, missing = map(_css, DARK if dark else LIGHT)
    style = _STYLE.format(
        ground=ground,
        ink=ink,
        faint=faint,
        missing=missing,
        width=layout.content_width,
        widest=round(layout.content_width / 0.91),
        columns=layout.columns,
        gap=round(100 * layout.gutter / layout.content_width, 3),
        gutter=layout.gutter,
        label="minmax(4.5em, 12%) " if layout.label else "",
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(sheet.title)}</title><style>{style}</style>\n"
        f"<main><header><h1>{escape(sheet.title)}</h1><p>{escape(sheet.told)}</p></header>\n"
    )


def page_row(row: SheetRow, tiles: Sequence[Tile], layout: Layout) -> str:
    """One row of photos."""
    label = ""
    if layout.label:
        label = f'<div class="label">{"".join(f"<p>{escape(line)}</p>" for line in row.label.split(chr(10)))}</div>'
    figures = (_figure(photo, tile, layout) for photo, tile in zip(row.photos, tiles, strict=True))
    return f'<div class="row">{label}{"".join(figures)}</div>\n'


def page_foot(unreadable: int) -> str:
    """Everything below the last row."""
    said = f"{unreadable} of the photos could not be read. " if unreadable else ""
    return f"<footer>{said}{MEANING}</footer></main></html>\n"


def _figure(photo: SheetPhoto, tile: Tile, layout: Layout) -> str:
    told = photo.path.name if isnan(photo.points) else f"{photo.path.name}: {photo.points:.0f}"
    told = escape(told, quote=True)
    caption = f"<figcaption>{escape(photo.caption)}</figcaption>" if layout.caption else ""
    if tile is None:
        return f'<figure><div class="missing" title="{told}"></div>{caption}</figure>'
    buffer = BytesIO()
    Image.fromarray(tile).save(buffer, "JPEG", quality=_QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<figure><img alt="{told}" title="{told}" src="data:image/jpeg;base64,{data}">{caption}</figure>'


def _css(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
