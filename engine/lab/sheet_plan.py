"""From what a person wants to what is drawn: the photos of a sheet in rows, and its sizes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from engine.catalogue import Catalogue
from engine.errors import EngineError
from engine.lab.photos import LabPhotos
from engine.lab.sheet import GroupBy, Sheet, SheetKind, SheetPhoto, SheetRow, SheetWish
from engine.lab.sheet_choice import continuum, group_rows, in_rows, photos_at, scored_row
from engine.lab.sheet_layout import (
    MOST_IN_PAGE,
    MOST_SIDE,
    SMALLEST_TILE,
    Layout,
    Medium,
    even_columns,
    paper_layout,
    picture_layout,
)

# As wide as scores before a row ever are.
_SCORE_LABEL = "100 to 100"
_PAGE_COLUMNS = 24
# More of one group would be too small beside its name.
_MOST_IN_GROUP = 60


def plan_sheet(
    photos: LabPhotos,
    wish: SheetWish,
    medium: Medium,
    catalogue: Catalogue,
    model: str,
    named: Sequence[SheetPhoto] = (),
) -> tuple[Sheet, Layout]:
    """Choose the photos of a sheet, and how large they are.

    Args:
        photos: to choose from.
        catalogue: what is known of them.
        model: the name of the model that scored them.
        named: for a named set, its photos in their order.

    Raises:
        EngineError: there are no photos to choose from.
    """
    if wish.kind is SheetKind.BEST_OF:
        return _groups(photos, wish, medium, catalogue, model)
    chosen = list(named) if wish.kind is SheetKind.NAMED else photos_at(photos, range(len(photos)))
    last = chosen[-wish.most :]
    match wish.kind:
        case SheetKind.TOP:
            chosen = chosen[: wish.most]
        case SheetKind.BOTTOM:
            chosen = last
    if not chosen:
        how = ": pick some, or name a list of them" if wish.kind is SheetKind.NAMED else ""
        raise EngineError(f"There are no photos for this sheet{how}.")
    labels = [_SCORE_LABEL] if wish.scores else []
    layout, places = _laid_out(len(chosen), wish, medium, labels)
    rows = [scored_row([chosen[place] for place in row], "", wish) for row in places]
    sheet = Sheet(wish.title or _title(wish, len(chosen)), "", layout.columns, rows)
    return replace(sheet, told=_told(sheet, wish, len(photos), model)), layout


def _laid_out(photos: int, wish: SheetWish, medium: Medium, labels: list[str]) -> tuple[Layout, list[list[int]]]:
    """The layout, and the places of photos in rows; of a continuum that does not fit, an even choice."""
    if medium is Medium.PDF:
        layout = paper_layout(photos, wish.columns, wish, labels)
        most_rows = layout.rows_on_page(first=True)
    else:
        page = medium is Medium.HTML
        columns = wish.columns or even_columns(photos, _PAGE_COLUMNS if page else None)
        most_rows = max(1, MOST_IN_PAGE // columns) if page else int(0.9 * MOST_SIDE / (SMALLEST_TILE + 1))
        layout = picture_layout(columns, min(-(-photos // columns), most_rows), wish, labels, page=page)
    if wish.kind is SheetKind.CONTINUUM:
        return layout, continuum(photos, layout.columns, most_rows)
    return layout, in_rows(range(photos), layout.columns)


def _groups(
    photos: LabPhotos, wish: SheetWish, medium: Medium, catalogue: Catalogue, model: str
) -> tuple[Sheet, Layout]:
    if not len(photos):
        raise EngineError("There are no photos for this sheet.")
    groups = group_rows(photos, wish, catalogue)
    columns = wish.columns or min(wish.most, max(len(places) for _, places in groups), _MOST_IN_GROUP)
    rows = [_group_row(photos, name, places, columns, wish) for name, places in groups]
    labels = [row.label for row in rows]
    if medium is Medium.PDF:
        layout = paper_layout(len(photos), columns, wish, labels)
    else:
        layout = picture_layout(columns, len(rows), wish, labels, page=medium is Medium.HTML)
    sheet = Sheet(wish.title or _GROUP_TITLES[wish.group_by], "", columns, rows)
    return replace(sheet, told=_told(sheet, wish, len(photos), model)), layout


def _group_row(photos: LabPhotos, name: str, places: Sequence[int], columns: int, wish: SheetWish) -> SheetRow:
    best = photos_at(photos, places[: min(columns, wish.most)])
    return scored_row(best, f"{name}\nof {len(places):,}", wish)


_GROUP_TITLES = {
    GroupBy.FOLDER: "The best of each folder",
    GroupBy.DAY: "The best of each day",
    GroupBy.FACES: "The best by number of people",
}


def _title(wish: SheetWish, photos: int) -> str:
    match wish.kind:
        case SheetKind.TOP:
            return f"The best {photos:,}"
        case SheetKind.BOTTOM:
            return f"The last {photos:,}"
        case SheetKind.NAMED:
            return "A choice"
    return "From the best to the last"


def _told(sheet: Sheet, wish: SheetWish, of: int, model: str) -> str:
    """What the sheet shows, who scored it, and when."""
    today = date.today()
    many = f"{sheet.photos:,} photos" if sheet.photos != 1 else "1 photo"
    what = many if sheet.photos >= of or wish.kind is SheetKind.NAMED else f"{sheet.photos:,} of {of:,} photos"
    if wish.kind is SheetKind.CONTINUUM:
        what += ", best first" if sheet.photos >= of else ", chosen evenly, best first"
    return f"{what} · scored by {model} · {today.day} {today:%B %Y}"
