"""How much memory this program holds, and how its threads share it."""

import ctypes
import mmap
import sys
from pathlib import Path

# Of glibc's malloc.h.
_M_ARENA_MAX = -8
ARENAS = 2


def share_heaps() -> None:
    """Let threads share two heaps, on Linux with glibc: it gives each one its own, in which frames leave gaps behind.

    To have every large block given back at once (a fixed M_MMAP_THRESHOLD of 128 KB) holds less memory still, but a
    score of the live picture then takes twice the time: the system clears each block's pages anew.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, ARENAS)


def memory_mb() -> float:
    """Memory that this program holds now, in MB; 0 where the system does not tell it in a file."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * mmap.PAGESIZE / 1e6


def peak_memory_mb() -> float:
    """The most memory that this program ever held, in MB; 0 where the system does not tell it."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
