"""Which device runs the network: `auto`, `cpu`, `cuda` or `mps`.

On a machine that scores on its CPU torch is never imported to find that out: it takes seconds.
"""

import ctypes.util
import os
import platform
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.errors import DeviceError


class Device(StrEnum):
    """What a person can ask for."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


@dataclass(frozen=True)
class Choice:
    """The device that will be used (never `AUTO`), and why, for people."""

    device: Device
    reason: str


def choose_device(wanted: Device = Device.AUTO) -> Choice:
    """Settle on a device.

    Raises:
        DeviceError: the device that was asked for by name is not here.
    """
    if wanted is Device.CPU:
        return Choice(Device.CPU, "as asked")
    if wanted is not Device.AUTO:
        if not _torch_has(wanted):
            raise DeviceError(f"this machine has no {wanted.upper()} device that torch can use: try --device auto")
        return Choice(wanted, "as asked")
    for device, hint in ((Device.CUDA, _nvidia_driver_is_here), (Device.MPS, _is_apple_silicon)):
        if hint() and _torch_has(device):
            return Choice(device, "found on this machine")
    return Choice(Device.CPU, "no GPU found that torch can use")


def _nvidia_driver_is_here() -> bool:
    if sys.platform == "darwin" or os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return Path("/proc/driver/nvidia/version").exists() or bool(
        ctypes.util.find_library("nvcuda" if sys.platform == "win32" else "cuda")
    )


def _is_apple_silicon() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


def _torch_has(device: Device) -> bool:
    import torch

    return torch.cuda.is_available() if device is Device.CUDA else torch.backends.mps.is_available()
