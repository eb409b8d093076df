"""The photos of a manifest, with their faces: decoded once into memory, or, where they are many, when drawn."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import overload

from engine.errors import PictureError
from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.progress import Progress
from training.batches import TrainingSet
from training.manifest import Row
from training.pairs import Photo

# A view may be a third of the photo and is still shown to the network at nearly its full 224 pixels.
LONG_SIDE = 512
Examples = Sequence[tuple[Row, Photo]]


def load_photo(path: Path, detector: FaceDetector, long_side: int = LONG_SIDE) -> Photo:
    """Decode a photo, reduced to this long side, and find its faces.

    Raises:
        PictureError: not a picture that can be decoded whole.
    """
    pixels = load_picture(path, long_side).pixels
    return Photo(pixels, tuple(detector.detect(pixels).boxes_within((pixels.shape[1], pixels.shape[0]))))


def load_photos(data: Path, rows: Sequence[Row], long_side: int = LONG_SIDE) -> Iterator[Progress[tuple[Row, Photo]]]:
    """Decode photos and find their faces; a file that is missing or damaged is left out, and said in the note.

    Yields:
        A progress for each row, in order, with the row and its photo.
    """
    detectors = local()

    def load(row: Row) -> Photo | str:
        if not hasattr(detectors, "detector"):
            detectors.detector = FaceDetector()
        try:
            return load_photo(data / row.path, detectors.detector, long_side)
        except PictureError as error:
            return str(error)

    with ThreadPoolExecutor(os.cpu_count()) as executor:
        for done, (row, photo) in enumerate(zip(rows, executor.map(load, rows), strict=True), start=1):
            if isinstance(photo, str):
                yield Progress(done, len(rows), f"left out: {photo}")
            else:
                yield Progress(done, len(rows), row.path, ((row, photo),))


class PhotosOnDisk(Sequence[Photo]):
    """Photos that are decoded each time they are asked for: as many as a disk holds.

    A file that cannot be read gives the photo after it: millions of posts are not stopped by one.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._detector: FaceDetector | None = None

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Photo: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Photo]: ...
    def __getitem__(self, index: int | slice) -> Photo | Sequence[Photo]:
        if isinstance(index, slice):
            return PhotosOnDisk(self._paths[index])
        if not 0 <= index < len(self):
            raise IndexError(index)
        # Made in the process that decodes: OpenCV's detector cannot be sent to another.
        self._detector = self._detector or FaceDetector()
        for offset in range(len(self)):
            try:
                return load_photo(self._paths[(index + offset) % len(self)], self._detector)
            except PictureError:
                continue
        raise PictureError(self._paths[index], "none of the photos can be read")


class PairsOnDisk(Sequence[tuple[Photo, Photo]]):
    """Pairs of photos that are decoded each time they are asked for."""

    def __init__(self, winners: PhotosOnDisk, losers: PhotosOnDisk) -> None:
        self._winners, self._losers = winners, losers

    def __len__(self) -> int:
        return len(self._winners)

    @overload
    def __getitem__(self, index: int) -> tuple[Photo, Photo]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[Photo, Photo]]: ...
    def __getitem__(self, index: int | slice) -> tuple[Photo, Photo] | Sequence[tuple[Photo, Photo]]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._winners[index], self._losers[index]


def training_set_on_disk(data: Path, rows: Sequence[Row]) -> TrainingSet:
    """As `training_set`, of photos that are decoded when they are drawn."""
    labelled = [row for row in rows if row.label]
    return TrainingSet(
        PhotosOnDisk([data / row.path for row in labelled]),
        [float(row.label) for row in labelled],
        label_weights(labelled),
        PhotosOnDisk([data / row.path for row in rows if not row.label]),
    )


def training_set(examples: Examples) -> TrainingSet:
    """The photos of one split, sorted into labelled ones and those that pairs are made of."""
    labelled = [(row, photo) for row, photo in examples if row.label]
    rows = [row for row, _ in labelled]
    return TrainingSet(
        [photo for _, photo in labelled],
        [float(row.label) for row in rows],
        label_weights(rows),
        [photo for row, photo in examples if not row.label],
    )


def label_weights(rows: Sequence[Row]) -> list[float]:
    """P(group) P(label) / P(group, label) of each row: label and group become independent.

    A group's rate of good photos is not to be learned ("reweighing": Kamiran and Calders, 2012).
    """
    groups, labels = Counter(row.group for row in rows), Counter(row.label for row in rows)
    both = Counter((row.group, row.label) for row in rows)
    return [groups[row.group] * labels[row.label] / (len(rows) * both[row.group, row.label]) for row in rows]
