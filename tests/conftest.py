"""What all tests share: the data folder, the photos that ship, settings of their own, and no thread left behind."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything makes a QApplication: no test needs a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says more of what else the machine does than of the program.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

CHECKOUT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", default=str(CHECKOUT.parent / "shared" / "data"), help="folder of real test photos")


@pytest.fixture(scope="session")
def data_folder(request: pytest.FixtureRequest) -> Path:
    folder = Path(request.config.getoption("--data"))
    if not (folder / "photos.csv").exists():
        pytest.skip(f"needs the real photos in {folder}")
    return folder


@pytest.fixture(scope="session")
def samples() -> list[Path]:
    from engine.resources import SAMPLES

    return sorted(SAMPLES.glob("*.jpg"))


@pytest.fixture
def folder(tmp_path: Path, samples: list[Path]) -> Path:
    """Six photos and an empty file."""
    album = tmp_path / "album"
    album.mkdir()
    for sample in samples[:6]:
        shutil.copy(sample, album)
    (album / "empty.jpg").touch()
    return album


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or changes this person's settings, catalogue and thumbnails."""
    from PySide6.QtCore import QSettings

    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    QSettings.setDefaultFormat(QSettings.Format.NativeFormat)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    # Python makes up an object for each thread of Qt's that once ran Python code; those are not ours.
    ours = [thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)]
    assert not set(ours) - before
