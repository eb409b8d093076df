"""Filtering: what opens, shows a face and is new stays; a kill loses nothing that was seen."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import training.filter
from training.filter import NEAR_DUPLICATE, NO_FACE, Seen, count_reasons, difference_hash, filter_pictures


@pytest.fixture
def pictures(tmp_path: Path, samples: list[Path]) -> list[Path]:
    """Three photos, one of them again at another size and quality, one without a face, and two bad files."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, sample in enumerate(samples[:3]):
        (folder / f"{number}.jpg").write_bytes(sample.read_bytes())
    with Image.open(samples[0]) as image:
        image.resize((image.width // 2, image.height // 2)).save(folder / "3 again.jpg", quality=70)
    Image.effect_noise((300, 300), 60).convert("RGB").save(folder / "4 noise.jpg")
    (folder / "5 empty.jpg").touch()
    (folder / "6 text.jpg").write_text("no picture")
    return sorted(folder.iterdir())


def _filter(pictures: list[Path], state: Path) -> list[Seen]:
    return [seen for step in filter_pictures(pictures, state) for seen in step.results]


def test_every_picture_has_its_reason(pictures: list[Path], tmp_path: Path) -> None:
    seen = _filter(pictures, tmp_path / "state")
    reasons = [one.reason for one in seen]
    assert reasons[:5] == [None, None, None, NEAR_DUPLICATE, NO_FACE]
    assert all(reasons[5:])
    assert all(one.faces >= 1 and 0 < one.face_share < 1 for one in seen[:3])
    assert count_reasons(seen)["kept"] == 3


def test_a_second_run_looks_at_no_picture_again(
    pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _filter(pictures, tmp_path / "state")
    monkeypatch.setattr(training.filter, "_look", lambda *_: pytest.fail("looked again"))
    assert _filter(pictures, tmp_path / "state") == first


def test_killed_in_the_middle_it_goes_on(pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; import training.filter as f\n"
        "f.BATCH = 2\n"
        "for step in f.filter_pictures([Path(p) for p in sys.argv[2:]], Path(sys.argv[1])):\n"
        "    if step.done >= 4: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    state = tmp_path / "state"
    done = subprocess.run([sys.executable, "-c", code, state, *pictures], timeout=120, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    looked: list[Path] = []
    look = training.filter._look
    monkeypatch.setattr(training.filter, "_look", lambda path, detector: (looked.append(path), look(path, detector))[1])
    seen = _filter(pictures, state)
    assert sorted(looked) == pictures[4:]
    assert [one.reason for one in seen][:5] == [None, None, None, NEAR_DUPLICATE, NO_FACE]


def test_the_hash_stays_under_small_changes_and_tells_photos_apart(samples: list[Path]) -> None:
    pixels = [np.asarray(Image.open(path).convert("RGB")) for path in samples[:8]]
    hashes = [difference_hash(picture) for picture in pixels]
    for picture, known in zip(pixels, hashes, strict=True):
        brighter = np.clip(picture.astype(int) + 12, 0, 255).astype(np.uint8)
        assert (difference_hash(brighter) ^ known).bit_count() <= 3
    apart = [(one ^ other).bit_count() for number, one in enumerate(hashes) for other in hashes[:number]]
    assert min(apart) > 3
