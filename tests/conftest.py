"""What all tests share: the data folder, where there is one, and the photos that ship with the program."""

import os
from pathlib import Path

import pytest

# Before anything makes a QApplication: no test needs a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

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
