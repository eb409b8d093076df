"""Draws a sheet strip by strip, from its title down to its foot: never more than one row is in memory."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from engine.lab.lettering import font_for, shortened
from engine.lab.sheet import Sheet, SheetRow
from engine.lab.sheet_layout import Layout
from engine.lab.sheet_tiles import Tile
from engine.pixels import Pixels

Colour = tuple[int, int, int]
# Ground, letters, faint letters, what stands for a photo that cannot be read.
LIGHT: tuple[Colour, ...] = ((250, 249, 246), (28, 29, 31), (112, 113, 117), (222, 221, 217))
DARK: tuple[Colour, ...] = ((20, 21, 23), (236, 236, 236), (148, 151, 157), (54, 56, 60))
# What every sheet says: it may hang where nobody knows the program.
MEANING = "The score speaks of the photo: its light, sharpness and framing. Never of the person."


class SheetPainter:
    """Draws strips of one width, RGB uint8 (H, W, 3).

    Attributes:
        is_dark: whether light letters stand on a dark ground.
    """

    def __init__(self, sheet: Sheet, layout: Layout, *, dark: bool) -> None:
        self._sheet, self._layout = sheet, layout
        self.is_dark = dark
        self.ground, self.ink, self.faint, self.missing = DARK if dark else LIGHT

    def blank(self, height: int) -> Pixels:
        """Nothing but the ground."""
        return np.full((height, self._layout.width, 3), self.ground, np.uint8)

    def header(self) -> Pixels:
        """The title and what it says below."""
        layout = self._layout
        strip = Image.fromarray(self.blank(layout.header_height))
        draw = ImageDraw.Draw(strip)
        # The letters' left edge stands on the photos' left edge.
        left = layout.margin + layout.label
        room = layout.content_width - layout.label
        title = layout.title
        while title > layout.text and font_for(self._sheet.title, title).getlength(self._sheet.title) > room:
            title -= max(1, title // 20)
        below = layout.margin + round(1.2 * layout.title)
        self._write(draw, (left, below - round(0.35 * layout.title)), self._sheet.title, title, self.ink, room, "ls")
        self._write(draw, (left, below), self._sheet.told, layout.text, self.faint, room, "la")
        return np.asarray(strip)

    def row(self, row: SheetRow, tiles: Sequence[Tile]) -> Pixels:
        """One row with its label and captions, and the gutter below it."""
        layout = self._layout
        strip = self.blank(layout.row_height)
        left = layout.margin + layout.label
        step = layout.tile + layout.gutter
        for place, tile in enumerate(tiles):
            x = left + place * step
            strip[: layout.tile, x : x + layout.tile] = self.missing if tile is None else tile
        if not (row.label and layout.label) and not layout.caption:
            return strip
        image = Image.fromarray(strip)
        draw = ImageDraw.Draw(image)
        if layout.label:
            self._write_label(draw, row.label)
        if layout.caption:
            for place, photo in enumerate(row.photos):
                middle = left + place * step + layout.tile // 2
                top = layout.tile + round(0.3 * layout.caption_letters)
                self._write(draw, (middle, top), photo.caption, layout.caption_letters, self.faint, layout.tile, "ma")
        return np.asarray(image)

    def _write_label(self, draw: ImageDraw.ImageDraw, label: str) -> None:
        layout = self._layout
        lines = label.split("\n")
        step = round(1.3 * layout.small)
        right = layout.margin + layout.label - layout.small
        first = layout.tile / 2 - (len(lines) - 1) * step / 2
        for number, line in enumerate(lines):
            colour = self.faint if number or len(lines) == 1 else self.ink
            self._write(
                draw, (right, first + number * step), line, layout.small, colour, layout.label - layout.small, "rm"
            )

    def footer(self, unreadable: int, page_of: tuple[int, int] = (1, 1)) -> Pixels:
        """What the scores mean, how many photos are missing, and which page of how many it is."""
        layout = self._layout
        strip = Image.fromarray(self.blank(layout.footer_height))
        draw = ImageDraw.Draw(strip)
        letters = layout.foot_letters
        base = round(0.6 * layout.text) + layout.text
        left = layout.margin + layout.label
        room = layout.content_width - layout.label
        said = [f"{unreadable} of the photos could not be read."] if unreadable else []
        page_room = 0
        if page_of[1] > 1:
            page = f"{page_of[0]} of {page_of[1]}"
            self._write(draw, (layout.width - layout.margin, base), page, letters, self.faint, room, "rs")
            page_room = round(font_for(page, letters).getlength(page)) + letters
        told = " ".join([*said, MEANING])
        self._write(draw, (left, base), told, letters, self.faint, room - page_room, "ls")
        return np.asarray(strip)

    def _write(
        self,
        draw: ImageDraw.ImageDraw,
        place_xy: tuple[float, float],
        text: str,
        pixels: int,
        colour: Colour,
        room: int,
        anchor: str,
    ) -> None:
        """Write a text as far as there is room; nothing where its letters would be specks."""
        if pixels >= 4 and room > 0:
            fitted = shortened(text, pixels, room)
            draw.text(place_xy, fitted, fill=colour, font=font_for(fitted, pixels), anchor=anchor)
