"""Writes a sheet to a file: a PNG of one piece, a PDF of pages, or an HTML page. Each grows row by row.

The generator is the job: closing it cancels, and no half-written file stays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.files import temporary_beside
from engine.lab.png_stream import PngStream
from engine.lab.sheet import Sheet, SheetRow
from engine.lab.sheet_html import page_foot, page_head, page_row
from engine.lab.sheet_layout import DOTS_PER_INCH, Layout, Medium
from engine.lab.sheet_painting import SheetPainter
from engine.lab.sheet_tiles import Tile, tiles_of_rows
from engine.pixels import Pixels
from engine.progress import Progress

_PDF_QUALITY = 90
Rows = Iterator[tuple[SheetRow, list[Tile]]]


@dataclass(frozen=True)
class WrittenSheet:
    """What was written.

    Attributes:
        photos: how many are on it.
        unreadable: how many of these are grey, as they could not be read.
    """

    path: Path
    photos: int
    unreadable: int


def medium_of(target: Path) -> Medium:
    """What a file is to be, by its name.

    Raises:
        PictureError: none of PNG, PDF and HTML.
    """
    try:
        return Medium(target.suffix[1:].lower())
    except ValueError:
        raise PictureError(target, "a sheet is .png, .pdf or .html") from None


def write_sheet(
    sheet: Sheet,
    layout: Layout,
    target: Path,
    *,
    dark: bool = False,
    blurred_by: Catalogue | None = None,
    overwrite: bool = False,
) -> Iterator[Progress[WrittenSheet]]:
    """Write a sheet; the suffix says as what.

    Args:
        sheet: what is drawn.
        layout: made for this medium.
        target: a new file, unless it may be overwritten.
        dark: light letters on a dark ground.
        blurred_by: knows the faces that are to be unrecognisable; None leaves them as they are.
        overwrite: whether a file of that name may be replaced.

    Yields:
        Progress after each row, in photos; the last one has what was written.

    Raises:
        PictureError: it is there already, or cannot be written.
        EngineError: a package is not installed.
    """
    painter = SheetPainter(sheet, layout, dark=dark)
    write = {Medium.PNG: _write_png, Medium.PDF: _write_pdf, Medium.HTML: _write_html}[medium_of(target)]
    counted = _Counted(tiles_of_rows(sheet.rows, layout.tile, blurred_by))
    try:
        with _claimed(target, overwrite=overwrite), temporary_beside(target) as temporary:
            for _ in write(sheet, layout, painter, counted, temporary):
                yield Progress(counted.photos, sheet.photos)
    except OSError as error:
        raise PictureError(target, f"the sheet cannot be written ({error.strerror or error})") from error
    finally:
        counted.close()
    yield Progress(counted.photos, sheet.photos, "done", (WrittenSheet(target, counted.photos, counted.unreadable),))


class _Counted:
    """Rows, and how many photos of those that passed could not be read."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.photos = self.unreadable = 0

    def __iter__(self) -> Rows:
        for row, tiles in self._rows:
            self.photos += len(tiles)
            self.unreadable += sum(tile is None for tile in tiles)
            yield row, tiles

    def close(self) -> None:
        self._rows.close()  # type: ignore[attr-defined]  # a generator


@contextmanager
def _claimed(target: Path, *, overwrite: bool) -> Iterator[None]:
    """Hold a name that nobody uses, so that nothing is overwritten that comes meanwhile."""
    if overwrite:
        yield
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(exist_ok=False)
    except FileExistsError as error:
        raise PictureError(target, "there is such a file already: choose another name") from error
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write_png(sheet: Sheet, layout: Layout, painter: SheetPainter, rows: _Counted, file: Path) -> Iterator[None]:
    size = layout.width, layout.height(len(sheet.rows))
    with file.open("wb") as opened, PngStream(opened, size, DOTS_PER_INCH) as png:
        png.write(painter.header())
        for row, tiles in rows:
            png.write(painter.row(row, tiles))
            yield
        png.write(painter.footer(rows.unreadable))


def _write_html(sheet: Sheet, layout: Layout, painter: SheetPainter, rows: _Counted, file: Path) -> Iterator[None]:
    with file.open("w", encoding="utf-8", errors="backslashreplace") as opened:
        opened.write(page_head(sheet, layout, dark=painter.is_dark))
        for row, tiles in rows:
            opened.write(page_row(row, tiles, layout))
            yield
        opened.write(page_foot(rows.unreadable))


def _write_pdf(sheet: Sheet, layout: Layout, painter: SheetPainter, rows: _Counted, file: Path) -> Iterator[None]:
    """One picture a page; what is written is added to, so that no more than a page is in memory."""
    first = True
    for page in pages(sheet, layout, painter, rows):
        if page is not None:
            Image.fromarray(page).save(
                file, "PDF", resolution=DOTS_PER_INCH, quality=_PDF_QUALITY, append=not first, title=sheet.title
            )
            first = False
        yield


def pages(sheet: Sheet, layout: Layout, painter: SheetPainter, rows: "_Counted") -> Iterator[Pixels | None]:
    """The pages of a sheet on paper, RGB uint8; None after each row that does not fill one."""
    assert layout.page_height is not None
    later, total = layout.rows_on_page(first=False), layout.pages(len(sheet.rows))
    strips, number, room = [painter.header()], 1, layout.rows_on_page(first=True)
    for row, tiles in rows:
        if not room:
            yield _page(strips, layout, painter, rows.unreadable, number, total)
            strips, number, room = [painter.blank(layout.margin)], number + 1, later
        strips.append(painter.row(row, tiles))
        room -= 1
        yield None
    yield _page(strips, layout, painter, rows.unreadable, number, total)


def _page(
    strips: list[Pixels], layout: Layout, painter: SheetPainter, unreadable: int, number: int, total: int
) -> Pixels:
    assert layout.page_height is not None
    foot = painter.footer(unreadable, (number, total))
    free = layout.page_height - sum(len(strip) for strip in strips) - len(foot)
    return np.concatenate([*strips, painter.blank(max(0, free)), foot])
