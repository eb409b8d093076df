import errno
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import engine.trash
from engine.trash import TrashedPhoto, move_to_trash, restore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the trash of other systems is not made of files")

Send = Callable[[Path], None]


@pytest.fixture(autouse=True)
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trash of its own: send2trash looks where it is when it is imported, and uses it for the home folder's disk."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "send2trash"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path / "data" / "Trash"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


def _photos(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_text(f"this is {name}", encoding="utf-8")
    return [folder / name for name in names]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "name", ["a.jpg", "with space & 100%.jpg", "Größe 写真 📷.jpg", "-dash.jpg", "[1] = 2; #3.jpg"]
)
def test_a_photo_goes_to_the_trash_and_comes_back(folder: Path, trash: Path, name: str) -> None:
    (photo,) = _photos(folder, name)
    (trashed,) = move_to_trash([photo])
    assert (trashed.original, trashed.error) == (photo, None)
    assert _names(folder) == set()
    assert _names(trash / "files") == {name}
    (restored,) = restore([trashed])
    assert (restored.original, restored.error) == (photo, None)
    assert photo.read_text(encoding="utf-8") == f"this is {name}"
    assert not _names(trash / "files") | _names(trash / "info")


def test_a_name_that_is_no_unicode_comes_back(folder: Path) -> None:
    photo = folder / os.fsdecode(b"caf\xe9.jpg")
    photo.write_bytes(b"x")
    (restored,) = restore(move_to_trash([photo]))
    assert restored.error is None
    assert photo.read_bytes() == b"x"


def test_a_relative_path_is_found_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _photos(folder, "a.jpg")
    monkeypatch.chdir(folder)
    trashed = move_to_trash([Path("a.jpg")])
    monkeypatch.chdir(folder.parent)
    assert [restored.error for restored in restore(trashed)] == [None]
    assert _names(folder) == {"a.jpg"}


def test_a_photo_below_the_data_folder_comes_back(trash: Path) -> None:
    """Its path is noted as relative to that folder."""
    trash.parent.mkdir(exist_ok=True)
    (photo,) = _photos(trash.parent, "a.jpg")
    assert [restored.error for restored in restore(move_to_trash([photo]))] == [None]
    assert photo.exists()


def test_sidecars_go_along_and_come_back(folder: Path) -> None:
    (photo, *_), every = _photos(folder, "a.jpg", "a.jpg.xmp", "a.xmp", "b.jpg.xmp"), _names(folder)
    trashed = move_to_trash([photo])
    assert _names(folder) == {"b.jpg.xmp"}
    assert set(trashed[0].sidecars) == {folder / "a.jpg.xmp", folder / "a.xmp"}
    assert [restored.error for restored in restore(trashed)] == [None]
    assert _names(folder) == every


def test_a_sidecar_stays_as_long_as_another_photo_of_its_name_does(folder: Path) -> None:
    jpeg, other, _ = _photos(folder, "a.jpg", "a.png", "a.xmp")
    (first,) = move_to_trash([jpeg])
    assert _names(folder) == {"a.png", "a.xmp"}
    (second,) = move_to_trash([other])
    assert _names(folder) == set()
    restore([first, second])
    assert _names(folder) == {"a.jpg", "a.png", "a.xmp"}


def test_the_right_one_of_two_photos_of_one_name_comes_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import send2trash.plat_other

    (photo,) = _photos(folder, "a.jpg")
    with monkeypatch.context() as long_ago:
        long_ago.setattr(send2trash.plat_other, "format_date", lambda _: "2020-01-01T00:00:00")
        move_to_trash([photo])
    photo.write_text("the newer one")
    trashed = move_to_trash([photo])
    assert [restored.error for restored in restore(trashed)] == [None]
    assert photo.read_text() == "the newer one"
    assert "not in the trash" in (restore(trashed)[0].error or "")


