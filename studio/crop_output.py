"""How crops are saved: size, quality and names; asked for in a dialog, and remembered."""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.aspects import Aspect
from engine.crop_file import JPEG_QUALITY, save_crop
from engine.crop_folder import PRESETS, CropWay
from engine.crop_names import FIELDS, NamePattern, values_for_names
from engine.geometry import Box
from engine.lossless_crop import lossless_is_possible, save_lossless_crop
from studio.elided_label import ElidedLabel
from studio.theme import POOR

SIDE_SETTING, QUALITY_SETTING, NAMES_SETTING = "crop/long side", "crop/quality", "crop/names"
LOSSLESS_SETTING, FOLDER_SETTING = "crop/lossless", "crop/folder"
DEFAULT_SIDE, SMALLEST_SIDE, LARGEST_SIDE = 2048, 64, 20_000
NO_PRESET = "no preset"


@dataclass(frozen=True)
class CropOutput:
    """How crops are saved.

    Attributes:
        long_side: pixels of the longer side, at the most; None keeps all.
        quality: 1 to 100, of JPEG and WebP.
        names: of the files.
        lossless: whether JPEGs are cut block for block, whatever the size and the quality say.
    """

    long_side: int | None = None
    quality: int = JPEG_QUALITY
    names: NamePattern = field(default_factory=NamePattern)
    lossless: bool = False

    @property
    def way(self) -> CropWay:
        return CropWay.LOSSLESS if self.lossless else CropWay.ENCODED

    @property
    def size(self) -> int | None:
        """Pixels of the longer side, where they can be fewer."""
        return None if self.lossless else self.long_side

    def save(self, photo: Path, box: Box, folder: Path, name: str, angle_deg: float) -> Path:
        """Save one crop; one of a photo that is levelled is saved anew in any case.

        Raises:
            PictureError: it cannot be saved so.
        """
        if self.lossless and not angle_deg:
            return save_lossless_crop(photo, box, folder, name).path
        side, quality = self.long_side, self.quality
        return save_crop(photo, box, folder, name, long_side=side, quality=quality, angle_deg=angle_deg)

    @classmethod
    def remembered(cls) -> "CropOutput":
        """As it was chosen last."""
        settings = QSettings()
        side = int(str(settings.value(SIDE_SETTING, 0)))
        try:
            names = NamePattern(str(settings.value(NAMES_SETTING, NamePattern().text)))
        except ValueError:
            names = NamePattern()
        lossless = str(settings.value(LOSSLESS_SETTING, 0)) == "1" and lossless_is_possible()
        return cls(side or None, int(str(settings.value(QUALITY_SETTING, JPEG_QUALITY))), names, lossless)

    def remember(self) -> None:
        settings = QSettings()
        settings.setValue(SIDE_SETTING, self.long_side or 0)
        settings.setValue(QUALITY_SETTING, self.quality)
        settings.setValue(NAMES_SETTING, self.names.text)
        settings.setValue(LOSSLESS_SETTING, int(self.lossless))


