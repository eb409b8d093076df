"""The bar above the album, as a person uses it."""

import os
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from PySide6.QtCore import QDate, QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.album import Album
from engine.catalogue import LIST_COLUMNS, ListRow
from engine.checkpoint import load_card
from engine.photo_filter import EyesState, FaceCount, PhotoFilter, SortKey
from engine.resources import MODEL_FOLDER
from studio.album_filters import AlbumFilters

# Of windows, menus among them, without a screen.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT = Qt.MouseButton.LeftButton


def _row(number: int, **said: object) -> ListRow:
    usual = dict.fromkeys(LIST_COLUMNS) | {"path": os.fsencode(f"/album/{number}.jpg"), "content": number, "size": 1}
    usual |= {"faces": 1, "eyes_closed": 0, "logit": float(number), "points": 10.0 * number, "pick": 0}
    usual |= {"taken": datetime(2020 + number, 6, 15, 12, tzinfo=UTC).timestamp()}
    return tuple((usual | said)[column] for column in LIST_COLUMNS)


@pytest.fixture
def album() -> Album:
    album = Album(load_card(MODEL_FOLDER))
    album.add_listed(
        [_row(1, pick=1), _row(2, stars=4, faces=2), _row(3, pick=-1, eyes_closed=1), _row(4), _row(5, stars=2)]
    )
    return album


@pytest.fixture
def bar(qtbot: QtBot, album: Album) -> AlbumFilters:
    return _bar(qtbot, album)


def _bar(qtbot: QtBot, album: Album) -> AlbumFilters:
    bar = AlbumFilters()
    qtbot.addWidget(bar)
    bar.resize(1000, 80)
    bar.filter_changed.connect(lambda wanted: bar.show_album(album, len(album.select(wanted))))
    bar.show()
    bar.show_album(album, len(album.select(bar.wanted)))
    return bar


def _click(qtbot: QtBot, menu: QMenu, action: QAction) -> None:
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def _open(button: QPushButton) -> QMenu:
    menu = button.menu()
    assert menu is not None
    menu.popup(QPoint(0, 0))
    return menu


def test_a_menu_tells_what_each_choice_would_show_under_the_other_filters(qtbot: QtBot, bar: AlbumFilters) -> None:
    menu = _open(bar.faces)
    texts = [action.text() for action in bar.faces.actions_by_choice.values()]
    assert texts == ["Any faces (5)", "No face (0)", "One face (4)", "Several faces (1)"]
    with qtbot.waitSignal(bar.filter_changed) as changed:
        _click(qtbot, menu, bar.faces.actions_by_choice[FaceCount.ONE])
    assert changed.args == [PhotoFilter(faces=FaceCount.ONE)]
    assert (bar.faces.text(), bar.count_label.text()) == ("One face", "4 of 5")
    _open(bar.eyes).close()
    assert bar.eyes.actions_by_choice[EyesState.CLOSED].text() == "Eyes closed (1)"
    _open(bar.stars).close()
    assert bar.stars.actions_by_choice[2].text() == "★★ and more (1)"


def test_marks_can_be_combined_while_their_menu_stays_open(qtbot: QtBot, bar: AlbumFilters) -> None:
    menu = _open(bar.picks)
    rejected, unmarked = bar.picks.actions_by_choice[-1], bar.picks.actions_by_choice[0]
    assert (rejected.text(), unmarked.text()) == ("Rejected (1)", "Unmarked (3)")
    _click(qtbot, menu, rejected)
    assert (menu.isVisible(), bar.wanted.picks, bar.picks.text()) == (True, frozenset((0, 1)), "Not rejected")
    menu.setActiveAction(unmarked)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert (menu.isVisible(), bar.wanted.picks, bar.picks.text()) == (True, frozenset((1,)), "Picked")
    _click(qtbot, menu, bar.picks.actions_by_choice[1])  # none is all
    assert bar.wanted == PhotoFilter()
    assert all(action.isChecked() for action in bar.picks.actions_by_choice.values())
    menu.close()


def test_a_year_and_two_days_can_be_chosen(qtbot: QtBot, bar: AlbumFilters) -> None:
    menu = _open(bar.days)
    assert [action.text() for action in bar.days.years.values()] == [f"{year} (1)" for year in range(2025, 2020, -1)]
    _click(qtbot, menu, bar.days.years[2023])
    assert (bar.wanted.first_day, bar.wanted.last_day) == (date(2023, 1, 1), date(2023, 12, 31))
    assert (bar.days.text(), bar.count_label.text()) == ("2023", "1 of 5")
    menu = _open(bar.days)
    bar.days.last.setDate(QDate(2024, 7, 1))
    assert (bar.days.text(), bar.count_label.text()) == ("1 Jan 2023 – 1 Jul 2024", "2 of 5")
    bar.days.first.setDate(QDate(2021, 6, 15))  # the album's first day: that end is open
    assert (bar.wanted.first_day, bar.days.text()) == (None, "Until 1 Jul 2024")
    _click(qtbot, menu, bar.days.any_time)
    assert bar.wanted == PhotoFilter()


def test_an_album_without_dates_offers_none(qtbot: QtBot) -> None:
    album = Album(load_card(MODEL_FOLDER))
    album.add_listed([_row(1, taken=None)])
    bar = _bar(qtbot, album)
    _open(bar.days)
    assert (bar.days.any_time.text(), bar.days.first.isVisible()) == ("Any time (1)", False)


