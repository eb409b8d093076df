"""Sheets: the photos in order, the faces hidden, bad files grey and counted, nothing half written or overwritten."""

import colorsys
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.album import Album
from engine.catalogue import Catalogue
from engine.errors import EngineError, PictureError
from engine.lab.lettering import font_for, shortened
from engine.lab.photos import LabPhotos
from engine.lab.sheet import GroupBy, Paper, SheetKind, SheetPhoto, SheetWish
from engine.lab.sheet_choice import continuum, picked_photos, read_names
from engine.lab.sheet_file import WrittenSheet, medium_of, write_sheet
from engine.lab.sheet_layout import DOTS_PER_INCH, Layout, Medium, even_columns, paper_layout, picture_layout
from engine.lab.sheet_painting import LIGHT
from engine.lab.sheet_plan import plan_sheet
from engine.lab.sheet_preview import preview_sheet
from engine.pictures import load_picture
from engine.scan import scan
from engine.scoring import load_scorer

PLAIN = 12


@pytest.fixture
def plain_photos(tmp_path: Path) -> list[Path]:
    """Photos of one colour each, told apart by it."""
    folder = tmp_path / "plain"
    folder.mkdir()
    paths = []
    for number in range(PLAIN):
        colour = tuple(round(255 * part) for part in colorsys.hsv_to_rgb(number / PLAIN, 1, 1))
        paths.append(folder / f"plain-{number:02}.png")
        Image.new("RGB", (300, 240), colour).save(paths[-1])
    return paths


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with Catalogue() as opened:
        yield opened


def _scanned(paths: list[Path], catalogue: Catalogue) -> LabPhotos:
    scorer = load_scorer()
    for _ in scan(paths, catalogue, scorer):
        pass
    album = Album(scorer.card)
    album.add_listed(catalogue.list_photos(scorer.card.model_sha256, paths))
    return LabPhotos.of_album(album)


def _written(
    photos: LabPhotos,
    wish: SheetWish,
    target: Path,
    catalogue: Catalogue,
    named: list[SheetPhoto] | None = None,
    *,
    overwrite: bool = False,
) -> tuple[WrittenSheet, Layout]:
    sheet, layout = plan_sheet(photos, wish, medium_of(target), catalogue, "a model", named or ())
    blurred_by = catalogue if wish.blur_faces else None
    steps = list(write_sheet(sheet, layout, target, dark=wish.dark, blurred_by=blurred_by, overwrite=overwrite))
    return steps[-1].results[0], layout


def _tiles(file: Path, layout: Layout, photos: int) -> list[np.ndarray]:
    """The photos on a PNG, in the order of reading."""
    pixels = np.asarray(Image.open(file).convert("RGB"))
    left, step = layout.side + layout.label, layout.tile + layout.gutter
    tiles = []
    for place in range(photos):
        row, column = divmod(place, layout.columns)
        y, x = layout.header_height + row * layout.row_height, left + column * step
        tiles.append(pixels[y : y + layout.tile, x : x + layout.tile])
    return tiles


def _colour(pixels: np.ndarray) -> tuple[int, ...]:
    return tuple(np.median(pixels.reshape(-1, 3), axis=0).astype(int).tolist())


def test_photos_stand_in_the_order_of_their_scores(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path
) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "sheet.png"
    written, layout = _written(photos, SheetWish(scores=True), target, catalogue)
    assert (written.photos, written.unreadable) == (PLAIN, 0)
    wanted = [Image.open(path).convert("RGB").getpixel((5, 5)) for path in photos.paths]
    assert [_colour(tile) for tile in _tiles(target, layout, PLAIN)] == wanted


def test_the_best_and_the_last_are_the_ends_and_the_last_are_small(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path
) -> None:
    photos = _scanned(plain_photos, catalogue)
    sides = []
    for kind, ends in ((SheetKind.TOP, photos.paths[:3]), (SheetKind.BOTTOM, photos.paths[-3:])):
        target = tmp_path / f"{kind}.png"
        _, layout = _written(photos, SheetWish(kind, count=3), target, catalogue)
        wanted = [Image.open(path).convert("RGB").getpixel((5, 5)) for path in ends]
        assert [_colour(tile) for tile in _tiles(target, layout, 3)] == wanted
        sides.append(layout.tile)
    assert sides[1] <= sides[0] / 2


def test_of_too_many_photos_an_even_choice_is_drawn_whose_rows_are_quantiles() -> None:
    rows = continuum(50_000, columns=10, most_rows=4)
    assert [len(row) for row in rows] == [10] * 4
    for number, row in enumerate(rows):
        assert row == sorted(row)
        assert number * 12_500 <= row[0] < row[-1] < (number + 1) * 12_500


