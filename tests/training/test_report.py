"""The report: a page that says which targets are met, with plots that can be read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.evaluate import Evaluation, Target
from training.plots import COLOURS, figure
from training.report import POINTS_PLOT, RELIABILITY_PLOT, write_report

POINTS = np.linspace(0, 100, 400).tolist()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    evaluation = Evaluation(
        {"test photos": 400, "mirrored": {"median points": 1.25}, "framing": {"tilted": {"right": 0.9, "pairs": 40}}},
        (Target("label, AUC", 0.83, 0.8, at_least=True), Target("mirrored", 1.66, 1.5, at_least=False)),
        {"points": POINTS, "predicted": [0.2, 0.8], "observed": [0.1, 0.9]},
    )
    return write_report(evaluation, tmp_path / "report", "A model, measured")


def test_the_page_says_which_targets_are_met(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert "1 of 2 targets are met" in text
    assert "| label, AUC | 0.83 | >= 0.8 | yes |" in text
    assert "| mirrored | 1.66 | <= 1.5 | NO |" in text
    assert "| tilted | 0.9 | 40 |" in text
    assert all(plot in text and (report.parent / plot).exists() for plot in (POINTS_PLOT, RELIABILITY_PLOT))


def test_no_line_of_the_grid_cuts_through_a_bar(report: Path) -> None:
    """All bars are as high as each other: in the row at half their height nothing but bars and what is between them."""
    pixels = np.asarray(Image.open(report.parent / POINTS_PLOT).convert("RGB")).astype(int)
    bar = np.array([int(COLOURS[0][start : start + 2], 16) for start in (1, 3, 5)])
    is_bar = np.abs(pixels - bar).sum(axis=2) < 12
    columns = np.flatnonzero(is_bar.sum(axis=0) > 100)
    assert len(columns) > 100
    for column in columns:
        rows = np.flatnonzero(is_bar[:, column])
        assert is_bar[rows[0] : rows[-1] + 1, column].all()


def test_a_plot_has_its_title_and_axes_named() -> None:
    _, axes = figure("Title", "points", "photos")
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("Title", "points", "photos")
