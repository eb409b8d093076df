"""Runs the network: ONNX Runtime on the CPU, torch on CUDA and MPS. Same logits from both, up to rounding."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.checkpoint import ONNX_FILE, load_card, load_network, read_model_file
from engine.devices import Device, choose_device
from engine.errors import DeviceError, ModelError
from engine.pixels import Floats

if TYPE_CHECKING:
    import torch
    from onnxruntime import InferenceSession

# Larger batches no longer gain on a CPU and cost memory; a GPU is fed in larger ones.
CPU_BATCH = 8
GPU_BATCH = 64


class Runtime(Protocol):
    """What runs the network.

    Attributes:
        name: runtime and device, for people.
        device: where it runs.
        batch: how many pictures at once serve it best.
        threads: cores of the processor that what works beside it may take; None for all.
    """

    name: str
    device: Device
    batch: int
    threads: int | None

    def run(self, pictures: Floats) -> tuple[Floats, Floats]:
        """Run the network once.

        Args:
            pictures: float32 (N, 3, 224, 224), N >= 1, from `engine.preprocess.network_input`.

        Returns:
            logits float32 (N,) and embeddings float32 (N, E), 1280 for the shipped network.
        """
        ...

    def for_threads(self) -> "Runtime":
        """The same network for several threads that each run it: on a CPU, every run keeps to its thread's core."""
        ...


def cpu_session(content: bytes, threads: int | None = None) -> "InferenceSession":
    """A network in ONNX Runtime on the CPU.

    Args:
        content: of an ONNX file.
        threads: None takes every core this process may use.

    Raises:
        Exception: of ONNX Runtime's own types, where it cannot load the network.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _usable_cores()
    # Waiting threads that spin would take the cores that decode the next picture.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


class OnnxRuntime:
    """The network in ONNX Runtime on the CPU."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        content = read_model_file(folder, ONNX_FILE, load_card(folder))
        self.threads: int | None = threads or _usable_cores()
        try:
            self._session = cpu_session(content, self.threads)
        except Exception as error:  # ONNX Runtime's own exception types are not public.
            raise ModelError(folder / ONNX_FILE, f"ONNX Runtime cannot load it ({error})") from error
        self._folder = folder
        self.device = Device.CPU
        self.batch = CPU_BATCH
        self.name = f"ONNX Runtime, CPU, {self.threads} thread{'s' if self.threads != 1 else ''}"

    def run(self, pictures: Floats) -> tuple[Floats, Floats]:
        logits, embeddings = self._session.run(["logit", "embedding"], {"pictures": pictures})
        return logits, embeddings

    def for_threads(self) -> "OnnxRuntime":
        return self._of_one_core

    @cached_property
    def _of_one_core(self) -> "OnnxRuntime":
        return self if self.threads == 1 else OnnxRuntime(self._folder, threads=1)


class TorchRuntime:
    """The network in torch: channels_last, and half precision on CUDA."""

    def __init__(self, folder: Path, device: Device) -> None:
        import torch

        self._torch = torch
        self._device = torch.device(str(device))
        # Half precision is for CUDA, where it is twice as fast; MPS gains nothing from it at this size.
        self._dtype = torch.float16 if device is Device.CUDA else torch.float32
        network = load_network(folder).to(device=self._device, dtype=self._dtype)
        self._network = network.to(memory_format=torch.channels_last)
        self.device = device
        self.batch = GPU_BATCH
        self.threads: int | None = None
        self.name = f"torch, {device.upper()}{', half precision' if self._dtype is torch.float16 else ''}"

    def run(self, pictures: Floats) -> tuple[Floats, Floats]:
        torch = self._torch
        with torch.inference_mode():
            batch = torch.from_numpy(pictures).to(device=self._device, dtype=self._dtype)
            logits, embeddings = self._network(batch.contiguous(memory_format=torch.channels_last))
            return _to_numpy(logits), _to_numpy(embeddings)

    def for_threads(self) -> "TorchRuntime":
        return self


def _to_numpy(tensor: "torch.Tensor") -> Floats:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)


def load_runtime(folder: Path, device: Device = Device.AUTO, *, threads: int | None = None) -> Runtime:
    """Load a model folder for a device.

    Args:
        folder: holds card.json and both weight files.
        device: AUTO takes a GPU where there is one.
        threads: CPU threads; None takes every core this process may use.

    Raises:
        ModelError: the model is missing, damaged or for another program.
        DeviceError: the device that was asked for by name is not here.
    """
    chosen = choose_device(device).device
    if chosen is Device.CPU:
        return OnnxRuntime(folder, threads=threads)
    try:
        return TorchRuntime(folder, chosen)
    except RuntimeError as error:
        if device is Device.AUTO:
            return OnnxRuntime(folder, threads=threads)
        raise DeviceError(f"{chosen.upper()} cannot run the network ({error})") from error


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
