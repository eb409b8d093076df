"""What a person chooses of a sheet: which photos, how they are laid out, as what it is written; remembered."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from engine.lab.sheet import DEFAULT_COUNTS, GroupBy, Paper, SheetKind, SheetWish
from engine.lab.sheet_layout import Medium

WIDTH = 270
KINDS = {
    SheetKind.CONTINUUM: "All, from best to last",
    SheetKind.TOP: "The best",
    SheetKind.BOTTOM: "The last, small",
    SheetKind.BEST_OF: "The best of each group",
    SheetKind.NAMED: "A named set, in order",
}
GROUPS = {GroupBy.FOLDER: "folder", GroupBy.DAY: "day", GroupBy.FACES: "number of people"}
MEDIA = {Medium.PNG: "Picture (PNG)", Medium.PDF: "Print (PDF)", Medium.HTML: "Web page (HTML)"}
PAPERS = {
    f"{paper}, {'landscape' if landscape else 'portrait'}": (paper, landscape)
    for paper in Paper
    for landscape in (True, False)
}
GROUNDS = {"Light": False, "Dark": True}
MOST_COUNT, MOST_COLUMNS = 5000, 400


class SheetOptions(QWidget):
    """The form.

    Attributes:
        names: the list that a named set is read from; None for the picked photos.

    Signals:
        changed: something else is wanted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        remembered = str(_recalled("names", ""))
        self.names: Path | None = Path(remembered) if remembered else None
        self.kind, self.group_by, self.medium = _box(KINDS.items()), _box(GROUPS.items()), _box(MEDIA.items())
        self.paper, self.ground = _box((name, name) for name in PAPERS), _box((name, name) for name in GROUNDS)
        self.list_button = QPushButton()
        self.list_button.clicked.connect(self._choose_list)
        self.count = QSpinBox(minimum=1, maximum=MOST_COUNT)
        self.columns = QSpinBox(minimum=0, maximum=MOST_COLUMNS)
        self.columns.setSpecialValueText("as many as suit")
        self.scores, self.captions = QCheckBox("Scores before the rows"), QCheckBox("Names below the photos")
        self.blur_faces = QCheckBox("Blur all faces")
        self.title = QLineEdit()
        self.title.setPlaceholderText("tells what it is")
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 8, 0)
        self.form.setVerticalSpacing(9)
        for name, widget in (
            ("Photos", self.kind),
            ("How many", self.count),
            ("Group by", self.group_by),
            ("Named by", self.list_button),
            ("Save as", self.medium),
            ("Paper", self.paper),
            ("Columns", self.columns),
            ("Ground", self.ground),
            ("Title", self.title),
            ("", self.scores),
            ("", self.captions),
            ("", self.blur_faces),
        ):
            self.form.addRow(name, widget)
        self._recall()
        self._connect()
        self._show_what_counts()

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._use_kind)
        for box in (self.group_by, self.medium, self.paper, self.ground):
            box.currentIndexChanged.connect(self._change)
        for spin in (self.count, self.columns):
            spin.valueChanged.connect(self._change)
        for tick in (self.scores, self.captions, self.blur_faces):
            tick.toggled.connect(self._change)
        self.title.textChanged.connect(self._change)

    def _recall(self) -> None:
        for name, box in self._boxes().items():
            box.setCurrentIndex(max(0, box.findData(str(_recalled(name, "")))))
        for name, tick in self._ticks().items():
            tick.setChecked(str(_recalled(name, 0)) == "1")
        self.columns.setValue(int(str(_recalled("columns", 0))))
        self.title.setText(str(_recalled("title", "")))
        self._recall_count()

    def _recall_count(self) -> None:
        kind = self.chosen_kind
        self.count.setValue(int(str(_recalled(f"count of {kind}", DEFAULT_COUNTS.get(kind, 1)))))

    def _boxes(self) -> dict[str, QComboBox]:
        return {
            "kind": self.kind,
            "group by": self.group_by,
            "medium": self.medium,
            "paper": self.paper,
            "ground": self.ground,
        }

    def _ticks(self) -> dict[str, QCheckBox]:
        return {"scores": self.scores, "captions": self.captions, "blur faces": self.blur_faces}

    def _remember(self) -> None:
        for name, box in self._boxes().items():
            _keep(name, box.currentData())
        for name, tick in self._ticks().items():
            _keep(name, int(tick.isChecked()))
        _keep("columns", self.columns.value())
        _keep("title", self.title.text())
        _keep(f"count of {self.chosen_kind}", self.count.value())
        _keep("names", str(self.names or ""))

    @property
    def chosen_kind(self) -> SheetKind:
        return SheetKind(self.kind.currentData())

    @property
    def chosen_medium(self) -> Medium:
        return Medium(self.medium.currentData())

    def wish(self) -> SheetWish:
        """What is chosen now."""
        paper, landscape = PAPERS[self.paper.currentData()]
        return SheetWish(
            kind=self.chosen_kind,
            count=self.count.value() if self.chosen_kind in DEFAULT_COUNTS else None,
            group_by=GroupBy(self.group_by.currentData()),
            columns=self.columns.value() or None,
            paper=paper,
            landscape=landscape,
            dark=GROUNDS[self.ground.currentData()],
            scores=self.scores.isChecked(),
            captions=self.captions.isChecked(),
            blur_faces=self.blur_faces.isChecked(),
            title=self.title.text().strip(),
        )

    @Slot()
    def _use_kind(self) -> None:
        self.count.blockSignals(True)
        self._recall_count()
        self.count.blockSignals(False)
        self._change()

    @Slot()
    def _change(self) -> None:
        self._show_what_counts()
        self._remember()
        self.changed.emit()

    def _show_what_counts(self) -> None:
        """Show of the form what this kind of sheet asks for."""
        kind = self.chosen_kind
        self.form.setRowVisible(self.count, kind in DEFAULT_COUNTS)
        self.form.setRowVisible(self.group_by, kind is SheetKind.BEST_OF)
        self.form.setRowVisible(self.list_button, kind is SheetKind.NAMED)
        self.form.setRowVisible(self.paper, self.chosen_medium is Medium.PDF)
        self.list_button.setText(self.names.name if self.names else "Picked photos")

    @Slot()
    def _choose_list(self) -> None:
        """Ask for a list of paths; whoever names none takes the picked photos."""
        start = str(self.names.parent) if self.names else ""
        name, _ = QFileDialog.getOpenFileName(
            self.window(), "A list of photos, a path a line; cancel for the picked ones", start, "Text (*.txt *.tsv)"
        )
        self.names = Path(name) if name else None
        self._change()


def _box(choices: Iterable[tuple[str, str]]) -> QComboBox:
    """A box to choose from: values, which are its data, and their names."""
    box = QComboBox()
    for value, name in choices:
        box.addItem(name, str(value))
    return box


def _recalled(name: str, default: object) -> object:
    return QSettings().value(f"lab/sheet {name}", default)


def _keep(name: str, value: object) -> None:
    QSettings().setValue(f"lab/sheet {name}", value)
