"""Asks before rejected photos go to the trash: how many, which, and what becomes of their copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.elided_label import ElidedLabel
from studio.theme import large_font
from studio.thumbnails import Thumbnails
from studio.wording import count, names_in_words

# Shown before they go; more do not fit a small window.
FIRST_FEW = 5
PREVIEW_SIDE = 104


@dataclass(frozen=True)
class Copies:
    """What holds the same picture as photos that go.

    Attributes:
        here: in this album; of each photo one.
        elsewhere: in other folders.
    """

    here: Sequence[Path]
    elsewhere: Sequence[Path]

    def in_words(self) -> list[str]:
        """What becomes of them, a sentence each."""
        lines = []
        if self.here:
            lines.append(f"Of {count(len(self.here), 'photo')} a copy stays: {_names(self.here)}.")
        if self.elsewhere:
            folders = sorted({str(path.parent) for path in self.elsewhere})
            copies = count(len(self.elsewhere), "copy", "copies")
            lines.append(f"{copies} in other folders {_stay(self.elsewhere)}: {names_in_words(folders, 2)}.")
        if lines:
            lines.append("A copy that stays is rejected no longer.")
        return lines


def _names(paths: Sequence[Path]) -> str:
    return names_in_words([path.name for path in paths])


def _stay(paths: Sequence[Path]) -> str:
    return "stays" if len(paths) == 1 else "stay"


class TrashDialog(QDialog):
    """How many photos would go, told by their paths, and the first few of them.

    Attributes:
        copies_too: whether what is a copy of one that goes shall go as well.
    """

    def __init__(
        self, photos: Sequence[str], hidden: int, copies: Copies, thumbnails: Thumbnails, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Move rejected to the trash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._thumbnails = thumbnails
        title = QLabel(f"Move {count(len(photos), 'rejected photo')} to the trash?")
        large_font(title, 18, bold=True)
        self.pictures = {Path(photo): QLabel() for photo in photos[:FIRST_FEW]}
        grid = QGridLayout()
        for column, (path, picture) in enumerate(self.pictures.items()):
            picture.setFixedSize(PREVIEW_SIDE, PREVIEW_SIDE)
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            name = ElidedLabel(path.name)
            name.setToolTip(str(path))
            name.setFixedWidth(PREVIEW_SIDE)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(picture, 0, column)
            grid.addWidget(name, 1, column)
            self._show(path)
        grid.setColumnStretch(FIRST_FEW, 1)
        thumbnails.arrived.connect(self._show)
        lines = []
        if len(photos) > FIRST_FEW:
            lines.append(f"… and {len(photos) - FIRST_FEW:,} more.")
        if hidden:
            lines.append(f"{hidden:,} of them are not shown at the moment, because of the filter.")
        lines += copies.in_words()
        whose, what = ("Its", "it") if len(photos) == 1 else ("Their", "them")
        lines.append(f"{whose} sidecars go along. Nothing is deleted: Undo brings {what} back.")
        self.text = QLabel("\n".join(lines))
        self.text.setWordWrap(True)
        self.copies_too = QCheckBox(f"Move the {count(len(copies.here), 'copy', 'copies')} in this album too")
        self.copies_too.setVisible(bool(copies.here))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.move_button = buttons.addButton("Move to the trash", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addWidget(title)
        layout.addLayout(grid)
        layout.addWidget(self.text)
        layout.addWidget(self.copies_too)
        layout.addWidget(buttons)

    def _show(self, path: Path) -> None:
        picture = self.pictures.get(path)
        if picture is None:
            return
        pixmap = self._thumbnails.get(path)
        if pixmap is None:
            picture.setText("…")
            return
        side = round(PREVIEW_SIDE * self.devicePixelRatioF())
        scaled = pixmap.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(self.devicePixelRatioF())
        picture.setPixmap(scaled)
