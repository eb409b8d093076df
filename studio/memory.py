"""How much memory this program holds, and that it gives back what it no longer needs."""

import ctypes
import mmap
import sys
from pathlib import Path

# Of glibc's malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
# A plane of chroma of a 720p frame is a large block already.
ARENAS, LARGE_BLOCK = 2, 128 << 10


def return_large_blocks() -> None:
    """Have pictures' memory given back to the system as soon as they are gone; on Linux with glibc alone.

    There each thread gets a heap of its own, and blocks of up to 32 MB come to be kept in those heaps once one of that
    size was freed: frames that go from thread to thread leave gaps behind, 6 % in half an hour of the live picture.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK)


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
