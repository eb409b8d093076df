"""Asks which photos to export, where to and how; what was chosen last is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.photo_export import ExportSettings
from studio.theme import POOR
from studio.wording import count

FOLDER_SETTING, RESIZE_SETTING, SIDE_SETTING = "export/folder", "export/resize", "export/long side"
QUALITY_SETTING, PLACE_SETTING, NUMBERS_SETTING = "export/quality", "export/without location", "export/numbered"
BEST_SETTING = "export/best"
# What screens and social networks show; 2048 is the largest of the usual ones.
DEFAULT_SIDE, SMALLEST_SIDE, LARGEST_SIDE = 2048, 64, 20_000
DEFAULT_BEST = 20


@dataclass(frozen=True)
class ExportWish:
    """What a person wants exported.

    Attributes:
        photos: their paths as text, in their order.
        folder: where to.
        settings: how.
    """

    photos: Sequence[str]
    folder: Path
    settings: ExportSettings


class ExportDialog(QDialog):
    """Which, where to, how.

    Args:
        chosen: the photos that are selected, by their paths.
        picked: those that were picked.
        best_first: all that are shown, best first.
        album_folders: folders whose photos are in the album.

    Signals:
        wanted: with an `ExportWish`.
    """

    wanted = Signal(object)

    def __init__(
        self,
        chosen: Sequence[str],
        picked: Sequence[str],
        best_first: Sequence[str],
        album_folders: Sequence[Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export photos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chosen, self._picked, self._best_first = chosen, picked, best_first
        self._album_folders = frozenset(folder.resolve() for folder in album_folders)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow("Photos", self._build_which())
        form.addRow("Folder", self._build_folder())
        form.addRow("Files", self._build_how())
        layout.addLayout(form)
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        self.warning.setMinimumHeight(2 * self.warning.fontMetrics().lineSpacing())
        layout.addWidget(self.warning)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.setMinimumWidth(560)
        self._check()

    def _build_which(self) -> QWidget:
        self.chosen_button = QRadioButton(f"The chosen ones ({len(self._chosen):,})")
        self.chosen_button.setEnabled(bool(self._chosen))
        self.picked_button = QRadioButton(f"All picked ones ({len(self._picked):,})")
        self.picked_button.setEnabled(bool(self._picked))
        self.best_button = QRadioButton("The best of those shown and not rejected:")
        self.best_count = QSpinBox()
        self.best_count.setRange(1, max(1, len(self._best_first)))
        self.best_count.setValue(int(str(QSettings().value(BEST_SETTING, DEFAULT_BEST))))
        self.best_count.valueChanged.connect(lambda _: self.best_button.setChecked(True))
        self.which = QButtonGroup(self)
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in (self.chosen_button, self.picked_button):
            self.which.addButton(button)
            layout.addWidget(button)
        self.which.addButton(self.best_button)
        row = QHBoxLayout()
        row.addWidget(self.best_button)
        row.addWidget(self.best_count)
        row.addWidget(QLabel(f"of {len(self._best_first):,}"))
        row.addStretch()
        layout.addLayout(row)
        # Several are chosen on purpose, one is always.
        first = self.chosen_button if len(self._chosen) > 1 else self.picked_button if self._picked else None
        (first or (self.chosen_button if self._chosen else self.best_button)).setChecked(True)
        self.which.buttonToggled.connect(lambda *_: self._check())
        self.best_count.valueChanged.connect(lambda _: self._check())
        return box

    def _build_folder(self) -> QWidget:
        self.folder = QLineEdit(str(QSettings().value(FOLDER_SETTING, "") or ""))
        self.folder.setPlaceholderText("where the new files go")
        self.folder.textChanged.connect(lambda _: self._check())
        browse = QPushButton("Choose…")
        browse.clicked.connect(self.choose_folder)
        box = QWidget()
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.folder, 1)
        layout.addWidget(browse)
        return box

    def _build_how(self) -> QWidget:
        settings = QSettings()
        self.copy_button = QRadioButton("Copies, as they are")
        self.resize_button = QRadioButton("Smaller JPEGs, long side")
        self.long_side = QSpinBox()
        self.long_side.setRange(SMALLEST_SIDE, LARGEST_SIDE)
        self.long_side.setSuffix(" px")
        self.long_side.setValue(int(str(settings.value(SIDE_SETTING, DEFAULT_SIDE))))
        self.quality = QSpinBox()
        self.quality.setRange(1, 95)
        self.quality.setValue(int(str(settings.value(QUALITY_SETTING, ExportSettings().jpeg_quality))))
        self.without_location = QCheckBox("Leave out where they were taken")
        self.numbered = QCheckBox("Number them, so that they keep their order")
        self.without_location.setChecked(_is_on(PLACE_SETTING))
        self.numbered.setChecked(_is_on(NUMBERS_SETTING))
        how = QButtonGroup(self)
        for button in (self.copy_button, self.resize_button):
            how.addButton(button)
        (self.resize_button if _is_on(RESIZE_SETTING) else self.copy_button).setChecked(True)
        row = QHBoxLayout()
        row.addWidget(self.resize_button)
        for widget in (self.long_side, QLabel("quality"), self.quality):
            row.addWidget(widget)
            widget.setEnabled(self.resize_button.isChecked())
            self.resize_button.toggled.connect(widget.setEnabled)
        row.addStretch()
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.copy_button)
        layout.addLayout(row)
        layout.addSpacing(6)
        layout.addWidget(self.without_location)
        layout.addWidget(self.numbered)
        return box

    @Slot()
    def choose_folder(self) -> None:
        """Ask for the folder."""
        if folder := QFileDialog.getExistingDirectory(self, "Export to", self.folder.text()):
            self.folder.setText(folder)

    def photos(self) -> Sequence[str]:
        """The photos that would be exported now."""
        if self.chosen_button.isChecked():
            return self._chosen
        if self.picked_button.isChecked():
            return self._picked
        return self._best_first[: self.best_count.value()]

    def _check(self) -> None:
        """Say what is amiss; the warning's place is kept free, so that nothing jumps."""
        if not hasattr(self, "export_button"):
            return
        text = self.folder.text().strip()
        folder = Path(text).expanduser()
        error = warning = ""
        if not text:
            warning = "Choose a folder first."
        elif not folder.is_absolute():
            error = "Name the whole path of the folder, from its first slash on."
        elif folder.exists() and not folder.is_dir():
            error = "This is a file: choose a folder."
        elif not self._album_folders.isdisjoint((folder.resolve(), *folder.resolve().parents)):
            warning = "This folder is in the album: the exported photos will appear there, too."
        self.warning.setText(error or warning)
        self.warning.setStyleSheet(f"color: {POOR.name()}" if error else "")
        photos = self.photos()
        self.export_button.setText(f"Export {count(len(photos), 'photo')}")
        self.export_button.setEnabled(bool(text and not error and photos))

    def accept(self) -> None:
        settings = QSettings()
        folder = Path(self.folder.text().strip()).expanduser()
        for name, value in (
            (FOLDER_SETTING, str(folder)),
            (RESIZE_SETTING, int(self.resize_button.isChecked())),
            (SIDE_SETTING, self.long_side.value()),
            (QUALITY_SETTING, self.quality.value()),
            (PLACE_SETTING, int(self.without_location.isChecked())),
            (NUMBERS_SETTING, int(self.numbered.isChecked())),
            (BEST_SETTING, self.best_count.value()),
        ):
            settings.setValue(name, value)
        how = ExportSettings(
            self.long_side.value() if self.resize_button.isChecked() else None,
            self.quality.value(),
            self.without_location.isChecked(),
            self.numbered.isChecked(),
        )
        self.wanted.emit(ExportWish(self.photos(), folder, how))
        super().accept()


def _is_on(setting: str) -> bool:
    return str(QSettings().value(setting, 0)) == "1"