def test_nothing_is_overwritten_when_a_photo_comes_back(folder: Path, trash: Path) -> None:
    (photo,) = _photos(folder, "a.jpg")
    trashed = move_to_trash([photo])
    photo.write_text("another one")
    (restored,) = restore(trashed)
    assert "another file" in (restored.error or "")
    assert photo.read_text() == "another one"
    assert _names(trash / "files") == {"a.jpg"}
    photo.unlink()
    assert [restored.error for restored in restore(trashed)] == [None]


def test_a_sidecar_that_cannot_come_back_is_named(folder: Path) -> None:
    photo, sidecar = _photos(folder, "a.jpg", "a.xmp")
    trashed = move_to_trash([photo])
    sidecar.write_text("another one")
    (restored,) = restore(trashed)
    assert (restored.error or "").startswith("a.xmp: another file")
    assert photo.read_text() == "this is a.jpg"
    assert sidecar.read_text() == "another one"


def test_a_folder_that_is_gone_is_made_again(folder: Path) -> None:
    (photo,) = _photos(folder, "a.jpg")
    trashed = move_to_trash([photo])
    folder.rmdir()
    restore(trashed)
    assert photo.exists()


def test_a_trash_on_another_disk_gives_back_too(folder: Path, trash: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (photo,) = _photos(folder, "a.jpg")
    trashed = move_to_trash([photo])
    replace = Path.replace

    def other_disk(path: Path, target: Path) -> Path:
        if path.parent.name == "files":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", other_disk)
    assert [restored.error for restored in restore(trashed)] == [None]
    assert photo.read_text() == "this is a.jpg"
    assert not _names(trash / "files") | _names(trash / "info")
    assert _names(folder) == {"a.jpg"}


def test_a_photo_that_cannot_be_moved_back_stays_in_the_trash(
    folder: Path, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photo,) = _photos(folder, "a.jpg")
    trashed = move_to_trash([photo])

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    assert "stays in the trash" in (restore(trashed)[0].error or "")
    assert _names(folder) == set()
    assert _names(trash / "files") == {"a.jpg"}


def _no_trash(_: Path) -> None:
    from send2trash import TrashPermissionError

    raise TrashPermissionError("/media/card")


def _read_only(_: Path) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize(("send", "reason"), [(_no_trash, "no trash"), (_read_only, "Read-only file system")])
def test_where_there_is_no_trash_nothing_is_deleted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, send: Send, reason: str
) -> None:
    import send2trash

    monkeypatch.setattr(send2trash, "send2trash", send)
    photo, _ = _photos(folder, "a.jpg", "a.jpg.xmp")
    (trashed,) = move_to_trash([photo])
    assert reason in (trashed.error or "")
    assert "nothing was deleted" in (trashed.error or "")
    assert _names(folder) == {"a.jpg", "a.jpg.xmp"}
    assert "never" in (restore([trashed])[0].error or "")


def test_windows_is_not_asked_where_it_would_delete_for_good(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (photo,) = _photos(folder, "a.jpg")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(engine.trash, "_has_recycle_bin", lambda _: False)
    (trashed,) = move_to_trash([photo])
    assert "no trash" in (trashed.error or "")
    assert photo.exists()


def test_what_is_no_file_is_an_error_and_the_rest_goes_on(folder: Path) -> None:
    (photo,) = _photos(folder, "a.jpg")
    gone, below, moved = move_to_trash([folder / "gone.jpg", folder, photo])
    assert "no such file" in (gone.error or "")
    assert "folder" in (below.error or "")
    assert moved.error is None
    assert folder.is_dir()


def test_damaged_notes_in_the_trash_are_passed_over(folder: Path, trash: Path) -> None:
    (photo,) = _photos(folder, "a.jpg")
    trashed = move_to_trash([photo])
    for number, note in enumerate(
        (b"", b"\xff\xfe", b"[Trash Info]\nPath=%zz", b"[Trash Info]\nPath=a\nDeletionDate=x")
    ):
        (trash / "info" / f"{number}.trashinfo").write_bytes(note)
    assert [restored.error for restored in restore(trashed)] == [None]


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_the_systems_own_trash_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    (restored,) = restore([TrashedPhoto(folder / "a.jpg", None, (), datetime(2026, 1, 1))])
    assert restored.error == "restore it from the system's trash"
