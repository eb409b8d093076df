"""The crop of one photo of many: a person's own where there is one, else the best that is found."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.aspects import Aspect
from engine.crop_folder import FoundCrop
from engine.crop_search import SearchWay, picture_to_search, search_crops
from engine.crop_session import CropSession, FaceRules
from engine.errors import PictureError
from engine.faces import FaceDetector
from engine.geometry import Box
from engine.level import LevelBy, level_angle, levelled_picture
from engine.pictures import OpenPhoto
from engine.progress import Progress
from engine.scoring import Scorer


class PhotoCrops:
    """Finds the crop of one photo after another; may be called by several threads.

    Args:
        aspect: the shape.
        scorer: scores the crops.
        rules: what crops owe to faces.
        way: how the windows are scored.
        own: a person's own crops at that shape, by the sha256 of the photo's file: those are not levelled.
        level: what tells how far photos lean, which are levelled before; None leaves them as they stand.
    """

    def __init__(
        self,
        aspect: Aspect,
        scorer: Scorer,
        rules: FaceRules | None = None,
        way: SearchWay = SearchWay.FAST,
        own: Mapping[str, Box] | None = None,
        level: LevelBy | None = None,
    ) -> None:
        self._aspect, self._scorer, self._way, self._level = aspect, scorer, way, level
        self._rules, self._own = rules or FaceRules(), own or {}
        self._of_thread = threading.local()

    def __call__(self, photo: OpenPhoto) -> Iterator[Progress[FoundCrop]]:
        """Search the crop of a photo.

        Yields:
            in the last progress the crop.

        Raises:
            PictureError: not a picture that can be decoded whole.
        """
        picture = picture_to_search(photo)
        faces = self._detector().detect_full_size(picture)
        if own := self._own_crop(photo.path):
            judged = CropSession(picture, faces, self._scorer).judged(own)
            yield Progress(1, 1, "", (FoundCrop(own, judged.score.points, judged.gain, own=True),))
            return
        leans = None
        if self._level:
            shown = self._detector().detect(picture.pixels)
            leans = level_angle(picture.pixels, shown, self._level)
        if leans:
            picture = levelled_picture(picture, leans.angle_deg)
            faces = self._detector().detect_full_size(picture)
        turned, loss = (leans.angle_deg, leans.loss) if leans else (0.0, 0.0)
        for step in search_crops(picture, faces, self._scorer, self._aspect, self._rules.settings(), self._way):
            found = tuple(
                FoundCrop(each.box, each.score.points, each.gain, False, each.faces_lost, turned, loss)
                for each in step.results[:1]
            )
            yield Progress(step.done, step.total, step.note, found)

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