class CropOutputDialog(QDialog):
    """Where crops go and how they are saved.

    Args:
        aspect: the shape that is chosen.
        example: a photo, whose crop's name is shown.
        folder: where crops go if nothing else is chosen; None where one must be named.
        action: what the button does, such as "Save crop".

    Signals:
        wanted: a folder and a `CropOutput`.
        aspect_wanted: the `Aspect` of a preset.
    """

    wanted = Signal(object, object)
    aspect_wanted = Signal(object)

    def __init__(
        self, aspect: Aspect, example: Path, folder: Path | None, action: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(action)
        self._aspect, self._example = aspect, example
        output = CropOutput.remembered()
        self.preset = QComboBox()
        self.preset.addItem(NO_PRESET.capitalize())
        for name, preset in PRESETS.items():
            self.preset.addItem(f"{name.capitalize()}: {preset.use}", name)
        self.preset.activated.connect(self._use_preset)
        self.smaller = QCheckBox("No longer than")
        self.smaller.setChecked(output.long_side is not None)
        self.long_side = QSpinBox()
        self.long_side.setRange(SMALLEST_SIDE, LARGEST_SIDE)
        self.long_side.setSuffix(" px")
        self.long_side.setValue(output.long_side or DEFAULT_SIDE)
        self.long_side.setEnabled(self.smaller.isChecked())
        self.smaller.toggled.connect(self.long_side.setEnabled)
        self.quality = QSpinBox()
        self.quality.setRange(1, 100)
        self.quality.setValue(output.quality)
        self.lossless = QCheckBox("JPEGs block for block, without loss")
        self.lossless.setToolTip("The crop begins at the edge of a block: it moves by a few pixels")
        self.lossless.toggled.connect(self._show_way)
        self.lossless.setVisible(lossless_is_possible())
        self.lossless.setChecked(output.lossless)
        self.names = QLineEdit(output.names.text)
        self.names.setToolTip("\n".join(f"{{{field}}}: {told}" for field, told in FIELDS.items()))
        self.preview = ElidedLabel()
        self.folder = QLineEdit(str(folder or ""))
        self.folder.setPlaceholderText("where the new files go")
        browse = QPushButton("Choose…")
        browse.clicked.connect(self.choose_folder)
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        form = QFormLayout()
        form.addRow("Preset", self.preset)
        form.addRow("Size", _row(self.smaller, self.long_side, QLabel("quality"), self.quality))
        form.addRow("", self.lossless)
        form.addRow("Names", self.names)
        form.addRow("", self.preview)
        form.addRow("Folder", _row(self.folder, browse))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button = buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.warning)
        layout.addWidget(buttons)
        self.setMinimumWidth(520)
        self.names.textChanged.connect(self._check)
        self.folder.textChanged.connect(self._check)
        self._check()

    @Slot(bool)
    def _show_way(self, lossless: bool) -> None:
        for widget in (self.smaller, self.quality):
            widget.setEnabled(not lossless)
        self.long_side.setEnabled(not lossless and self.smaller.isChecked())

    @Slot(int)
    def _use_preset(self, place: int) -> None:
        preset = PRESETS.get(str(self.preset.itemData(place)))
        if preset is None:
            return
        self.lossless.setChecked(False)
        self.smaller.setChecked(preset.long_side is not None)
        self.long_side.setValue(preset.long_side or DEFAULT_SIDE)
        self.quality.setValue(preset.quality)
        self._aspect = Aspect.parse(preset.aspect)
        self._check()

    @Slot()
    def choose_folder(self) -> None:
        """Ask for the folder."""
        if folder := QFileDialog.getExistingDirectory(self, "Save crops in", self.folder.text()):
            self.folder.setText(folder)

    @Slot()
    def _check(self) -> None:
        """Show what the name becomes, or say what is amiss."""
        told = ""
        try:
            values = values_for_names(self._example, self._aspect, 1, 71.0, Box(0, 0, 1200, 1200))
            self.preview.setText(f"as {NamePattern(self.names.text()).fill(values)}{self._example.suffix.lower()}")
        except ValueError as error:
            told = f"{error}."
            self.preview.setText("")
        folder = self.folder.text().strip()
        if not folder:
            told = told or "Choose a folder."
        elif not Path(folder).expanduser().is_absolute():
            told = told or "Name the whole path of the folder, from its first slash on."
        self.warning.setText(told)
        self.warning.setStyleSheet(f"color: {POOR.name()}" if told and folder else "")
        self.save_button.setEnabled(not told)

    def accept(self) -> None:
        long_side = self.long_side.value() if self.smaller.isChecked() else None
        output = CropOutput(long_side, self.quality.value(), NamePattern(self.names.text()), self.lossless.isChecked())
        output.remember()
        if self.preset.currentData():
            self.aspect_wanted.emit(self._aspect)
        self.wanted.emit(Path(self.folder.text().strip()).expanduser(), output)
        super().accept()


def _row(*widgets: QWidget) -> QWidget:
    box = QWidget()
    layout = QHBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        layout.addStretch()
    return box
