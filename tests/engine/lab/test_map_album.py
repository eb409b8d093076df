"""The map of an album: kept, opened again, and new photos placed on it."""

from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, ContentRecord, ScoreRecord
from engine.faces import NO_FACES
from engine.lab.map_album import AlbumMap, make_map, open_map
from engine.lab.map_file import folder_of, load_map, map_file
from engine.lab.map_options import MapError, MapOptions
from engine.lab.photos import LabPhotos

pytest.importorskip("openTSNE")

MODEL = "m" * 64
QUICK = MapOptions(perplexity=5, early_iterations=50, iterations=50)
COUNT = 40


@pytest.fixture
def catalogue() -> Catalogue:
    """Knows two kinds of contents, 22 of each, one after the other."""
    catalogue, rng = Catalogue(), np.random.default_rng(0)
    digests = [f"{number:064x}" for number in range(44)]
    catalogue.remember_contents([(digest, ContentRecord((8, 8), None, NO_FACES, None)) for digest in digests])
    kinds = rng.normal(0, 3, (2, 16))
    scores = [
        (digest, ScoreRecord(0.0, 50.0, (kinds[number % 2] + rng.normal(0, 0.3, 16)).astype(np.float32)))
        for number, digest in enumerate(digests)
    ]
    catalogue.remember_scores(MODEL, scores)
    return catalogue


def album(numbers: range | list[int], folder: str = "/photos") -> LabPhotos:
    contents = np.array(list(numbers), np.int64)
    paths = tuple(Path(folder) / str(place % 3) / f"{place}.jpg" for place in range(len(contents)))
    return LabPhotos(paths, contents, np.linspace(99, 1, len(contents), dtype=np.float32))


def results(task: object) -> list[AlbumMap]:
    return [each for step in task for each in step.results]  # type: ignore[attr-defined]


def test_a_map_is_opened_again_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    photos = album(range(1, 41))
    (made,) = results(make_map(photos, catalogue, MODEL, tmp_path, QUICK))
    (opened,) = results(open_map(photos, catalogue, MODEL, tmp_path))
    np.testing.assert_array_equal(opened.places, made.places)
    assert opened.options == QUICK
    assert opened.new == 0


def test_another_model_or_folder_has_another_map(catalogue: Catalogue, tmp_path: Path) -> None:
    results(make_map(album(range(1, 41)), catalogue, MODEL, tmp_path, QUICK))
    assert not results(open_map(album(range(1, 41)), catalogue, "n" * 64, tmp_path))
    assert not results(open_map(album(range(1, 41), "/elsewhere"), catalogue, MODEL, tmp_path))


def test_a_folder_within_has_the_map_of_the_whole(catalogue: Catalogue, tmp_path: Path) -> None:
    (made,) = results(make_map(album(range(1, 41)), catalogue, MODEL, tmp_path, QUICK))
    within = album(range(1, 41)).those(np.arange(0, 40, 3))
    assert folder_of(within.paths) == Path("/photos/0")
    (opened,) = results(open_map(within, catalogue, MODEL, tmp_path))
    np.testing.assert_array_equal(opened.places, made.places[::3])


def test_gone_photos_are_left_out_and_new_ones_placed_among_their_like(catalogue: Catalogue, tmp_path: Path) -> None:
    (made,) = results(make_map(album(range(1, 41)), catalogue, MODEL, tmp_path, QUICK))
    now = album([*range(5, 41), 41, 42, 43, 44])
    (opened,) = results(open_map(now, catalogue, MODEL, tmp_path))
    assert len(opened.photos) == 40
    assert opened.new == 4
    np.testing.assert_array_equal(opened.places[:36], made.places[4:])
    for place, content in zip(opened.places[36:], opened.photos.contents[36:], strict=True):
        nearest = np.linalg.norm(opened.places[:36] - place, axis=1).argmin()
        assert opened.photos.contents[nearest] % 2 == content % 2
    # They keep their places, and what made the map is still told apart from them.
    (again,) = results(open_map(now, catalogue, MODEL, tmp_path))
    np.testing.assert_array_equal(again.places, opened.places)
    assert again.new == 0
    assert load_map(map_file(tmp_path, folder_of(now.paths), MODEL), MODEL).laid_out == COUNT


def test_copies_lie_beside_each_other(catalogue: Catalogue, tmp_path: Path) -> None:
    (made,) = results(make_map(album([*range(1, 41), 7, 7]), catalogue, MODEL, tmp_path, QUICK))
    copies = made.places[made.photos.contents == 7]
    span = np.ptp(made.places, axis=0).max()
    assert len(np.unique(copies, axis=0)) == 3
    assert np.ptp(copies, axis=0).max() < span / 5


def test_a_stopped_map_leaves_no_file(catalogue: Catalogue, tmp_path: Path) -> None:
    task = make_map(album(range(1, 41)), catalogue, MODEL, tmp_path, QUICK)
    while next(task).note != "laying photos out":
        pass
    task.close()  # type: ignore[attr-defined]  # a generator
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "nan"])
def test_a_damaged_map_is_said_and_made_anew(catalogue: Catalogue, tmp_path: Path, damage: str) -> None:
    photos = album(range(1, 41))
    results(make_map(photos, catalogue, MODEL, tmp_path, QUICK))
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    places = load_map(file, MODEL).places.tobytes()
    file.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "text": b"no map at all",
            "empty": b"",
            "nan": content.replace(places, np.full(2 * COUNT, np.nan, np.float32).tobytes()),
        }[damage]
    )
    with pytest.raises(MapError, match=file.name):
        results(open_map(photos, catalogue, MODEL, tmp_path))
    results(make_map(photos, catalogue, MODEL, tmp_path, QUICK))
    assert len(results(open_map(photos, catalogue, MODEL, tmp_path))) == 1


def test_a_map_that_cannot_be_kept_is_given_all_the_same(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file where the folder should be")
    task = make_map(album(range(1, 41)), catalogue, MODEL, tmp_path / "maps", QUICK)
    given: list[AlbumMap] = []
    with pytest.raises(MapError, match="cannot be kept"):
        given.extend(each for step in task for each in step.results)
    assert len(given) == 1
