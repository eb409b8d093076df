"""Files that are written whole or not at all."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether there is such a file; under a name that is too long for the disk there is none."""
    try:
        return path.exists()
    except OSError:
        return False


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A new file beside the target to write to; it becomes the target if the block ends well, else it is removed."""
    temporary = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(4)}{target.suffix}")
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(target: Path, content: bytes) -> None:
    """Write a file through a temporary one beside it."""
    with temporary_beside(target) as temporary:
        temporary.write_bytes(content)


def reserve_unused(target: Path) -> Path:
    """Claim a file name that nobody uses: the target, or the target with -2, -3 ... before its suffix.

    The name is claimed by an empty file, so that two writers never get the same one; write over it with
    `temporary_beside`, and remove it if nothing is written.
    """
    number = 1
    while True:
        candidate = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        try:
            candidate.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return candidate
