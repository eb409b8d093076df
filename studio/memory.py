"""How much memory this program holds."""

import mmap
import sys
from pathlib import Path


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
