"""Under the hood: the layers' answers, what they answer to in an album, and words for all of it."""

import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from PIL import Image

from engine.checkpoint import ONNX_FILE
from engine.errors import ModelError, PictureError
from engine.lab.hood_file import write_hood
from engine.lab.layer_pictures import filter_pictures, grid_for, mosaic, overlay, telling_channel
from engine.lab.layer_words import stage_caption, stage_name
from engine.lab.layers import Layers
from engine.lab.patches import cut_patches, find_patches, points_inside
from engine.pictures import load_picture
from engine.pixels import Pixels
from engine.preprocess import letterbox, letterboxed, network_input
from engine.resources import MODEL_FOLDER
from engine.scoring import load_scorer

SIDE = 224


@pytest.fixture(scope="module")
def layers() -> Layers:
    return Layers(MODEL_FOLDER)


def _stripes(*, upright: bool) -> Pixels:
    """Edges of one direction alone."""
    line = np.where(np.arange(SIDE) // 8 % 2, 230, 25).astype(np.uint8)
    plane = np.tile(line, (SIDE, 1)) if upright else np.tile(line[:, None], (1, SIDE))
    return np.repeat(plane[..., None], 3, axis=2)


def test_the_stages_lead_from_the_picture_to_the_score(layers: Layers) -> None:
    assert [stage.channels for stage in layers.stages] == [32, 16, 24, 40, 80, 112, 192, 320, 1280]
    assert [stage.side for stage in layers.stages] == [112, 112, 56, 28, 14, 14, 7, 7, 7]
    sees = [stage.sees for stage in layers.stages]
    assert sees[0] == 3
    assert sees == sorted(sees)
    assert layers.filters.shape == (32, 3, 3, 3)


def test_looking_changes_no_score(layers: Layers, samples: list[Path]) -> None:
    squares = [letterbox(load_picture(path, 640).pixels) for path in samples[:3]]
    logits, maps = layers.look(squares)
    wanted = [score.logit for score in load_scorer().score_squares(squares)]
    assert logits.tolist() == pytest.approx(wanted, abs=1e-4)
    _, embeddings = load_scorer().score_and_embed(squares)
    assert maps[-1].mean(axis=(2, 3)) == pytest.approx(embeddings, abs=1e-3)


def test_what_a_point_sees_is_what_changes_it(layers: Layers) -> None:
    """A pixel outside of what a point sees changes nothing there; one inside does."""
    plain = np.full((SIDE, SIDE, 3), 120, np.uint8)
    _, before = layers.look([plain])
    for stage, answers in zip(layers.stages[:4], before[:4], strict=True):
        middle = stage.side // 2
        centre = (middle + 0.5) * stage.step
        far = plain.copy()
        far[:, : max(0, int(centre - stage.sees / 2 - stage.step))] = 255
        _, after = layers.look([far])
        place = layers.stages.index(stage)
        assert after[place][0, :, middle, middle] == pytest.approx(answers[0, :, middle, middle], abs=1e-3)
        near = plain.copy()
        near[:, int(centre) - 1 : int(centre) + 2] = 255
        _, after = layers.look([near])
        assert np.abs(after[place] - answers)[0, :, middle, middle].max() > 0.1


def test_some_map_of_the_first_stage_tells_upright_edges_from_level_ones(layers: Layers) -> None:
    _, maps = layers.look([_stripes(upright=True), _stripes(upright=False)])
    spread = maps[0].std(axis=(2, 3))
    upright, level = spread[0] / (spread[1] + 1e-3), spread[1] / (spread[0] + 1e-3)
    assert upright.max() > 3
    assert level.max() > 3


def test_a_point_of_the_first_stage_is_the_filter_laid_on_the_picture(layers: Layers) -> None:
    square = _stripes(upright=True)
    graph = onnx.load(MODEL_FOLDER / ONNX_FILE).graph
    (bias,) = [onnx.numpy_helper.to_array(each) for each in graph.initializer if each.name == graph.node[0].input[2]]
    patch = network_input([square])[0, :, 100:103, 100:103]
    by_hand = np.clip((layers.filters * patch).sum(axis=(1, 2, 3)) + bias, 0, 6)
    _, maps = layers.look([square])
    assert maps[0][0, :, 50, 50] == pytest.approx(by_hand, abs=1e-3)


def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModelError, match=r"needs onnx: pip install 'selfie-studio\[lab\]'"):
        Layers(MODEL_FOLDER)


