"""Finds out what a model likes and draws it, away from the window."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from PySide6.QtGui import QImage

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.lab.likes import Likes, look
from engine.lab.likes_charts import small_charts, wide_charts
from engine.lab.likes_examples import Example, examples_of
from engine.lab.likes_labels import NO_LABELS, Labels, read_labels
from engine.lab.likes_report import write_report
from engine.lab.likes_words import Statement, statements
from engine.lab.photos import LabPhotos
from engine.lab.plot_style import PlotStyle, as_png
from engine.progress import Progress
from engine.scoring import Scorer

DOTS_PER_INCH = 100


@dataclass(frozen=True)
class LikesShown:
    """What the page shows.

    Attributes:
        likes: what was found.
        said: the sentences, each with its examples.
        charts: drawn, wide ones first.
    """

    likes: Likes
    said: Sequence[tuple[Statement, Sequence[Example]]]
    charts: Sequence[QImage]


def look_and_draw(
    photos: LabPhotos,
    open_catalogue: Callable[[], Catalogue],
    scorer: Scorer,
    labels_file: Path | None,
    style: PlotStyle,
    pixel_ratio: float,
) -> Iterator[Progress[LikesShown]]:
    """Find out, choose examples, draw the charts; the last step brings it all.

    Raises:
        PictureError: the labels cannot be read, or are of other photos.
    """
    labels = _labels_of(photos, labels_file)
    with open_catalogue() as catalogue:
        step: Progress[Likes] = Progress(0, 1)
        for step in look(photos, catalogue, scorer, labels=labels):
            yield Progress(step.done, step.total + 1, step.note)
        (likes,) = step.results
        said = []
        for statement in statements(likes.findings):
            said.append((statement, examples_of(statement, likes, catalogue, blur_faces=False)))
            yield Progress(step.total, step.total + 1, "choosing examples")
    for drawn in draw(LikesShown(likes, said, ()), style, pixel_ratio):
        yield Progress(step.total + bool(drawn.results), step.total + 1, drawn.note, drawn.results)


def _labels_of(photos: LabPhotos, file: Path | None) -> Labels:
    if file is None:
        return NO_LABELS
    labels = read_labels(file, photos.paths)
    if not labels.found:
        raise PictureError(file, "names none of these photos")
    return labels


def draw(shown: LikesShown, style: PlotStyle, pixel_ratio: float) -> Iterator[Progress[LikesShown]]:
    """Draw the charts, in place of those before; the last step brings all."""
    charts: list[QImage] = []
    findings = shown.likes.findings
    for drawn in chain(wide_charts(findings, shown.likes.cares, style), small_charts(findings, style)):
        image = QImage.fromData(as_png(drawn, DOTS_PER_INCH * pixel_ratio))
        image.setDevicePixelRatio(pixel_ratio)
        charts.append(image)
        yield Progress(0, 1, "drawing")
    yield Progress(1, 1, "", (replace(shown, charts=charts),))


def save_page(
    likes: Likes, open_catalogue: Callable[[], Catalogue], target: Path, title: str, *, blur_faces: bool
) -> Iterator[Progress[Path]]:
    """Write what was found as a page."""
    with open_catalogue() as catalogue:
        yield from write_report(likes, catalogue, target, title=title, blur_faces=blur_faces)
