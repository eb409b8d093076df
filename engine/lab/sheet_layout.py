"""How large everything on a sheet is, in pixels: photos, gutters, margins, letters.

    margin | label | photo gutter photo gutter photo | margin

All photos are squares of one size with even gutters; what is around them grows with the sheet.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, sqrt

from engine.lab.lettering import font_for
from engine.lab.sheet import Paper, SheetKind, SheetWish

# A metre of print; a picture that is larger on a side is refused by some programs.
MOST_SIDE = 12_000
# A page with more photos is slow to open.
MOST_IN_PAGE = 5_000
# The side of a photo in a picture, in pixels: the largest, as long as few are there. The last ones are small on
# purpose: nobody is to be shown up. A continuum is so large that cached thumbnails have all pixels it needs.
LARGEST_TILE = {
    SheetKind.CONTINUUM: 160,
    SheetKind.TOP: 256,
    SheetKind.BOTTOM: 64,
    SheetKind.BEST_OF: 256,
    SheetKind.NAMED: 256,
}
SMALLEST_TILE, PAGE_TILE = 16, 160
DOTS_PER_INCH = 300
_PX_PER_MM = DOTS_PER_INCH / 25.4
# Width and height of the paper that stands, in mm (ISO 216), and the margin, which every printer can leave.
_PAPER_MM = {
    Paper.A4: (210, 297),
    Paper.A3: (297, 420),
    Paper.A2: (420, 594),
    Paper.A1: (594, 841),
    Paper.A0: (841, 1189),
}
_MARGIN_MM = 16
# Letters and margins of larger paper grow with it: it hangs on a wall.
_READ_AT_HAND = Paper.A2
# The side of a photo in print, in mm: the smallest that is used, and the largest. With 4 mm, in which a face is still
# seen, a continuum of 50,000 photos is one poster, on A0.
_TILE_MM = {
    SheetKind.CONTINUUM: (4, 40),
    SheetKind.TOP: (20, 60),
    SheetKind.BOTTOM: (6, 9),
    SheetKind.BEST_OF: (12, 40),
    SheetKind.NAMED: (28, 60),
}
# Of the whole: what photos leave of a sheet's height for title and foot.
_PHOTOS_SHARE = 0.86
# A sheet to look at is a little wider than high.
_SHAPE = 1.5
_WIDEST_LABEL = 0.16
# The height of a caption's line, as a multiple of its letters.
_CAPTION_LINE = 1.7


class Medium(StrEnum):
    """What a sheet is written as, by the suffix of its name."""

    PNG = "png"
    PDF = "pdf"
    HTML = "html"


@dataclass(frozen=True)
class Layout:
    """Sizes in pixels.

    Attributes:
        tile: side of a photo.
        gutter: between two photos.
        margin: above and below everything; `side` on its left and right.
        label: width of what stands before rows, its distance included.
        caption: height of what stands below photos.
        title: height of the title's letters; of what stands below `text`, of labels `small`.
        page_height: of paper; None for a sheet as high as it must be.
    """

    columns: int
    tile: int
    gutter: int
    margin: int
    side: int
    label: int
    caption: int
    title: int
    text: int
    small: int
    page_height: int | None = None

    @property
    def content_width(self) -> int:
        return self.label + self.columns * (self.tile + self.gutter) - self.gutter

    @property
    def width(self) -> int:
        return self.content_width + 2 * self.side

    @property
    def caption_letters(self) -> int:
        return round(self.caption / _CAPTION_LINE)

    @property
    def foot_letters(self) -> int:
        return max(round(0.75 * self.text), 1)

    @property
    def header_height(self) -> int:
        return self.margin + round(1.2 * self.title + 2.6 * self.text)

    @property
    def row_height(self) -> int:
        return self.tile + self.caption + self.gutter

    @property
    def footer_height(self) -> int:
        return self.margin + round(1.6 * self.text)

    def height(self, rows: int) -> int:
        """Of a sheet with so many rows, on one page."""
        return self.header_height + rows * self.row_height + self.footer_height

    def rows_on_page(self, *, first: bool) -> int:
        """How many rows a page of paper has room for; at least one."""
        assert self.page_height is not None
        head = self.header_height if first else self.margin
        return max(1, (self.page_height - head - self.footer_height) // self.row_height)

    def pages(self, rows: int) -> int:
        """How many pages of paper so many rows take."""
        return 1 + -(-max(0, rows - self.rows_on_page(first=True)) // self.rows_on_page(first=False))

    def scaled(self, factor: float) -> "Layout":
        """The same in another size, as far as whole pixels allow."""
        sizes = {
            name: max(1, round(factor * getattr(self, name)))
            for name in ("tile", "gutter", "margin", "side", "title", "text", "small")
        }
        label, caption = round(factor * self.label), round(factor * self.caption)
        page = None if self.page_height is None else round(factor * self.page_height)
        return replace(self, **sizes, label=label, caption=caption, page_height=page)


def picture_layout(columns: int, rows: int, wish: SheetWish, labels: list[str], *, page: bool = False) -> Layout:
    """For a PNG, whose photos are as large as its longest side allows, or for an HTML page."""
    if page:
        tile = min(PAGE_TILE, LARGEST_TILE[wish.kind])
    else:
        room = _PHOTOS_SHARE * MOST_SIDE / max(columns, rows, 1)
        tile = int(min(max(room / 1.06, SMALLEST_TILE), LARGEST_TILE[wish.kind]))
    gutter = _gutter(tile)
    small = max(round(0.18 * tile), 9)
    photos_w = columns * (tile + gutter)
    label = _label_width(labels, small, photos_w)
    content = photos_w + label
    margin = max(round(0.045 * content), 16)
    title = min(max(round(0.028 * content), 18), 260)
    return Layout(
        columns=columns,
        tile=tile,
        gutter=gutter,
        margin=margin,
        side=margin,
        label=label,
        caption=round(_CAPTION_LINE * max(round(0.075 * tile), 9)) if wish.captions else 0,
        title=title,
        text=max(round(0.42 * title), 11),
        small=small,
    )


def paper_layout(photos: int, columns: int | None, wish: SheetWish, labels: list[str]) -> Layout:
    """For paper: all photos on one page where they need not be smaller than suits, else more pages."""
    short, long = (round(side * _PX_PER_MM) for side in _PAPER_MM[wish.paper])
    width, height = (long, short) if wish.landscape else (short, long)
    scale = max(short / (_PAPER_MM[_READ_AT_HAND][0] * _PX_PER_MM), 1.0)
    margin = round(scale * _MARGIN_MM * _PX_PER_MM)
    least, most = (mm * _PX_PER_MM for mm in _TILE_MM[wish.kind])
    content = width - 2 * margin
    # A point is 1/72 of an inch: 7 for small letters, 10 for text, and a title by the paper.
    small, text = (round(scale * points / 72 * DOTS_PER_INCH) for points in (7, 10))
    title = round(0.03 * short)
    label = _label_width(labels, small, content)

    def sized(columns: int) -> Layout:
        cell = (content - label) / columns
        gutter = _gutter(cell)
        caption = round(_CAPTION_LINE * small) if wish.captions else 0
        tile = int((content - label + gutter) / columns - gutter)
        layout = Layout(columns, tile, gutter, margin, margin, label, caption, title, text, small, height)
        # A photo is no higher than the page has room for, and whole pixels wide; what that leaves goes to both sides.
        most = height - layout.header_height - layout.footer_height - gutter - caption
        layout = replace(layout, tile=min(tile, most))
        return replace(layout, side=(width - layout.content_width) // 2)

    if columns is not None:
        return sized(columns)
    fewest, largest = max(1, ceil((content - label) / most)), max(1, int((content - label) / least))
    choices = [sized(columns) for columns in range(min(fewest, largest), largest + 1)]
    fitting = [each for each in choices if each.columns * each.rows_on_page(first=True) >= photos]
    # A little smaller is better than a last row of two.
    return min(fitting, key=lambda each: _raggedness(photos, each.columns, fitting[0].columns), default=choices[-1])


def even_columns(photos: int, most: int | None = None) -> int:
    """Columns for a sheet a little wider than high, whose last row is as full as can be."""
    ideal = max(1.0, sqrt(_SHAPE * photos))
    if most is not None:
        ideal = min(ideal, most)
    near = range(max(1, int(0.88 * ideal)), max(2, int(1.12 * ideal) + 1))
    return min(near, key=lambda columns: (-photos % columns / columns, abs(columns - ideal)))


def _raggedness(photos: int, columns: int, fewest: int) -> float:
    return (-photos % columns) / photos + (columns / fewest - 1) / 2


def _gutter(tile: float) -> int:
    return max(1, round(0.06 * tile))


def _label_width(labels: list[str], small: int, content: int) -> int:
    """Room for the longest label, and a distance; 0 where there are none."""
    widest = max((font_for(line, small).getlength(line) for label in labels for line in label.split("\n")), default=0)
    # A little more than it takes: a preview's letters are not just as wide.
    return round(min(1.08 * widest, _WIDEST_LABEL * content) + small) if widest else 0
