"""The crop of one photo of many: a person's own where there is one, else the best that is found."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from engine.aspects import Aspect
from engine.crop_folder import FoundCrop
from engine.crop_search import SEARCH_LONG_SIDE, CropSuggestion, SearchWay, search_crops
from engine.crop_session import FREE, CropSession, FaceRules
from engine.crop_windows import faces_kept, main_faces
from engine.errors import PictureError
from engine.faces import FaceDetector, Faces
from engine.geometry import Box
from engine.pictures import Picture, load_picture
from engine.progress import Progress
from engine.scoring import Scorer


class PhotoCrops:
    """Finds the crop of one photo after another; may be called by several threads.

    Args:
        aspect: the shape.
        scorer: scores the crops.
        rules: what crops owe to faces.
        way: how the windows are scored.
        own: a person's own crops at that shape, by the sha256 of the photo's file.
    """

    def __init__(
        self,
        aspect: Aspect,
        scorer: Scorer,
        rules: FaceRules | None = None,
        way: SearchWay = SearchWay.FAST,
        own: Mapping[str, Box] | None = None,
    ) -> None:
        self._aspect, self._scorer, self._way = aspect, scorer, way
        self._rules, self._own = rules or FaceRules(), own or {}
        self._of_thread = threading.local()

    def __call__(self, photo: Path) -> Iterator[Progress[FoundCrop]]:
        """Search the crop of a photo.

        Yields:
            in the last progress the crop.

        Raises:
            PictureError: not a picture that can be decoded whole.
        """
        picture = load_picture(photo, SEARCH_LONG_SIDE)
        faces = self._detector().detect_full_size(picture)
        if own := self._own_crop(photo):
            judged = CropSession(picture, faces, self._scorer).judged(own)
            yield Progress(1, 1, "", (FoundCrop(own, judged.score.points, judged.gain, own=True),))
            return
        for step in self._search(picture, faces):
            found = tuple(
                FoundCrop(each.box, each.score.points, each.gain, faces_lost=self._faces_lost(each.box, picture, faces))
                for each in step.results[:1]
            )
            yield Progress(step.done, step.total, step.note, found)

    def _search(self, picture: Picture, faces: Faces) -> Iterator[Progress[CropSuggestion]]:
        if self._aspect != FREE:
            yield from search_crops(picture, faces, self._scorer, self._aspect, self._rules.settings(), self._way)
            return
        for step in CropSession(picture, faces, self._scorer).search(FREE, self._rules):
            yield Progress(step.done, step.total, step.note, step.results[0].suggestions if step.results else ())

    def _faces_lost(self, box: Box, picture: Picture, faces: Faces) -> int:
        settings = self._rules.settings()
        main = main_faces(faces, settings)
        if not len(main):
            return 0
        kept = faces_kept(np.array([box.xyxy], np.int64), main, picture.full_size_wh, settings)
        return len(main) - int(kept[0])

    def _detector(self) -> FaceDetector:
        if not hasattr(self._of_thread, "detector"):
            self._of_thread.detector = FaceDetector()
        return self._of_thread.detector  # type: ignore[no-any-return]

    def _own_crop(self, photo: Path) -> Box | None:
        if not self._own:
            return None
        try:
            return self._own.get(hashlib.sha256(photo.read_bytes()).hexdigest())
        except OSError as error:
            raise PictureError(photo, f"this file cannot be read ({error.strerror})", passing=True) from error
