"""What is checked of a photo's file before it is decoded, and what a person is told of one that is bad."""

import stat
from pathlib import Path

from engine.errors import PictureError

# The largest phone sensor makes 200 megapixels; decoded, 0.6 GB. More is a mistake or a trap.
MAX_MEGAPIXELS = 210
HOW_TO_INSTALL = "pip install 'selfie-studio[formats]'"


def check_is_file(path: Path) -> None:
    """Refuse pipes and devices under a photo's name: reading one may never end.

    Raises:
        PictureError: missing, or not a file.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
        raise PictureError(path, reason, passing=True) from error
    if stat.S_ISDIR(mode):
        raise PictureError(path, "this is a folder")
    if not stat.S_ISREG(mode):
        raise PictureError(path, "not a file but a pipe or a device")


def reason_of(error: Exception) -> str:
    """Why a reader gave up on a file, in words for people."""
    match error:
        case PermissionError():
            return "this file may not be read"
        case MemoryError():
            return "there is not enough memory to decode it"
        case OSError() if "truncated" in str(error).lower():
            return "the file is cut short"
    return f"the file is damaged ({error})"
