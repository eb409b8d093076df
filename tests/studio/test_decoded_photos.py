import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.decoded_photos import DecodedPhotos, decode, detail_long_side
from studio.thumbnails import Thumbnails

WAIT_MS = 30_000


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Of 3,000 x 1,500 pixels each."""
    first = tmp_path / "0.jpg"
    Image.effect_noise((3000, 1500), 60).convert("RGB").save(first)
    paths = [first, *(tmp_path / f"{number}.jpg" for number in range(1, 6))]
    for path in paths[1:]:
        shutil.copy(first, path)
    return paths


@pytest.fixture
def decoded(qtbot: QtBot) -> Iterator[DecodedPhotos]:
    thumbnails = Thumbnails()
    decoded = DecodedPhotos(thumbnails, kept_bytes=40_000_000)
    yield decoded
    decoded.close()
    thumbnails.close()


def test_each_level_is_half_of_the_one_before_and_the_smallest_that_is_enough_is_drawn(photos: list[Path]) -> None:
    photo = decode(photos[0], None)
    assert [level.width() for level in photo.levels] == [3000, 1500, 750]
    assert photo.full_wh == (3000, 1500)
    assert [photo.level_for(width).width() for width in (5000, 3000, 1501, 1500, 10)] == [3000, 3000, 3000, 1500, 750]


def test_wanted_photos_come_and_can_then_be_had_at_once(
    qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]
) -> None:
    came: list[Path] = []
    decoded.arrived.connect(came.append)
    decoded.want(photos[:3])
    assert decoded.get(photos[0]) is None
    qtbot.waitUntil(lambda: len(came) == 3, timeout=WAIT_MS)
    assert came[0] in photos[:2]  # two are decoded at a time, the most urgent ones
    assert all(decoded.get(path) for path in photos[:3])


def test_memory_is_bounded_and_what_was_looked_at_last_is_kept(
    qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]
) -> None:
    """Decoded, each takes 11 MB: of 40 MB there is room for three."""
    for path in photos:
        with qtbot.waitSignal(decoded.arrived, timeout=WAIT_MS):
            decoded.want([path])
    assert decoded.kept == photos[-3:]


def test_what_is_looked_at_is_kept_even_where_there_is_no_room(
    qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]
) -> None:
    decoded.want(photos)
    qtbot.waitUntil(lambda: len(decoded.kept) == 6, timeout=WAIT_MS)
    decoded.want(photos[:1])
    assert photos[0] in decoded.kept
    assert len(decoded.kept) == 3


def test_every_pixel_comes_when_it_is_asked_for(qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]) -> None:
    with qtbot.waitSignal(decoded.arrived, timeout=WAIT_MS):
        decoded.want(photos[:1])
    first = decoded.get(photos[0])
    assert first is not None
    assert not first.has_every_pixel
    with qtbot.waitSignal(decoded.arrived, timeout=WAIT_MS):
        decoded.want_detail(photos[0])
    detail = decoded.get(photos[0])
    assert detail is not None
    assert detail.has_every_pixel
    assert detail.levels[0].width() == 3000


def test_what_cannot_be_decoded_is_said_once(qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]) -> None:
    photos[0].write_bytes(b"no photo")
    told: list[Path] = []
    decoded.failed.connect(lambda path, _: told.append(path))
    decoded.want(photos[:2])
    qtbot.waitUntil(lambda: decoded.get(photos[1]) is not None and bool(told), timeout=WAIT_MS)
    assert told == [photos[0]]


def test_a_photo_that_changed_is_read_anew(qtbot: QtBot, decoded: DecodedPhotos, photos: list[Path]) -> None:
    with qtbot.waitSignal(decoded.arrived, timeout=WAIT_MS):
        decoded.want(photos[:1])
    Image.new("RGB", (60, 40)).save(photos[0])
    decoded.forget(photos[0])
    with qtbot.waitSignal(decoded.arrived, timeout=WAIT_MS):
        decoded.want(photos[:1])
    photo = decoded.get(photos[0])
    assert photo is not None
    assert photo.full_wh == (60, 40)


def test_a_huge_photo_is_decoded_in_part_and_four_share_the_room() -> None:
    assert detail_long_side((6000, 4000), 1) is None
    alone, shared = detail_long_side((16320, 12240), 1), detail_long_side((16320, 12240), 4)
    assert alone is not None
    assert shared is not None
    assert alone * (alone * 0.75) <= 64e6
    assert abs(shared - alone / 2) <= 1
