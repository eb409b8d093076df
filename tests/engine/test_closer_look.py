"""A closer look: finds the blink and the smear that were missed while the picture was live."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from engine.best_frames import BestFrames, Candidate
from engine.closer_look import CloserLook
from engine.pictures import load_picture
from engine.pixels import Pixels

CLOSED = "goodportrait_train_only/6924e8d6d2.jpg"


def _candidate(image: Pixels, at_s: float, points: float) -> Candidate[Pixels]:
    embedding = np.eye(8, dtype=np.float32)[int(at_s) % 8]
    return Candidate(image, at_s, points, sharpness=1.0, eyes_open=True, embedding=embedding)


def test_a_smeared_frame_is_not_kept_for_a_sharp_one(samples: list[Path]) -> None:
    sharp = load_picture(samples[0], 640).pixels
    smeared = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 5), np.uint8)
    closer_look, moment = CloserLook(), BestFrames[Pixels](1)
    sharpness = closer_look.look(_candidate(sharp, 0.0, 0.0)).sharpness
    for at_s, image, points in ((0.0, sharp, 60.0), (1.0, smeared, 70.0), (2.0, sharp, 50.0)):
        moment.add(replace(_candidate(image, at_s, points), sharpness=sharpness))
    assert moment.best()[0].image is smeared
    assert moment.looked_at_again(closer_look.look).best()[0].image is sharp


def test_a_frame_without_a_face_says_nothing_of_eyes() -> None:
    nobody = np.full((240, 320, 3), 128, np.uint8)
    seen = CloserLook().look(_candidate(nobody, 0.0, 40.0))
    assert (seen.sharpness, seen.eyes_open) == (0.0, None)


def test_a_blink_is_kept_last(data_folder: Path, samples: list[Path]) -> None:
    moment: BestFrames[Pixels] = BestFrames(1)
    blink, awake = load_picture(data_folder / CLOSED).pixels, load_picture(samples[0], 400).pixels
    moment.add(_candidate(blink, 0.0, 90.0))
    moment.add(_candidate(awake, 1.0, 50.0))
    assert moment.best()[0].image is blink
    assert moment.looked_at_again(CloserLook().look).best()[0].image is awake
