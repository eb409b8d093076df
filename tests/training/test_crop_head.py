"""The crop head, distilled from the shipped model on a few photos: what is saved says what was fitted."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.aspects import COMMON_ASPECTS
from engine.checkpoint import load_card
from engine.crop_head import crop_head_for
from engine.crop_windows import CropSettings, main_faces, window_groups
from engine.faces import FaceDetector
from engine.pictures import load_picture
from engine.progress import Progress
from engine.resources import MODEL_FOLDER
from engine.scoring import Scorer, load_scorer
from training.crop_head import (
    CropHeadSettings,
    StudentHead,
    agreement_elsewhere,
    fit_head,
    lite_teacher,
    save_head,
    teacher_stem,
)
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
def stem() -> nn.Module:
    return teacher_stem(lite_teacher(MODEL_FOLDER))


def _drawn(data: Path, answers: Path, scorer: Scorer, stem: nn.Module) -> list[CropSample]:
    steps = sample_views(crop_views(data, FEW), data, scorer, stem, answers, FEW)
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
    data: Path, tmp_path: Path, stem: nn.Module
) -> None:
    answers = tmp_path / "answers"
    samples = _drawn(data, answers, load_scorer(), stem)
    again = _drawn(data, answers, Silent(), stem)
    assert [sample.logits.tolist() for sample in samples] == [sample.logits.tolist() for sample in again]

    steps: list[Progress[StudentHead]] = list(
        fit_head(samples, lite_teacher(MODEL_FOLDER), CropHeadSettings(epochs=10))
    )
    losses = [float(step.note.removeprefix("loss ")) for step in steps]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    (fitted,) = steps[-1].results
    save_head(fitted, MODEL_FOLDER, tmp_path)
    head = crop_head_for(load_card(MODEL_FOLDER).model_sha256, tmp_path)
    assert head is not None

    picture = load_picture(data / "2.jpg", 960)
    faces = FaceDetector().detect_full_size(picture)
    groups = window_groups(picture.full_size_wh, faces, COMMON_ASPECTS[1], CropSettings(windows=60))
    windows = np.concatenate([group.xyxy() for group in groups])
    estimates = head.estimate(head.maps(picture), groups, main_faces(faces, CropSettings()))
    mapped, facts = see_windows(picture, faces, windows, stem)
    blank = np.zeros(len(windows))
    with torch.no_grad():
        (told,) = fitted([CropSample(View("2.jpg", 0), blank.astype(np.int64), mapped, facts, blank)])
    said = told.numpy()
    assert np.abs(estimates - said).max() < 0.05


def test_heads_are_judged_by_photos_they_have_not_seen(data: Path, tmp_path: Path, stem: nn.Module) -> None:
    few = SampleSettings(rounds=1, portraits=1, officials=0, shapes=1, windows=12)
    asked = sample_views(crop_views(data, few), data, load_scorer(), stem, tmp_path / "answers", few)
    samples = [sample for progress in asked for sample in progress.results]
    of_groups = [replace(sample, view=replace(sample.view, path="groups/0.jpg")) for sample in samples]
    (*_, last) = agreement_elsewhere(of_groups, lite_teacher(MODEL_FOLDER), CropHeadSettings(epochs=1))
    ((name, spearman),) = last.results
    assert name == "groups"
    assert -1 <= spearman <= 1


def test_a_view_knows_whether_it_is_whole() -> None:
    assert View("groups/one.jpg", 0).is_whole
    assert not View("groups/one.jpg", 1).is_whole
    assert View("portraits/one.jpg", 1).is_whole