def test_fifty_thousand_photos_fit_on_one_picture_whose_last_row_is_nearly_full() -> None:
    columns = even_columns(50_000)
    rows = -(-50_000 // columns)
    layout = picture_layout(columns, rows, SheetWish(), [])
    assert max(layout.width, layout.height(rows)) <= 12_000
    assert layout.tile >= 30
    assert 50_000 % columns == 0 or 50_000 % columns > 0.9 * columns


def test_damaged_photos_are_grey_and_counted(plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "sheet.png"
    photos.paths[0].unlink()
    photos.paths[4].write_bytes(photos.paths[4].read_bytes()[:60])
    photos.paths[7].write_text("no photo")
    written, layout = _written(photos, SheetWish(), target, catalogue)
    assert (written.photos, written.unreadable) == (PLAIN, 3)
    grey = [place for place, tile in enumerate(_tiles(target, layout, PLAIN)) if _colour(tile) == LIGHT[3]]
    assert grey == [0, 4, 7]


def _busy(pixels: np.ndarray) -> float:
    """In how many places a pixel differs from its neighbour: blocks are flat inside, eyes and lips are not."""
    return float((np.abs(np.diff(pixels.astype(int), axis=1)).sum(axis=2) > 6).mean())


def _with_and_without_blur(photos: LabPhotos, catalogue: Catalogue, folder: Path) -> list[np.ndarray]:
    tiles = []
    for blur in (False, True):
        target = folder / f"{blur}.png"
        _, layout = _written(photos, SheetWish(SheetKind.TOP, blur_faces=blur), target, catalogue)
        tiles += _tiles(target, layout, 1)
    return tiles


@pytest.fixture
def square_photo(tmp_path: Path, samples: list[Path]) -> Path:
    """A photo as high as wide, so that a sheet shows all of it."""
    photo = tmp_path / "photo.png"
    Image.fromarray(load_picture(samples[0]).pixels).resize((512, 512)).save(photo)
    return photo


def test_blurred_faces_cannot_be_recognised(square_photo: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    photos = _scanned([square_photo], catalogue)
    known = catalogue.recall_content(int(photos.contents[0]))
    assert known is not None
    (face,) = known[1].faces.boxes_within((512, 512))
    plain, blurred = _with_and_without_blur(photos, catalogue, tmp_path)
    x0, y0, x1, y1 = (side * len(plain) // 512 for side in face.xyxy)
    assert _busy(plain[y0:y1, x0:x1]) > 0.5
    assert _busy(blurred[y0:y1, x0:x1]) < 0.15
    # The rest is as it was.
    assert (blurred[:, : x0 // 3] == plain[:, : x0 // 3]).mean() > 0.9


def test_of_a_photo_that_changed_since_all_is_blurred(square_photo: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    """Its face is in a corner now, and nobody has looked for it there."""
    photos = _scanned([square_photo], catalogue)
    with Image.open(square_photo) as image:
        other = Image.new("RGB", image.size, "white")
        other.paste(image.resize((200, 200)), (0, 0))
    other.save(square_photo)
    plain, blurred = _with_and_without_blur(photos, catalogue, tmp_path)
    corner = len(plain) * 200 // 512
    assert _busy(plain[:corner, :corner]) > 0.4
    assert _busy(blurred[:corner, :corner]) < 0.15


def test_a_named_set_keeps_its_order_and_its_captions(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path
) -> None:
    photos, names = _scanned(plain_photos[:6], catalogue), tmp_path / "names.txt"
    # The fourth is not scored, the fifth is not there; both stand in their place.
    order = [plain_photos[5], plain_photos[0], plain_photos[3], plain_photos[9], tmp_path / "gone.png"]
    lines = [f"{order[0]}\tÉlise & Bo", "", "# a remark", "plain/plain-00.png", *map(str, order[2:])]
    names.write_text("\n".join(lines), encoding="utf-8")
    named = read_names(names, photos)
    assert [photo.path for photo in named] == order
    target = tmp_path / "sheet.html"
    written, _ = _written(photos, SheetWish(SheetKind.NAMED, captions=True), target, catalogue, named)
    assert (written.photos, written.unreadable) == (5, 1)
    page = target.read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert captions == ["Élise &amp; Bo", "plain-00", "plain-03", "plain-09", "gone"]
    assert "http" not in page
    assert page.count("data:image/jpeg") == 4


def test_an_empty_list_and_no_picks_are_said(plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path) -> None:
    photos, names = _scanned(plain_photos[:2], catalogue), tmp_path / "names.txt"
    names.write_text("\n# nobody\n")
    with pytest.raises(PictureError, match="no photo is named"):
        read_names(names, photos)
    with pytest.raises(EngineError, match="no photos for this sheet"):
        _written(photos, SheetWish(SheetKind.NAMED), tmp_path / "x.png", catalogue, picked_photos(photos, catalogue))
    assert not (tmp_path / "x.png").exists()


def test_each_group_has_a_row_with_its_best(plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path) -> None:
    other = tmp_path / "another"
    other.mkdir()
    moved = [path.rename(other / path.name) for path in plain_photos[::3]]
    stayed = [path for path in plain_photos if path.exists()]
    photos, wish = _scanned([*moved, *stayed], catalogue), SheetWish(SheetKind.BEST_OF, count=3)
    sheet, _ = plan_sheet(photos, wish, Medium.PNG, catalogue, "a model")
    assert [row.label for row in sheet.rows] == ["another\nof 4", "plain\nof 8"]
    for row, members in zip(sheet.rows, (moved, stayed), strict=True):
        best = [path for path in photos.paths if path in members][:3]
        assert [photo.path for photo in row.photos] == best
    by_faces, _ = plan_sheet(photos, replace(wish, group_by=GroupBy.FACES), Medium.PDF, catalogue, "a model")
    assert by_faces.rows[0].label.startswith("no face")


@pytest.mark.parametrize("landscape", [False, True])
def test_a_pdf_has_pages_of_the_papers_size(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path, *, landscape: bool
) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "sheet.pdf"
    wish = SheetWish(SheetKind.NAMED, columns=1, paper=Paper.A4, landscape=landscape)
    named = [SheetPhoto(path) for path in photos.paths[:3]]
    _written(photos, wish, target, catalogue, named)
    content = target.read_bytes()
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", content)
    # A photo as large as the paper is alone on its page.
    assert re.findall(rb"/Count (\d+)", content)[-1] == b"3"
    for box in boxes:
        sides = [float(side) / 72 * 25.4 for side in box]
        assert sides == pytest.approx([297, 210] if landscape else [210, 297], abs=0.4)


def test_paper_has_room_for_many_photos_or_gets_more_pages() -> None:
    one = paper_layout(60, None, SheetWish(SheetKind.TOP), [])
    assert one.pages(-(-60 // one.columns)) == 1
    many = paper_layout(3000, None, SheetWish(SheetKind.TOP), [])
    assert many.pages(-(-3000 // many.columns)) > 1


def test_fifty_thousand_photos_are_one_poster_on_the_largest_paper() -> None:
    layout = paper_layout(50_000, None, SheetWish(SheetKind.CONTINUUM, paper=Paper.A0), [])
    assert layout.pages(-(-50_000 // layout.columns)) == 1
    assert layout.tile / DOTS_PER_INCH * 25.4 > 3.5  # mm: a face is still seen


def test_nothing_is_overwritten_unless_asked(plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "sheet.png"
    target.write_text("mine")
    with pytest.raises(PictureError, match="already"):
        _written(photos, SheetWish(), target, catalogue)
    assert target.read_text() == "mine"
    _written(photos, SheetWish(), target, catalogue, overwrite=True)
    assert target.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", ["png", "pdf", "html"])
def test_a_cancelled_sheet_leaves_nothing(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path, suffix: str
) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "out" / f"sheet.{suffix}"
    sheet, layout = plan_sheet(photos, SheetWish(columns=2), medium_of(target), catalogue, "a model")
    task = write_sheet(sheet, layout, target)
    assert next(task).done == 2
    task.close()
    assert list(target.parent.iterdir()) == []


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"\.png, \.pdf or \.html"):
        medium_of(tmp_path / "sheet.jpg")


def test_a_preview_shows_the_same_photos_in_little(plain_photos: list[Path], catalogue: Catalogue) -> None:
    photos = _scanned(plain_photos, catalogue)
    sheet, layout = plan_sheet(photos, SheetWish(columns=4), Medium.PNG, catalogue, "a model")
    steps = list(preview_sheet(sheet, layout, (300, 300)))
    width, height = steps[0].results[0].size_wh
    assert max(width, height) <= 310
    whole = np.zeros((height, width, 3), np.uint8)
    for step in steps:
        for strip in step.results:
            assert strip.pixels.shape[1] == width
            whole[strip.top : strip.top + len(strip.pixels)] = strip.pixels
    found = {tuple(colour) for colour in whole.reshape(-1, 3).tolist()}
    assert found >= {Image.open(path).convert("RGB").getpixel((5, 5)) for path in photos.paths}
    assert steps[-1].done == steps[-1].total


def test_without_the_package_for_it_a_png_is_refused_with_how_to_install_it(
    plain_photos: list[Path], catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, target = _scanned(plain_photos, catalogue), tmp_path / "out" / "sheet.png"
    monkeypatch.setitem(sys.modules, "png", None)
    with pytest.raises(EngineError, match=r"needs pypng: pip install 'selfie-studio\[lab\]'"):
        _written(photos, SheetWish(), target, catalogue)
    assert list(target.parent.iterdir()) == []


def test_a_name_that_is_cut_keeps_its_end() -> None:
    names = [f"an evening at the lake with everybody we know {number}.jpg" for number in (1, 2)]
    cut = [shortened(name, 20, 220) for name in names]
    assert cut[0].startswith("an eve")
    assert [name.endswith(f"{number}.jpg") for number, name in enumerate(cut, 1)] == [True, True]
    assert all(font_for(name, 20).getlength(name) <= 220 for name in cut)
    assert shortened("short", 20, 220) == "short"
