"""Measures the frames of a moment once more, each by itself, before the best of them are kept.

While a picture is live its face is measured ten times a second, and a blink between two looks is missed.
"""

from dataclasses import replace

from engine.best_frames import Candidate
from engine.eyes import EyeReader
from engine.faces import FaceDetector
from engine.frame_facts import measure_frame
from engine.pixels import Pixels


class CloserLook:
    """Not for two threads at once; make one for each thread."""

    def __init__(self) -> None:
        self._detector, self._eyes = FaceDetector(), EyeReader()

    def look(self, frame: Candidate[Pixels]) -> Candidate[Pixels]:
        """The same frame, with its own sharpness and its own eyes."""
        faces = self._detector.detect(frame.image)
        face = measure_frame(frame.image, faces).face
        if face is None:
            return replace(frame, sharpness=0.0, eyes_open=None)
        closed = bool(self._eyes.read(frame.image, faces, limit=1).closed[0])
        return replace(frame, sharpness=face.sharpness, eyes_open=not closed)
