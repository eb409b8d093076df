"""Plain ways to crop, that a search has to be better than."""

import importlib
import importlib.util

import numpy as np
from PIL import Image

from engine.aspects import Aspect
from engine.crop_windows import CropSettings, faces_kept, main_faces
from engine.faces import Faces
from engine.geometry import Box
from engine.pictures import Picture

# Room around the largest face, as a share of it on every side.
FACE_MARGIN = 0.6
CENTRED = "the centred 90 %"
FACE = "the largest face with a margin"
# A package of the same name, for whoever has installed it; the program does not need it.
SMARTCROP = "smartcrop"


def rival_crops(picture: Picture, faces: Faces, aspect: Aspect) -> dict[str, Box]:
    """What each plain way makes of a photo, in pixels of its full size; one that needs faces is left out without them.

    Args:
        picture: decoded to any size.
        faces: of the photo, in pixels of its full size.
        aspect: the shape of the crops.
    """
    crops = {CENTRED: _centred(picture.full_size_wh, aspect)}
    if len(faces):
        crops[FACE] = _around_face(picture.full_size_wh, faces, aspect)
    if importlib.util.find_spec(SMARTCROP):
        crops[SMARTCROP] = _smartcrop(picture, aspect)
    return crops


def is_polite(box: Box, most: int, size_wh: tuple[int, int], faces: Faces, aspect: Aspect) -> bool:
    """Whether a search would be allowed to return a crop: as many faces as any window keeps, and above the floor.

    Args:
        box: the crop.
        most: faces that a window of this shape can keep.
        size_wh: of the photo.
        faces: in pixels of that size.
        aspect: the shape of the crop.
    """
    settings = CropSettings()
    kept = faces_kept(np.array([box.xyxy]), main_faces(faces, settings), size_wh, settings)[0] if len(faces) else 0
    largest = aspect.largest_in(size_wh)
    floor = min(max(settings.min_scale * min(largest), settings.min_side_px), min(largest))
    return bool(kept >= most and min(box.width, box.height) >= floor)


def _centred(size_wh: tuple[int, int], aspect: Aspect) -> Box:
    width, height = (round(0.9 * side) for side in aspect.largest_in(size_wh))
    x0, y0 = (size_wh[0] - width) // 2, (size_wh[1] - height) // 2
    return Box(x0, y0, x0 + width, y0 + height)


def _around_face(size_wh: tuple[int, int], faces: Faces, aspect: Aspect) -> Box:
    x0, y0, x1, y1 = faces.boxes_xyxy[0].tolist()
    wanted_w, wanted_h = (1 + 2 * FACE_MARGIN) * (x1 - x0), (1 + 2 * FACE_MARGIN) * (y1 - y0)
    largest_w, largest_h = aspect.largest_in(size_wh)
    scale = min(1.0, max(wanted_w / largest_w, wanted_h / largest_h))
    width, height = max(1, round(scale * largest_w)), max(1, round(scale * largest_h))
    left = round(min(max((x0 + x1 - width) / 2, 0), size_wh[0] - width))
    top = round(min(max((y0 + y1 - height) / 2, 0), size_wh[1] - height))
    return Box(left, top, left + width, top + height)


def _smartcrop(picture: Picture, aspect: Aspect) -> Box:
    width, height = aspect.largest_in(picture.full_size_wh)
    image = Image.fromarray(picture.pixels)
    found = importlib.import_module(SMARTCROP).SmartCrop().crop(image, width, height)["top_crop"]
    left, top = max(0, int(found["x"])), max(0, int(found["y"]))
    right, bottom = min(image.width, left + int(found["width"])), min(image.height, top + int(found["height"]))
    return Box(left, top, right, bottom).scaled(image.size, picture.full_size_wh)
