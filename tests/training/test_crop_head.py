"""The crop head, distilled from the shipped model on a few photos: what is saved says what was fitted."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from onnxruntime import InferenceSession
from torch import nn

from engine.aspects import COMMON_ASPECTS
from engine.checkpoint import load_card
from engine.crop_head import crop_head_for
from engine.crop_windows import CropSettings, main_faces, window_groups
from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.runtime import cpu_session
from engine.scoring import Scorer, load_scorer
from training.crop_head import CropHeadSettings, fit_head, lite_teacher, map_onnx, save_head
from training.crop_samples import CropSample, SampleSettings, View, crop_views, sample_views, see_windows
from training.manifest import ManifestError

FEW = SampleSettings(rounds=2, portraits=1, officials=0, shapes=2, windows=5)


class Silent(Scorer):
    """A teacher that must not be asked."""

    def __init__(self) -> None:
        pass


@pytest.fixture(scope="module")
def data(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    kinds = ("group", "full-size original", "portrait", "portrait", "portrait", "portrait", "official portrait")
    lines = ["file,kind,origin,person,width,height"]
    for number, (sample, kind) in enumerate(zip(samples, kinds, strict=False)):
        shutil.copy(sample, folder / f"{number}.jpg")
        lines.append(f"{number}.jpg,{kind},here,person {number},800,800")
    (folder / "photos.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def session() -> InferenceSession:
    return cpu_session(map_onnx(lite_teacher(MODEL_FOLDER), nn.Identity()))


def _drawn(data: Path, answers: Path, scorer: Scorer, session: InferenceSession) -> list[CropSample]:
    steps = sample_views(crop_views(data, FEW), data, scorer, session, answers, FEW)
    return [sample for progress in steps for sample in progress.results]


def test_groups_and_originals_are_seen_whole_and_in_parts(data: Path) -> None:
    views = crop_views(data, FEW)
    assert {view.number for view in views if view.path == "0.jpg"} == {0, 1}
    assert len({view.number for view in views if view.path == "1.jpg"}) == 4
    assert len(views) == len(set(views))


def test_a_folder_without_photos_is_explained(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("file,kind,origin,person,width,height\n")
    with pytest.raises(ManifestError, match="no whole photos"):
        crop_views(tmp_path, FEW)


def test_the_saved_head_says_what_the_fitted_one_does_and_the_teacher_is_asked_once(
    data: Path, tmp_path: Path, session: InferenceSession
) -> None:
    answers = tmp_path / "answers"
    samples = _drawn(data, answers, load_scorer(), session)
    again = _drawn(data, answers, Silent(), session)
    assert [sample.logits.tolist() for sample in samples] == [sample.logits.tolist() for sample in again]

    weight = lite_teacher(MODEL_FOLDER).score.weight.detach().numpy()[0]
    last: Progress = list(fit_head(samples, weight, CropHeadSettings(epochs=2)))[-1]
    fitted = last.results[0]
    save_head(fitted, MODEL_FOLDER, tmp_path)
    head = crop_head_for(load_card(MODEL_FOLDER).model_sha256, tmp_path)
    assert head is not None

    picture = load_picture(data / "2.jpg", 960)
    faces = FaceDetector().detect_full_size(picture)
    groups = window_groups(picture.full_size_wh, faces, COMMON_ASPECTS[1], CropSettings(windows=60))
    windows = np.concatenate([group.xyxy() for group in groups])
    estimates = head.estimate(head.maps(picture), groups, main_faces(faces, CropSettings()))
    features, facts = see_windows(picture, faces, windows, session)
    told = torch.from_numpy(features).float()
    told = torch.cat([told[:, :, :1], told[:, :, 1:] @ fitted.directions], dim=2)
    with torch.no_grad():
        said = fitted(told, torch.from_numpy(facts)).numpy()
    assert np.abs(estimates - said).max() < 0.05


def test_a_view_knows_whether_it_is_whole() -> None:
    assert View("groups/one.jpg", 0).is_whole
    assert not View("groups/one.jpg", 1).is_whole
    assert View("portraits/one.jpg", 1).is_whole
