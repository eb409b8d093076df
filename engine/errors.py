"""The few errors that the engine raises; each names what failed and why, in words a person can act on."""

from pathlib import Path


class EngineError(Exception):
    """Base of every error that the engine raises on purpose."""


class PictureError(EngineError):
    """A picture file cannot be read or written.

    Attributes:
        path: the file.
        reason: what is wrong with it, without the path.
        passing: whether the same file may do another time: once it may be read, or a package is installed.
    """

    def __init__(self, path: Path, reason: str, *, passing: bool = False) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.passing = passing


class ModelError(EngineError):
    """A model file is missing, damaged, or does not match this program.

    Attributes:
        path: the file, or the folder that should hold it.
        reason: what is wrong with it, without the path.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DeviceError(EngineError):
    """The asked-for device cannot run the network on this machine."""


class CatalogueError(EngineError):
    """The catalogue cannot be opened or was written by a newer program.

    Attributes:
        path: the database file.
        reason: what is wrong with it, without the path.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
