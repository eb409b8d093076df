"""The crop of one photo of many: a person's own where there is one, else the best that is found."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from engine.aspects import FREE, ORIGINAL, Aspect
from engine.borders import has_border
from engine.crop_folder import FoundCrop
from engine.crop_search import SearchWay, picture_to_search, search_crops
from engine.crop_session import CropSession, FaceRules
from engine.errors import PictureError
from engine.faces import NO_FACES, FaceDetector
from engine.level import LevelBy, level_angle, level_loss, levelled_picture
from engine.manual_crops import OwnCrop
from engine.pictures import OpenPhoto, Picture
from engine.progress import Progress
from engine.scoring import Scorer

# Two turns of scores fewer than where one photo is looked at: ten scores for fourteen cost 0.16 points.
REFINEMENTS = 4


class PhotoCrops:
    """Finds the crop of one photo after another; may be called by several threads.

    Args:
        aspect: the shape.
        scorer: scores the crops.
        rules: what crops owe to faces.
        way: how the windows are scored.
        own: a person's own crops at that shape, by the sha256 of the photo's file.
        level: what tells how far the other photos lean, which are levelled before; None leaves them as they stand.
    """

    def __init__(
        self,
        aspect: Aspect,
        scorer: Scorer,
        rules: FaceRules | None = None,
        way: SearchWay = SearchWay.FAST,
        own: Mapping[str, OwnCrop] | None = None,
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
        if own := self._own_crop(photo.path):
            yield Progress(1, 1, "", (self._judged(picture, own),))
            return
        faces = self._detector().detect_full_size(picture)
        leans = None
        if self._level:
            shown = self._detector().detect(picture.pixels)
            leans = level_angle(picture.pixels, shown, self._level)
        if leans:
            picture = levelled_picture(picture, leans.angle_deg)
            faces = self._detector().detect_full_size(picture)
        # Of other shapes every photo gets its crop.
        sheds_border = self._aspect in (ORIGINAL, FREE) and has_border(picture)
        turned, loss = (leans.angle_deg, leans.loss) if leans else (0.0, 0.0)
        settings = replace(self._rules.settings(), refinements=REFINEMENTS)
        for step in search_crops(picture, faces, self._scorer, self._aspect, settings, self._way):
            found = tuple(
                FoundCrop(each.box, each.score.points, each.gain, False, each.faces_lost, turned, loss, sheds_border)
                for each in step.results[:1]
            )
            yield Progress(step.done, step.total, step.note, found)

    def _judged(self, picture: Picture, own: OwnCrop) -> FoundCrop:
        """A person's own crop, and what it gains: nothing else of the photo is looked at."""
        loss = level_loss(picture.full_size_wh, own.angle_deg)
        if own.angle_deg:
            picture = levelled_picture(picture, own.angle_deg)
        judged = CropSession(picture, NO_FACES, self._scorer).judged(own.box)
        return FoundCrop(own.box, judged.score.points, judged.gain, True, 0, own.angle_deg, loss)

    def _detector(self) -> FaceDetector:
        if not hasattr(self._of_thread, "detector"):
            self._of_thread.detector = FaceDetector()
        return self._of_thread.detector  # type: ignore[no-any-return]

    def _own_crop(self, photo: Path) -> OwnCrop | None:
        if not self._own:
            return None
        try:
            return self._own.get(hashlib.sha256(photo.read_bytes()).hexdigest())
        except OSError as error:
            raise PictureError(photo, f"this file cannot be read ({error.strerror})", passing=True) from error
