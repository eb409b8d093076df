"""The command of `selfie-studio train` that rewrites other people's networks for ONNX Runtime."""

from pathlib import Path
from typing import Annotated

import typer

from engine.resources import EYE_CONTOUR, FACE_DETECTOR
from training.commands.output import console, fail


def convert(
    face_detector: Annotated[Path, typer.Argument(help="face_detection_yunet_2023mar.onnx of OpenCV Zoo.")],
    eye_model: Annotated[Path, typer.Argument(help="iris_landmark.tflite of the package mediapipe.")],
    faces_out: Annotated[Path, typer.Option(help="ONNX file to write.")] = FACE_DETECTOR,
    eyes_out: Annotated[Path, typer.Option(help="ONNX file to write.")] = EYE_CONTOUR,
) -> None:
    """Rewrite the face detector and the eye model so that ONNX Runtime runs them fast, and check that they agree."""
    from training.convert import ConversionError, convert_eye_model, convert_face_detector

    try:
        faces = convert_face_detector(face_detector, faces_out)
        eyes = convert_eye_model(eye_model, eyes_out)
    except (ConversionError, OSError) as error:
        fail(str(error))
    console.print(f"{faces_out}: outputs differ by at most {faces:.1g}")
    console.print(f"{eyes_out}: outputs differ by at most {eyes:.1g}")