def test_every_stage_has_a_name_and_a_caption_of_its_own(layers: Layers) -> None:
    captions = [stage_caption(stage, layers.stages) for stage in layers.stages]
    names = [stage_name(stage, layers.stages) for stage in layers.stages]
    assert len(set(captions)) == len(set(names)) == len(layers.stages)
    for stage, caption in zip(layers.stages, captions, strict=True):
        assert f"{stage.channels:,} maps" in caption
        assert caption.endswith(".")


def test_pictures_of_maps_are_bright_where_the_answer_is(layers: Layers) -> None:
    maps = np.zeros((5, 14, 14), np.float32)
    maps[3, 2:5, 9:12] = 4
    assert telling_channel(maps) == 3
    columns, cell = grid_for(5, 300, 200)
    picture = mosaic(maps, columns, cell)
    brightest = np.unravel_index(picture.sum(axis=2).argmax(), picture.shape[:2])
    assert (int(brightest[0]) // (cell + 1) * columns + int(brightest[1]) // (cell + 1)) == 3
    lit = overlay(np.full((SIDE, SIDE, 3), 200, np.uint8), maps, 3, 140)
    assert lit[35, 105].mean() > 3 * lit[105, 35].mean()
    assert all(each.shape == (3, 3, 3) for each in filter_pictures(layers.filters))


def test_the_part_that_a_map_answers_to_is_found_in_the_album(layers: Layers, tmp_path: Path) -> None:
    """Grey photos, in one of them a patch of stripes: the maps that like stripes show that very patch."""
    paths = []
    for number in range(12):
        pixels = np.full((256, 256, 3), 100 + number, np.uint8)
        if number == 7:
            pixels[140:200, 60:120] = cv2.resize(_stripes(upright=True)[:120, :120], (60, 60))
        paths.append(tmp_path / f"{number:02}.png")
        Image.fromarray(pixels).save(paths[-1])
    paths[2].write_bytes(b"")
    *_, last = find_patches(layers, paths)
    assert last.done == last.total == 12
    (found,) = last.results
    stage = layers.stages[2]
    _, maps = layers.look([letterbox(load_picture(paths[7], 256).pixels)])
    likes = int((maps[2][0].max(axis=(1, 2)) - maps[2][0, :, 5, 5]).argmax())
    parts = cut_patches(found[2], stage, likes, paths)
    path, part = parts[0]
    assert path == paths[7]
    assert part.shape == (stage.sees, stage.sees, 3)
    assert part.std() > 30
    assert paths[2] not in [path for path, _ in parts]


def test_nothing_is_said_of_the_bars_beside_a_photo(layers: Layers) -> None:
    for stage in layers.stages:
        points = points_inside(stage, (100, 256))
        inside = letterboxed((100, 256))
        columns = np.flatnonzero(points.any(axis=0))
        assert len(columns)
        assert (columns[0] + 0.5) * stage.step >= inside.x0
        assert (columns[-1] + 0.5) * stage.step <= inside.x1


@pytest.mark.parametrize("suffix", ["html", "png"])
def test_a_look_under_the_hood_becomes_a_file(layers: Layers, samples: list[Path], tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"hood.{suffix}"
    steps = list(write_hood(samples[0], target, load_scorer()))
    assert steps[-1].done == steps[-1].total
    if suffix == "html":
        page = target.read_text(encoding="utf-8")
        assert page.count("<h2>") == len(layers.stages) + 2
        assert "http" not in page
    else:
        with Image.open(target) as poster:
            assert poster.height > 10 * 420


def test_a_look_at_no_photo_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        list(write_hood(tmp_path / "no.jpg", tmp_path / "x.html", load_scorer()))
    with pytest.raises(PictureError, match=r"\.html or \.png"):
        list(write_hood(tmp_path / "no.jpg", tmp_path / "x.gif", load_scorer()))
    assert list(tmp_path.iterdir()) == []
