"""What models like whose likes are known, and what the shipped one should not."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue
from engine.lab.likes import Likes, look
from engine.lab.likes_care import BORDER, Care, Verdict
from engine.lab.likes_check import check
from engine.lab.likes_labels import NO_LABELS, Labels, read_labels
from engine.lab.likes_report import write_report
from engine.lab.likes_words import Evidence, not_advice, statements, unclear
from engine.lab.photos import LabPhotos
from engine.scoring import Scorer, load_scorer

from .conftest import likes_borders, likes_light, likes_nothing, planted, scanned


def _look(photos: LabPhotos, catalogue: Catalogue, scorer: Scorer, changed: int, labels: Labels = NO_LABELS) -> Likes:
    steps = list(look(photos, catalogue, scorer, changed=changed, labels=labels))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].total
    (found,) = steps[-1].results
    return found


def _borders(found: Likes) -> list[Care]:
    return [care for care in found.cares if "border" in care.about]


def test_a_model_that_likes_a_border_is_found_out(blots: Path, catalogue: Catalogue) -> None:
    scorer = planted(likes_borders)
    found = _look(scanned(blots, catalogue, scorer), catalogue, scorer, 30)
    cares = {care.about: care for care in _borders(found)}
    assert set(cares) == {BORDER, "A white border", "A black border"}
    assert {care.verdict for care in cares.values()} == {Verdict.FLAGGED}
    assert all(care.judged.low > 0 for care in cares.values())


def test_the_shipped_model_does_not_like_a_border(data_folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    for photo in sorted((data_folder / "portraits").glob("*.jpg"))[::54]:
        shutil.copy(photo, tmp_path)
    scorer = load_scorer()
    found = _look(scanned(tmp_path, catalogue, scorer), catalogue, scorer, 21)
    assert len(_borders(found)) == 2
    assert not any(care.verdict is Verdict.FLAGGED for care in found.cares)


def test_a_model_that_likes_light_says_so_and_knows_why(blots: Path, catalogue: Catalogue) -> None:
    scorer = planted(likes_light)
    found = _look(scanned(blots, catalogue, scorer), catalogue, scorer, 30)
    said = {statement.text: statement for statement in statements(found.findings)}
    brighter, darker = said["Brighten it"], said["Don't darken it"]
    assert brighter.is_do
    assert brighter.effect.low > 0
    assert darker.effect.high < 0
    assert brighter.evidence is darker.evidence is Evidence.CAUSE
    assert "album says the same" in " ".join(brighter.lines)
    assert not any("blur" in text or "tilt" in text for text in said)


def test_takes_of_one_moment_are_looked_for_in_steps_before_any_photo_is_changed(
    blots: Path, catalogue: Catalogue
) -> None:
    """Of fifty thousand photos that takes long, and can be left at any step."""
    scorer = planted(likes_nothing)
    steps = look(scanned(blots, catalogue, scorer), catalogue, scorer, changed=1)
    assert [next(steps).note for _ in range(2)] == ["reading what is known", "comparing photos"]
    steps.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.parametrize("seed", range(3))
def test_of_a_model_that_likes_nothing_next_to_nothing_is_said(blots: Path, catalogue: Catalogue, seed: int) -> None:
    scorer = planted(lambda pictures: likes_nothing(pictures + seed))
    found = _look(scanned(blots, catalogue, scorer), catalogue, scorer, 30)
    assert len(statements(found.findings)) <= 1
    assert len(not_advice(found.findings)) <= 1
    none, _ = unclear(found.findings)
    assert len(none) > 15
    assert not any(care.verdict is Verdict.FLAGGED for care in found.cares)


def test_what_one_half_of_an_album_says_holds_in_the_other(blots: Path, catalogue: Catalogue) -> None:
    scorer = planted(likes_light)
    found = _look(scanned(blots, catalogue, scorer), catalogue, scorer, 60)
    held = check(found)
    assert len(held) >= 4
    assert all(each.holds for each in held)


def test_labels_that_the_score_goes_by_are_flagged_and_others_are_not(
    blots: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    """The model likes borders; one label says which photos have one, the other is drawn by lot."""
    scorer = planted(likes_borders)
    photos = scanned(blots, catalogue, scorer)
    rng = np.random.default_rng(1)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "framed", "lot", "note"])
        for path in photos.paths:
            is_framed = int(path.stem[-3:]) % 3 == 0
            table.writerow(
                [f"{path.parent.name}/{path.name}", "yes" if is_framed else "no", rng.choice(["a", "b"]), path]
            )
    labels = read_labels(tmp_path / "labels.csv", photos.paths)
    assert labels.found == 120
    found = _look(photos, catalogue, scorer, 0, labels)
    verdicts = {care.about: care.verdict for care in found.cares}
    assert verdicts["framed"] is Verdict.FLAGGED
    assert verdicts["lot"] is not Verdict.FLAGGED
    assert "note" not in verdicts


def test_an_album_of_five_photos_and_a_file_that_went_away_is_told_and_not_judged(
    blots: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for photo in sorted(blots.glob("*.png"))[:5]:
        shutil.copy(photo, album)
    scorer = planted(likes_light)
    photos = scanned(album, catalogue, scorer)
    photos.paths[0].unlink()
    found = _look(photos, catalogue, scorer, 10)
    assert statements(found.findings) == []
    assert len(unclear(found.findings)[1]) > 15
    assert [path for path, _ in found.unread] == [photos.paths[0]]
    page = tmp_path / "page.html"
    list(write_report(found, catalogue, page, title="five"))
    text = page.read_text()
    assert "Nothing stands out" in text
    assert photos.paths[0].name in text


def test_the_page_holds_all_it_shows(blots: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    scorer = planted(likes_light)
    found = _look(scanned(blots, catalogue, scorer), catalogue, scorer, 25)
    page = tmp_path / "page.html"
    steps = list(write_report(found, catalogue, page, title="blots <1>", blur_faces=True))
    assert steps[-1].results == (page,)
    text = page.read_text()
    assert "Brighten it" in text
    assert "blots &lt;1&gt;" in text
    assert text.count("data:image/svg+xml") > 10
    assert text.count("data:image/jpeg") > 10
    assert "http" not in text.replace("http://www.w3.org", "")
