"""The photos of a manifest, decoded once into memory, with their faces."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

from engine.errors import PictureError
from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.progress import Progress
from training.manifest import Row
from training.pairs import Photo

# A view may be a third of the photo and is still shown to the network at nearly its full 224 pixels.
LONG_SIDE = 512


def load_photos(data: Path, rows: Sequence[Row]) -> Iterator[Progress[tuple[Row, Photo]]]:
    """Decode photos and find their faces; a file that is missing or damaged is left out, and said in the note.

    Yields:
        A progress for each row, in order, with the row and its photo.
    """
    detectors = local()

    def load(row: Row) -> Photo | str:
        if not hasattr(detectors, "detector"):
            detectors.detector = FaceDetector()
        try:
            pixels = load_picture(data / row.path, LONG_SIDE).pixels
        except PictureError as error:
            return str(error)
        faces = detectors.detector.detect(pixels).boxes_within((pixels.shape[1], pixels.shape[0]))
        return Photo(pixels, tuple(faces))

    with ThreadPoolExecutor(os.cpu_count()) as executor:
        for done, (row, photo) in enumerate(zip(rows, executor.map(load, rows), strict=True), start=1):
            if isinstance(photo, str):
                yield Progress(done, len(rows), f"left out: {photo}")
            else:
                yield Progress(done, len(rows), row.path, ((row, photo),))
