"""The controls of the album's bar: buttons whose menus tell how many photos each choice would show, and a search."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QDate, QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QFormLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
    QWidgetAction,
)

from studio.toggle import colour_button

# After the last letter that was typed.
SEARCH_AFTER_MS = 150
# Years in the menu; dates before them can be chosen day by day.
YEARS_LISTED = 8
Choice = TypeVar("Choice")
Days = tuple[date | None, date | None]
ANY_TIME: Days = (None, None)


class FilterButton(QPushButton):
    """Opens a menu; says what is chosen and is coloured while that leaves photos out. Gives way where it is narrow.

    Signals:
        changed: something else is chosen.
    """

    changed = Signal()

    def __init__(self, name: str, menu: QMenu) -> None:
        super().__init__(name)
        self._name = name
        self.setMenu(menu)
        # A click leaves the keys to the grid.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _show_choice(self, words: str) -> None:
        """Say what is chosen; nothing for "all"."""
        self.setText(words or self._name)
        self.setToolTip(words)
        self.setAccessibleName(f"{self._name}: {words or 'all'}")
        colour_button(self, is_on=bool(words))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(80, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        arrow = self.style().pixelMetric(QStyle.PixelMetric.PM_MenuButtonIndicator, option, self)
        width = self.width() - arrow - 12
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)


class ChoicesButton(FilterButton, Generic[Choice]):
    """A menu of choices, each with the number of photos that it would show."""

    def __init__(self, name: str, choices: Mapping[Choice, str], menu: QMenu) -> None:
        super().__init__(name, menu)
        self._menu = menu  # Qt does not own it
        self._choices = choices
        self.actions_by_choice = {choice: menu.addAction(words) for choice, words in choices.items()}
        for action in self.actions_by_choice.values():
            action.setCheckable(True)

    def show_counts(self, count: Callable[[Choice], int]) -> None:
        """Say beside each choice how many photos it would show."""
        for choice, action in self.actions_by_choice.items():
            action.setText(f"{self._choices[choice]} ({count(choice):,})")


class ChoiceButton(ChoicesButton[Choice]):
    """One choice of several.

    Args:
        name: what the button says while the first choice, all photos, is chosen.
        choices: each with its words in the menu.
        shown: how the button says them, where that is shorter.

    Attributes:
        value: what is chosen.
    """

    def __init__(self, name: str, choices: Mapping[Choice, str], shown: Mapping[Choice, str] | None = None) -> None:
        super().__init__(name, choices, QMenu())
        self._shown = shown or choices
        self._all = next(iter(choices))
        self.value = self._all
        group = QActionGroup(self)
        for choice, action in self.actions_by_choice.items():
            action.triggered.connect(partial(self.choose, choice))
            group.addAction(action)
        self._show_value()

    def choose(self, value: Choice, *_: object) -> None:
        """Choose, as a click in the menu does."""
        if value != self.value:
            self.value = value
            self._show_value()
            self.changed.emit()

    def clear(self) -> None:
        """Let all photos through."""
        self.choose(self._all)

    def _show_value(self) -> None:
        self.actions_by_choice[self.value].setChecked(True)
        self._show_choice("" if self.value == self._all else self._shown[self.value])


class AnyOfButton(ChoicesButton[int]):
    """Any of several choices together; the menu stays open while they are made.

    Args:
        name: what the button says while all are chosen, and so all photos.
        choices: each with its words in the menu.
        shown: how the button says several together.

    Attributes:
        value: what is chosen.
    """

    def __init__(self, name: str, choices: Mapping[int, str], shown: Mapping[frozenset[int], str]) -> None:
        super().__init__(name, choices, _StayingMenu())
        self._shown = shown
        self.value = frozenset(choices)
        for action in self.actions_by_choice.values():
            action.triggered.connect(self._take_checks)
        self._show_value()

    def choose(self, value: Iterable[int]) -> None:
        """Choose; none of them means all."""
        value = frozenset(value) or frozenset(self._choices)
        if value != self.value:
            self.value = value
            self.changed.emit()
        self._show_value()

    def clear(self) -> None:
        """Let all photos through."""
        self.choose(())

    def _take_checks(self) -> None:
        self.choose(choice for choice, action in self.actions_by_choice.items() if action.isChecked())

    def _show_value(self) -> None:
        for choice, action in self.actions_by_choice.items():
            action.setChecked(choice in self.value)
        alone = next(iter(self.value))
        self._show_choice(self._shown.get(self.value, self._choices[alone]))


class DaysButton(FilterButton):
    """When photos were taken: at any time, in a year, or from one day to another.

    Attributes:
        value: the first and the last day; None where that end is open.
    """

    def __init__(self, name: str) -> None:
        menu = QMenu()
        super().__init__(name, menu)
        self._menu = menu
        self.value = ANY_TIME
        self._span = (date(2000, 1, 1), date(2000, 1, 1))
        self.years: dict[int, QAction] = {}
        self.any_time = menu.addAction("Any time", self.clear)
        self._line = menu.addSeparator()
        form = QWidget()
        rows = QFormLayout(form)
        self.first, self.last = QDateEdit(), QDateEdit()
        for words, edit in (("From", self.first), ("To", self.last)):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("d MMM yyyy")
            edit.setKeyboardTracking(False)
            edit.setAccessibleName(f"{words} this day")
            edit.dateChanged.connect(self._take_dates)
            rows.addRow(words, edit)
        self._form = QWidgetAction(self)
        self._form.setDefaultWidget(form)
        menu.addAction(self._form)
        self._show_value()

    def choose(self, value: Days) -> None:
        """Choose the first and the last day."""
        if value != self.value:
            self.value = value
            self._show_value()
            self.changed.emit()

    def clear(self) -> None:
        """Let all photos through."""
        self.choose(ANY_TIME)

    def show_counts(self, any_time: int, years: Mapping[int, int], span: tuple[date, date] | None) -> None:
        """Say how many photos there are of any time and of each year, and show when the album begins and ends."""
        self.any_time.setText(f"Any time ({any_time:,})")
        for action in self.years.values():
            self._menu.removeAction(action)
            action.deleteLater()
        self.years = {}
        for year, number in list(years.items())[:YEARS_LISTED]:
            self.years[year] = QAction(f"{year} ({number:,})", self)
            self.years[year].triggered.connect(partial(self.choose, _year(year)))
            self._menu.insertAction(self._line, self.years[year])
        self._form.setVisible(span is not None)
        if span is not None:
            self._span = span
        self._show_value()

    def _take_dates(self) -> None:
        first, last = self.first.date().toPython(), self.last.date().toPython()
        assert isinstance(first, date)
        assert isinstance(last, date)
        # Where the album begins or ends, that end is open: photos without a date are shown as well.
        oldest, newest = self._span
        self.choose((None if first <= oldest else min(first, last), None if last >= newest else max(first, last)))

    def _show_value(self) -> None:
        for edit, day in zip((self.first, self.last), map(_known, self.value, self._span), strict=True):
            with QSignalBlocker(edit):
                edit.setDate(QDate(day.year, day.month, day.day))
        self._show_choice(_days_in_words(*self.value))


class NameSearch(QLineEdit):
    """Text that is looked for in names, told once the typing pauses.

    Signals:
        settled: another text stands here.
        left: Enter, or Esc in an empty field: the keys are for the photos again.
    """

    settled = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search names")
        self.setAccessibleName("Text in the name")
        self.setToolTip("Show photos with this in their names (Ctrl+F); Esc clears it")
        self.setClearButtonEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._told = ""
        self._soon = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._soon.timeout.connect(self.settle)
        self.textChanged.connect(lambda: self._soon.start())

    def sizeHint(self) -> QSize:
        return QSize(240, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(110, super().minimumSizeHint().height())

    def settle(self) -> None:
        """Tell of the text now."""
        self._soon.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.settled.emit()

    def clear(self) -> None:
        """Look for nothing."""
        super().clear()
        self.settle()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _ends(event.key()):
            event.accept()  # they mean something else to the photos
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _ends(event.key()):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            self.settle()
            self.left.emit()


class _StayingMenu(QMenu):
    """Stays open while its entries are checked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is None:
            super().mouseReleaseEvent(event)
        else:
            action.trigger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if action is not None and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            action.trigger()
        else:
            super().keyPressEvent(event)


def _ends(key: int) -> bool:
    return key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


def _known(day: date | None, otherwise: date) -> date:
    return otherwise if day is None else day


def _days_in_words(first: date | None, last: date | None) -> str:
    if first and last:
        return str(first.year) if (first, last) == _year(first.year) else f"{_day(first)} – {_day(last)}"
    if first:
        return f"From {_day(first)}"
    return f"Until {_day(last)}" if last else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
