"""The shapes that a crop can have, as a row of buttons."""

from functools import partial

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QWidget

from engine.aspects import COMMON_ASPECTS, FREE, Aspect
from studio.toggle import Toggle

SHAPES = (*COMMON_ASPECTS, FREE)
ASPECT_SETTING, DEFAULT_ASPECT = "crop/aspect", "1:1"
# Around a button's text: nine of them stand in a narrow window.
PADDING = 18


class ShapeBar(QWidget):
    """One of the shapes; the last choice is remembered.

    Attributes:
        aspect: the one that is chosen.

    Signals:
        chosen: another one, an `Aspect`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        remembered = str(QSettings().value(ASPECT_SETTING, DEFAULT_ASPECT))
        by_name = {shape.name: shape for shape in SHAPES}
        self.aspect = by_name.get(remembered, by_name[DEFAULT_ASPECT])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(QLabel("Shape"))
        self.buttons: dict[Aspect, Toggle] = {}
        group = QButtonGroup(self)
        for shape in SHAPES:
            button = Toggle(shape.name.capitalize())
            button.setFixedWidth(button.fontMetrics().horizontalAdvance(button.text()) + PADDING)
            button.clicked.connect(partial(self._choose, shape))
            group.addButton(button)
            layout.addWidget(button)
            self.buttons[shape] = button
        self.buttons[FREE].setToolTip("The best of all shapes; by hand, any")
        self.show_aspect(self.aspect)

    def show_aspect(self, aspect: Aspect) -> None:
        """Press the button of a shape; `chosen` is not told."""
        self.aspect = aspect
        QSettings().setValue(ASPECT_SETTING, aspect.name)
        self.buttons[aspect].setChecked(True)

    def _choose(self, aspect: Aspect) -> None:
        if aspect != self.aspect:
            self.show_aspect(aspect)
            self.chosen.emit(aspect)
