"""Where the data files that ship with the program lie."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
MODEL_FOLDER = RESOURCES / "model"
FACE_DETECTOR = RESOURCES / "face_detector" / "yunet.onnx"
EYE_CONTOUR = RESOURCES / "eyes" / "eye_contour.onnx"
SAMPLES = RESOURCES / "samples"
