"""The tilt of a head, on real faces turned by a known angle."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.faces import NO_FACES, FaceDetector
from engine.head_tilt import TiltReader
from engine.pictures import load_picture


@pytest.mark.parametrize("degrees", [-30, 0, 30])
def test_a_head_that_is_turned_reads_about_as_turned_as_it_is(samples: list[Path], degrees: int) -> None:
    detector, reader, read = FaceDetector(), TiltReader(), []
    for sample in samples[:8]:
        photo = load_picture(sample, 480).pixels
        height, width = photo.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
        turned = cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
        if len(faces := detector.detect(turned)):
            read.append(reader.read(turned, faces))
    assert len(read) >= 6
    assert np.median(read) == pytest.approx(degrees, abs=9)


def test_nobody_is_level() -> None:
    assert TiltReader().read(np.zeros((90, 120, 3), np.uint8), NO_FACES) == 0
