import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.devices import Device
from engine.errors import DeviceError
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox, network_input
from engine.resources import MODEL_FOLDER
from engine.runtime import OnnxRuntime, TorchRuntime
from engine.scoring import Scorer, load_scorer, score_from_logit


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer(Device.CPU)


@pytest.fixture(scope="module")
def pictures(samples: list[Path]) -> list[Pixels]:
    return [load_picture(sample, 640).pixels for sample in samples]


def _falls(scorer: Scorer, pictures: list[Pixels], worse: list[Pixels]) -> float:
    before = scorer.score_squares(list(map(letterbox, pictures)))
    after = scorer.score_squares(list(map(letterbox, worse)))
    return float(np.mean([b.points > a.points for b, a in zip(before, after, strict=True)]))


def test_blurred_photos_score_lower(scorer: Scorer, pictures: list[Pixels]) -> None:
    blurred = [np.asarray(cv2.GaussianBlur(picture, (0, 0), 10), np.uint8) for picture in pictures]
    assert _falls(scorer, pictures, blurred) >= 0.85


def test_dark_photos_score_lower(scorer: Scorer, pictures: list[Pixels]) -> None:
    assert _falls(scorer, pictures, [(picture * 0.12).astype(np.uint8) for picture in pictures]) >= 0.85


def test_points_rise_with_the_logit_and_stay_between_0_and_100(scorer: Scorer) -> None:
    scores = [score_from_logit(logit, scorer.card) for logit in np.linspace(-50, 50, 101)]
    points = [score.points for score in scores]
    assert points == sorted(points)
    assert (points[0], points[-1]) == (0, 100)
    assert all(0 <= score.probability <= 1 for score in scores)


def test_a_batch_scores_as_its_photos_do_alone(scorer: Scorer, pictures: list[Pixels]) -> None:
    alone = [scorer.score(picture).logit for picture in pictures]
    scores, embeddings = scorer.score_and_embed(list(map(letterbox, pictures)))
    np.testing.assert_allclose([score.logit for score in scores], alone, atol=1e-4)
    assert embeddings.shape == (len(pictures), 1280)
    assert scorer.score_squares([]) == []


def test_threads_that_score_at_once_get_the_same_scores(scorer: Scorer, pictures: list[Pixels]) -> None:
    squares = list(map(letterbox, pictures))
    alone = [score.logit for score in scorer.score_squares(squares)]
    with ThreadPoolExecutor(4) as executor:
        at_once = list(executor.map(scorer.for_threads().score_squares, [squares] * 8))
    for scores in at_once:
        np.testing.assert_allclose([score.logit for score in scores], alone, atol=1e-4)


@pytest.mark.parametrize("half", [False, True])
def test_torch_and_onnx_agree_within_half_a_point(scorer: Scorer, pictures: list[Pixels], half: bool) -> None:
    import torch

    batch = network_input(list(map(letterbox, pictures)))
    onnx = OnnxRuntime(MODEL_FOLDER, threads=2).run(batch)[0]
    runtime = TorchRuntime(MODEL_FOLDER, Device.CPU)
    if half:  # as on CUDA, in the arithmetic of the CPU
        runtime._dtype = torch.float16
        runtime._network = runtime._network.half()
    in_torch = runtime.run(batch)[0]
    for one, other in zip(onnx, in_torch, strict=True):
        points = score_from_logit(float(one), scorer.card).points, score_from_logit(float(other), scorer.card).points
        assert abs(points[0] - points[1]) <= 0.5


def test_scoring_on_the_cpu_never_imports_torch() -> None:
    code = (
        "import sys; from engine.scoring import load_scorer; s = load_scorer();"
        "assert s.runtime.device == 'cpu', s.runtime.device; assert 'torch' not in sys.modules"
    )
    # Without a driver, as on a machine without a GPU.
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, env=hidden)


@pytest.mark.skipif(sys.platform == "darwin", reason="may have an MPS device")
def test_a_device_that_is_not_here_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeviceError, match="--device auto"):
        load_scorer(Device.MPS)


def test_cuda_scores_as_the_cpu_does(scorer: Scorer, pictures: list[Pixels]) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    on_cuda = load_scorer(Device.CUDA)
    squares = list(map(letterbox, pictures))
    for one, other in zip(scorer.score_squares(squares), on_cuda.score_squares(squares), strict=True):
        assert abs(one.points - other.points) <= 0.5
