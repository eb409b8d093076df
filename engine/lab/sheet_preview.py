"""A sheet as it will be written, small enough to be looked at while it is chosen; drawn from the top down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from engine.catalogue import Catalogue
from engine.lab.sheet import Sheet, SheetKind, SheetRow
from engine.lab.sheet_layout import Layout
from engine.lab.sheet_painting import Colour, SheetPainter
from engine.lab.sheet_tiles import tiles_of_rows
from engine.pixels import Pixels
from engine.progress import Progress

# More are not told apart in a preview, and take seconds.
_MOST_PHOTOS = 1200
_LEAST_TILE = 4


@dataclass(frozen=True)
class PreviewStrip:
    """A part of the preview over its whole width.

    Attributes:
        pixels: RGB uint8 (H, W, 3).
        top: its distance from the upper edge.
        size_wh: of the whole preview.
        ground: its colour where nothing is drawn yet.
    """

    pixels: Pixels
    top: int
    size_wh: tuple[int, int]
    ground: Colour


def preview_sheet(
    sheet: Sheet,
    layout: Layout,
    room_wh: tuple[int, int],
    *,
    dark: bool = False,
    blurred_by: Catalogue | None = None,
    kind: SheetKind = SheetKind.CONTINUUM,
) -> Iterator[Progress[PreviewStrip]]:
    """Draw the first page of a sheet.

    Args:
        sheet: what will be written.
        layout: how large, at its full size.
        room_wh: pixels that the preview may take.
        dark: as it will be written.
        blurred_by: knows the faces that are to be unrecognisable; None leaves them as they are.
        kind: of a continuum of many photos fewer are drawn, larger than they are.

    Yields:
        Progress with a strip each. Closing the generator cancels it.
    """
    rows = sheet.rows if layout.page_height is None else sheet.rows[: layout.rows_on_page(first=True)]
    height = layout.page_height or layout.height(len(rows))
    pages = layout.pages(len(sheet.rows)) if layout.page_height else 1
    factor = min(room_wh[0] / layout.width, room_wh[1] / height, 1.0)
    photos = sum(len(row.photos) for row in rows)
    if kind is SheetKind.CONTINUUM:
        rows, layout = _thinned(rows, layout, _step(photos, factor * layout.tile))
    layout = layout.scaled(factor)
    size = layout.width, layout.page_height or layout.height(len(rows))
    painter = SheetPainter(sheet, layout, dark=dark)
    drawn, total = 0, len(rows) + 2

    def step(pixels: Pixels, top: int) -> Progress[PreviewStrip]:
        return Progress(drawn, total, "", (PreviewStrip(pixels, top, size, painter.ground),))

    yield step(painter.header(), 0)
    unreadable, top = 0, layout.header_height
    for row, tiles in tiles_of_rows(rows, layout.tile, blurred_by):
        drawn += 1
        unreadable += sum(tile is None for tile in tiles)
        yield step(painter.row(row, tiles), top)
        top += layout.row_height
    drawn += 1
    yield step(painter.footer(unreadable, (1, pages)), size[1] - layout.footer_height)


def _step(photos: int, tile: float) -> int:
    """Of how many rows and columns one is drawn."""
    return next(step for step in count(1) if photos / step**2 <= _MOST_PHOTOS and step * tile >= _LEAST_TILE)


def _thinned(rows: Sequence[SheetRow], layout: Layout, step: int) -> tuple[list[SheetRow], Layout]:
    """Of every so many rows and photos one, as large as these were together."""
    kept = [replace(row, photos=row.photos[::step]) for row in rows[::step]]
    tile = step * layout.tile + (step - 1) * layout.gutter
    return kept, replace(layout, columns=-(-layout.columns // step), tile=tile)
