"""Where the data files that ship with the program lie."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
MODEL_FOLDER = RESOURCES / "model"
FACE_DETECTOR = RESOURCES / "face_detector" / "face_detection_yunet_2023mar.onnx"
IRIS_MODEL = RESOURCES / "eyes" / "iris_landmark.tflite"
SAMPLES = RESOURCES / "samples"
