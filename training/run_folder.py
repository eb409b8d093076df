"""What a fit keeps on disk while it runs, so that it can be killed at any moment and go on from its last step.

    config.json         how it was asked to fit
    data.json           which photos it was given, in words: a list of lines for the model's card
    state.safetensors   weights, weight average, optimiser and best network so far; its step and figures in the header
    tensorboard/        curves, for `tensorboard --logdir`

Tensors are data: nothing is pickled. Each file takes the place of the one before only once it is whole.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.optim import Optimizer

from engine.files import write_atomically
from engine.network import ScoreNet, build_network

CONFIG_FILE, DATA_FILE, STATE_FILE, CURVES_FOLDER = "config.json", "data.json", "state.safetensors", "tensorboard"


class RunError(Exception):
    """A run folder cannot be gone on with; the message says what to do."""


@dataclass(frozen=True)
class SavedState:
    """A fit at the end of a step.

    Attributes:
        step: steps done.
        tensors: by "network/…", "average/…", "best/…" and "optimiser/…" names.
        figures: what else the loop needs: JSON.
    """

    step: int
    tensors: Mapping[str, Tensor]
    figures: Mapping[str, object]


class RunFolder:
    """A folder that belongs to one fit.

    Args:
        path: made where it is missing.
        config: JSON of the fit's configuration; a folder of another configuration is refused.

    Raises:
        RunError: the folder cannot be written to, or holds a fit that was asked for in another way.
    """

    def __init__(self, path: Path, config: Mapping[str, object]) -> None:
        self.path = path
        file = path / CONFIG_FILE
        content = (json.dumps(config, indent=2, sort_keys=True) + "\n").encode()
        try:
            path.mkdir(parents=True, exist_ok=True)
            if file.exists() and file.read_bytes() != content:
                raise RunError(
                    f"{path} holds a fit with another configuration: name another folder with --state, or remove it"
                )
            write_atomically(file, content)
        except OSError as error:
            raise RunError(f"{path} cannot keep a fit ({error}): name another folder with --state") from error

    def note_data(self, facts: Sequence[str]) -> None:
        """Keep what `training.facts.data_facts` says of the photos."""
        write_atomically(self.path / DATA_FILE, (json.dumps(facts, indent=2) + "\n").encode())

    def save(self, state: SavedState) -> None:
        """Keep a state, in place of the one before."""
        header = {"step": str(state.step), "figures": json.dumps(state.figures)}
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.tensors.items()}
        write_atomically(self.path / STATE_FILE, save(tensors, metadata=header))

    def load(self) -> SavedState | None:
        """The state to go on from; None where the fit has not begun.

        Raises:
            RunError: the state is damaged.
        """
        file = self.path / STATE_FILE
        if not file.exists():
            return None
        try:
            with safe_open(file, "pt") as opened:
                header = opened.metadata()
                tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a mapping)
                return SavedState(int(header["step"]), tensors, json.loads(header["figures"]))
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(f"{file} is damaged ({error}): remove {self.path} to begin anew") from error


def load_best(path: Path) -> tuple[ScoreNet, str]:
    """The best network of a fit so far, in evaluation mode, and its architecture.

    Raises:
        RunError: no fit was begun there, or it has no network that was validated yet.
    """
    try:
        config = json.loads((path / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path} holds no fit: run `selfie-studio train fit` first") from error
    state = RunFolder(path, config).load()
    weights = under("best", state.tensors) if state else {}
    if not weights:
        raise RunError(f"the fit in {path} has not been validated yet: let `selfie-studio train fit` go on")
    network = build_network(config["backbone"])
    network.load_state_dict(weights)
    return network.eval(), config["backbone"]


def data_of(path: Path) -> tuple[str, ...]:
    """What a fit noted of the photos that it was given.

    Raises:
        RunError: it noted nothing that can be read.
    """
    file = path / DATA_FILE
    try:
        return tuple(map(str, json.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{file} cannot be read: run `selfie-studio train fit` again, it goes on in {path}") from error


def optimiser_tensors(optimiser: Optimizer) -> dict[str, Tensor]:
    """The state of an optimiser as named tensors."""
    state: dict[int, dict[str, Tensor]] = optimiser.state_dict()["state"]
    return {f"optimiser/{index}/{name}": value for index, parts in state.items() for name, value in parts.items()}


def restore_optimiser(optimiser: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put an optimiser into a state that `optimiser_tensors` told."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        kind, _, rest = key.partition("/")
        if kind == "optimiser":
            index, _, name = rest.partition("/")
            state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors below a name, without it."""
    return {name.removeprefix(f"{prefix}/"): value for name, value in tensors.items() if name.startswith(f"{prefix}/")}
