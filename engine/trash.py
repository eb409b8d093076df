"""Photos to the system's trash and back, each with its sidecars. Nothing is ever deleted here.

`send2trash` moves them. Bringing them back is possible where the trash is made of files: freedesktop.org's Trash
specification 1.0, which Linux desktops follow. Elsewhere the system's own trash is the place to do it.
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from engine.errors import PictureError
from engine.files import is_there, temporary_beside
from engine.photo_files import check_is_file
from engine.pictures import is_photo_name
from engine.ratings import RatingPlace, sidecar_path

# Between our clock and the note: it has whole seconds, maybe another disk's clock, and moving there takes a while.
_SECONDS_APART = 60
_NO_TRASH = "this disk has no trash that may be used: nothing was deleted"


@dataclass(frozen=True)
class TrashedPhoto:
    """What became of one photo.

    Attributes:
        original: where it was.
        error: why it still is there; None where it is in the trash.
        sidecars: where those were that went along.
        trashed: when, in local time.
    """

    original: Path
    error: str | None
    sidecars: tuple[Path, ...]
    trashed: datetime


@dataclass(frozen=True)
class RestoredPhoto:
    """What became of one photo.

    Attributes:
        original: where it was, and is again.
        error: why it, or a sidecar of it, still is in the trash.
    """

    original: Path
    error: str | None


def move_to_trash(photos: Sequence[Path]) -> list[TrashedPhoto]:
    """Move photos to the trash of their disk, each with its sidecars; where there is none, they stay.

    IMG.xmp goes along with the last photo of its name: as long as IMG.cr2 is there, it stays for that one.
    """
    return [_move_one(photo.absolute()) for photo in photos]


def _move_one(photo: Path) -> TrashedPhoto:
    now = datetime.now()  # local time without a zone, as the specification has it
    try:
        check_is_file(photo)
        _send(photo)
    except PictureError as error:
        return TrashedPhoto(photo, error.reason, (), now)
    moved = []
    for sidecar in _sidecars_of_gone(photo):
        try:
            _send(sidecar)
        except PictureError:
            continue  # it stays where it was, and is in nobody's way
        moved.append(sidecar)
    return TrashedPhoto(photo, None, tuple(moved), now)


def _send(path: Path) -> None:
    if sys.platform == "win32" and not _has_recycle_bin(path):
        raise PictureError(path, _NO_TRASH, passing=True)
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(path)
    except TrashPermissionError as error:
        raise PictureError(path, _NO_TRASH, passing=True) from error
    except OSError as error:
        reason = f"it cannot be moved to the trash ({error.strerror or error}): nothing was deleted"
        raise PictureError(path, reason, passing=True) from error


def _has_recycle_bin(path: Path) -> bool:
    """Whether Windows has a bin for this drive: from others, cards and network drives, it deletes for good."""
    if sys.platform != "win32":
        return True
    import ctypes

    drive_fixed = 3  # winbase.h
    return int(ctypes.windll.kernel32.GetDriveTypeW(path.anchor)) == drive_fixed


def _sidecars_of_gone(photo: Path) -> Iterator[Path]:
    own, shared = (sidecar_path(photo, place) for place in (RatingPlace.SIDECAR_WITH_SUFFIX, RatingPlace.SIDECAR))
    if is_there(own):
        yield own
    namesakes = (path for path in photo.parent.iterdir() if path.stem == photo.stem and is_photo_name(path))
    if shared != own and is_there(shared) and not any(namesakes):
        yield shared


def restore(trashed: Sequence[TrashedPhoto]) -> list[RestoredPhoto]:
    """Bring back what `move_to_trash` moved, sidecars included; what is at their place by now is never overwritten."""
    return [_restore_one(photo) for photo in trashed]


def _restore_one(photo: TrashedPhoto) -> RestoredPhoto:
    if photo.error:
        return RestoredPhoto(photo.original, "it was never moved to the trash")
    try:
        for path in (photo.original, *photo.sidecars):
            _bring_back(path, photo.trashed)
    except PictureError as error:
        of_sidecar = "" if error.path == photo.original else f"{error.path.name}: "
        return RestoredPhoto(photo.original, f"{of_sidecar}{error.reason}")
    return RestoredPhoto(photo.original, None)


def _bring_back(original: Path, trashed: datetime) -> None:
    if sys.platform in ("win32", "darwin"):
        raise PictureError(original, "restore it from the system's trash")
    info = _find_info(original, trashed)
    if info is None:
        raise PictureError(original, "it is not in the trash any more")
    content = info.parent.with_name("files") / info.stem
    try:
        original.parent.mkdir(parents=True, exist_ok=True)
        original.touch(exist_ok=False)  # whose name is taken, nobody else takes
    except FileExistsError as error:
        raise PictureError(original, "another file is there by now: it stays in the trash") from error
    except OSError as error:
        raise PictureError(original, f"it cannot be brought back ({error.strerror}): it stays in the trash") from error
    try:
        _move(content, original)
    except BaseException as error:
        original.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = f"it cannot be brought back ({error.strerror}): it stays in the trash"
            raise PictureError(original, reason, passing=True) from error
        raise
    info.unlink(missing_ok=True)


def _move(content: Path, target: Path) -> None:
    try:
        content.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with temporary_beside(target) as temporary:  # the trash is on another disk
            shutil.copy2(content, temporary)
        content.unlink()


def _find_info(original: Path, trashed: datetime) -> Path | None:
    """The note in the trash about this file, of the time nearest to when it was moved there."""
    found = []
    for trash in _trashes_of(original):
        for info in (trash / "info").glob("*.trashinfo"):
            written = info.stat().st_mtime
            if abs(written - trashed.timestamp()) > _SECONDS_APART:
                continue  # unread: a trash may hold thousands
            noted = _read_info(info, trash)
            if noted and noted[0] == original:
                apart = abs((noted[1] - trashed).total_seconds())
                found.append((apart, -written, info))
    return min(found)[2] if found and min(found)[0] <= _SECONDS_APART else None


def _trashes_of(original: Path) -> Iterator[Path]:
    """Where the specification has a file's trash: in the home folder, or at the top of the file's disk."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    yield Path(home) / "Trash"
    top = original.parent
    while not (top.exists() and top.is_mount()) and top != top.parent:
        top = top.parent
    user = os.getuid()
    yield top / ".Trash" / str(user)
    yield top / f".Trash-{user}"


def _read_info(info: Path, trash: Path) -> tuple[Path, datetime] | None:
    """What a note says: where the file was, and when it was moved; None where it is damaged."""
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(info.read_text(encoding="utf-8", errors="surrogateescape"))
        note = parser["Trash Info"]
        path = Path(unquote(note["Path"], errors="surrogateescape"))
        # It may be relative: to the folder or the disk that holds the trash.
        base = trash.parent.parent if trash.parent.name == ".Trash" else trash.parent
        return base / path, datetime.fromisoformat(note["DeletionDate"])
    except (OSError, ValueError, KeyError, ConfigParserError):
        return None