def test_names_are_searched_once_the_typing_pauses_and_esc_clears(qtbot: QtBot, bar: AlbumFilters) -> None:
    told: list[PhotoFilter] = []
    bar.filter_changed.connect(told.append)
    with qtbot.waitSignal(bar.filter_changed):
        qtbot.keyClicks(bar.search, "4.jpg")
    assert told == [PhotoFilter(text="4.jpg")]
    assert bar.count_label.text() == "1 of 5"
    qtbot.keyClick(bar.search, Qt.Key.Key_Escape)
    assert (bar.search.text(), told[-1], bar.count_label.text()) == ("", PhotoFilter(), "5 photos")
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.search, Qt.Key.Key_Escape)


def test_enter_searches_at_once_and_gives_the_keys_back(qtbot: QtBot, bar: AlbumFilters) -> None:
    qtbot.keyClicks(bar.search, "2")
    with qtbot.waitSignals([bar.filter_changed, bar.left]):
        qtbot.keyClick(bar.search, Qt.Key.Key_Return)


def test_clearing_all_is_offered_only_while_a_filter_is_on_and_told_once(qtbot: QtBot, bar: AlbumFilters) -> None:
    assert not bar.clear_button.isVisible()
    bar.stacked.click()
    assert not bar.clear_button.isVisible()
    _click(qtbot, _open(bar.stars), bar.stars.actions_by_choice[4])
    bar.histogram.setFocus()
    qtbot.keyClick(bar.histogram, Qt.Key.Key_Right)
    assert (bar.wanted.points, bar.stars.text()) == ((1, 100), "4 ★+")
    told: list[PhotoFilter] = []
    bar.filter_changed.connect(told.append)
    qtbot.mouseClick(bar.clear_button, LEFT)
    assert told == [PhotoFilter(stacked=True)]
    assert not bar.clear_button.isVisible()
    assert (bar.stars.text(), bar.histogram.range) == ("Stars", (0, 100))


def test_order_size_and_stacks_are_remembered(qtbot: QtBot, bar: AlbumFilters, album: Album) -> None:
    with qtbot.waitSignal(bar.sort_changed) as sorted_by:
        qtbot.keyClicks(bar.sort_list, "Sh")
    assert sorted_by.args == [SortKey.SHARPNESS, False]
    with qtbot.waitSignal(bar.sort_changed) as turned:
        qtbot.mouseClick(bar.turn_button, LEFT)
    assert turned.args == [SortKey.SHARPNESS, True]
    assert "Softest first" in bar.turn_button.text()
    with qtbot.waitSignal(bar.tile_side_changed) as side:
        bar.zoom(2)
    bar.stacked.click()
    again = _bar(qtbot, album)
    assert (again.key, again.turned, again.tile_side) == (SortKey.SHARPNESS, True, side.args[0])
    assert again.wanted == PhotoFilter(stacked=True)
    with qtbot.waitSignal(again.sort_changed) as anew:
        qtbot.keyClicks(again.sort_list, "Name")
    assert anew.args == [SortKey.NAME, False]


def test_sizes_end_somewhere(bar: AlbumFilters) -> None:
    bar.zoom(-100)
    assert bar.tile_side == 96
    bar.zoom(100)
    assert bar.tile_side == 320


def test_an_open_stack_stands_in_place_of_the_filters_and_closes_to_them(qtbot: QtBot, bar: AlbumFilters) -> None:
    _click(qtbot, _open(bar.stars), bar.stars.actions_by_choice[2])
    bar.open_stack(7, 5)
    assert bar.wanted == PhotoFilter(group=7)
    assert (bar.stack_chip.isVisible(), bar.stars.isVisible()) == (True, False)
    assert "Stack of 5" in bar.stack_chip.text()
    qtbot.mouseClick(bar.stack_chip, LEFT)
    assert bar.wanted == PhotoFilter(stars=2)
    assert (bar.stack_chip.isVisible(), bar.stars.isVisible()) == (False, True)
    assert not bar.close_stack()


@pytest.mark.parametrize(("width", "rows"), [(742, 2), (882, 2), (1262, 2), (2400, 1)])
def test_nothing_is_cut_however_wide_the_window_is(qtbot: QtBot, bar: AlbumFilters, width: int, rows: int) -> None:
    bar.search.setText("a long name of a photo that somebody looks for")
    bar.faces.choose(FaceCount.SEVERAL)
    bar.eyes.choose(EyesState.CLOSED)
    bar.stars.choose(4)
    bar.picks.choose((0, 1))
    bar.days.choose((date(2021, 5, 1), date(2023, 6, 30)))
    bar.histogram.clear()
    bar.resize(width, 80)
    controls = [bar.sort_list, bar.turn_button, bar.search, bar.count_label, bar.size_slider, bar.histogram]
    controls += [bar.faces, bar.eyes, bar.stars, bar.picks, bar.days, bar.stacked, bar.clear_button]
    qtbot.waitUntil(lambda: _rows(controls, bar) == rows)
    assert bar.width() == width  # and no wider than its window
    places = [_place(control, bar) for control in controls]
    assert all(bar.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for number, one in enumerate(places) for other in places[:number])


def _rows(controls: list[QWidget], bar: AlbumFilters) -> int:
    heights = sorted(_place(control, bar).center().y() for control in controls)
    return 1 + sum(below - above > 10 for above, below in pairwise(heights))


def _place(control: QWidget, bar: AlbumFilters) -> QRect:
    return control.rect().translated(control.mapTo(bar, QPoint(0, 0)))
