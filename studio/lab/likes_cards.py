"""The sentences and the charts of what a model likes, as widgets."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from engine.lab.likes import Likes
from engine.lab.likes_care import LIMITS, Verdict
from engine.lab.likes_examples import Example
from engine.lab.likes_words import Evidence, Statement, not_advice, points, points_range, unclear
from engine.lab.plot_style import PlotStyle
from studio.lab.likes_task import LikesShown
from studio.qt_pictures import image_from_pixels
from studio.theme import large_font

EXAMPLE_PIXELS = 64
EFFECT_WIDTH = 56
WHAT_TAGS_MEAN = {
    Evidence.CAUSE: "Seen in the album, and by changing the same photos by hand",
    Evidence.BY_HAND: "Seen by changing the same photos by hand",
    Evidence.GOES_ALONG: "Seen in the album alone: something else may be behind it",
}


class LikesCards(QScrollArea):
    """All sentences, below each other.

    Signals:
        photo_wanted: the path of a photo whose example was clicked.
    """

    photo_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_likes(self, shown: LikesShown, style: PlotStyle) -> None:
        """Show what was found, in place of what was shown before."""
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(4, 4, 12, 12)
        layout.setSpacing(10)
        for title, is_do in (("Do this", True), ("Don't do that", False)):
            layout.addWidget(_heading(title))
            cards = [self._card(each, examples, style) for each, examples in shown.said if each.is_do is is_do]
            for card in cards or [_text("Nothing stands out clearly enough to be said.", dim=True)]:
                layout.addWidget(card)
        for title, lines in _sections(shown.likes):
            layout.addWidget(_heading(title))
            for line in lines:
                layout.addWidget(_text(line))
        layout.addStretch(1)
        self.setWidget(inside)

    def _card(self, statement: Statement, examples: Sequence[Example], style: PlotStyle) -> QWidget:
        card = QWidget()
        grid = QGridLayout(card)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        effect = QLabel(points(statement.effect))
        effect.setFixedWidth(EFFECT_WIDTH)
        effect.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        large_font(effect, 20, bold=True)
        _colour(effect, style.good if statement.effect.value > 0 else style.bad)
        grid.addWidget(effect, 0, 0, 2, 1)
        title, tag = _text(statement.text), _text(statement.evidence.value, dim=True)
        large_font(title, 15, bold=True)
        tag.setToolTip(WHAT_TAGS_MEAN[statement.evidence])
        tag.setWordWrap(False)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(tag, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(head, 0, 1)
        for place, line in enumerate(statement.lines, start=1):
            grid.addWidget(_text(line), place, 1)
        row = QHBoxLayout()
        row.setSpacing(2)
        for place, example in enumerate(examples):
            if example.is_first and place:
                row.addSpacing(14)
            row.addWidget(self._button(example))
        row.addStretch(1)
        grid.addLayout(row, len(statement.lines) + 1, 1)
        return card

    def _button(self, example: Example) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(EXAMPLE_PIXELS, EXAMPLE_PIXELS))
        button.setIcon(QIcon(QPixmap.fromImage(image_from_pixels(example.pixels))))
        button.setText(example.told.partition(":")[2].strip() or example.told)
        button.setToolTip(f"{example.told}\n{example.path.name}")
        path: Path = example.path
        button.clicked.connect(lambda: self.photo_wanted.emit(path))
        return button


class ChartWall(QScrollArea):
    """Charts, below each other where they are wide, else beside each other as many as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_charts(self, charts: Sequence[QImage]) -> None:
        """Show charts, in place of those before."""
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 8)
        place = 0
        for image in charts:
            label = QLabel()
            label.setPixmap(QPixmap.fromImage(image))
            is_wide = image.deviceIndependentSize().width() > WIDE_FROM
            place += place % COLUMNS if is_wide else 0
            grid.addWidget(label, place // COLUMNS, place % COLUMNS, 1, COLUMNS if is_wide else 1)
            place += COLUMNS if is_wide else 1
        grid.setColumnStretch(COLUMNS, 1)
        grid.setRowStretch(place // COLUMNS + 1, 1)
        self.setWidget(inside)


COLUMNS, WIDE_FROM = 2, 400


def _sections(likes: Likes) -> list[tuple[str, list[str]]]:
    """What else there is to tell: titles and lines."""
    none, few = unclear(likes.findings)
    cares = [
        f"{'⚠ ' if care.verdict is Verdict.FLAGGED else ''}{care.about}, {care.groups}: the score {care.told} "
        f"({points(care.judged)} points, {points_range(care.judged)})."
        for care in likes.cares
    ]
    sections = [
        ("What it should not care about", [*cares, LIMITS] if cares else ["Too few photos to compare."]),
        ("Goes along with the score, and is no advice", not_advice(likes.findings)),
        ("No clear effect", ["; ".join(none)] if none else []),
        ("Too few photos to tell", ["; ".join(few)] if few else []),
        ("Not read", [f"{path.name}: {reason}" for path, reason in likes.unread]),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    large_font(label, 18, bold=True)
    return label


def _text(text: str, *, dim: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if dim:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    else:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _colour(label: QLabel, colour: str) -> None:
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
    label.setPalette(palette)
