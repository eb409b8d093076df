"""The map of an album: made, kept, opened again, and new photos placed on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.catalogue import Catalogue
from engine.lab.map_embedding import embed
from engine.lab.map_file import (
    SavedMap,
    digests_as_rows,
    folder_of,
    load_map,
    map_file,
    map_files,
    save_map,
)
from engine.lab.map_options import MapError, MapOptions
from engine.lab.photos import LabPhotos
from engine.pixels import Floats, Pixels
from engine.progress import Progress

# A saved map serves if it knows at least this share of the photos: the others are placed on it.
KNOWN_SHARE = 0.5
# A new photo goes into the middle of so many that are most like it: measured on 300 photos that were left out of a map
# of 5,000, that keeps more of their neighbours than openTSNE's `transform` does, in an eighth of its time.
_PLACED_BY = 5
_PLACED_AT_ONCE = 500
# How far a copy lies from its first, in ways between two photos of an even map; each next one further, on a spiral.
_COPY_WAY, _GOLDEN_ANGLE = 0.3, 2.39996


@dataclass(frozen=True)
class AlbumMap:
    """N photos on a plane.

    Attributes:
        photos: best first, those that the model has embeddings of.
        places: float32 (N, 2); copies of one content lie beside each other.
        options: how the map was made.
        new: how many were placed on it just now.
    """

    photos: LabPhotos
    places: Floats
    options: MapOptions
    new: int = 0


def maps_folder(catalogue_file: Path) -> Path:
    """Where the maps of a catalogue's photos are kept."""
    return catalogue_file.parent / "maps"


def make_map(
    photos: LabPhotos, catalogue: Catalogue, model_sha256: str, maps: Path, options: MapOptions
) -> Iterator[Progress[AlbumMap]]:
    """Lay photos out anew and keep the map; stopped before its end, it leaves no file.

    Args:
        maps: the folder that holds all maps.

    Raises:
        MapError: there are too few photos, or openTSNE is missing; or the map, which was given, cannot be kept.
    """
    contents = np.unique(photos.contents)
    yield Progress(0, 100, "reading what the network saw")
    numbers, embeddings = catalogue.embedding_table(model_sha256, contents.tolist())
    digests = catalogue.digests(numbers)
    for step in embed(embeddings, options):
        if not step.results:
            yield Progress(step.done, step.total, step.note)
            continue
        (made,) = step.results
        vectors, laid_out = made.vectors.astype(np.float16), len(numbers)
        rows = digests_as_rows([digests[number] for number in numbers])
        saved = SavedMap(model_sha256, options, made.projection, rows, vectors, made.places, laid_out)
        row_of = {number: row for row, number in enumerate(numbers)}
        yield Progress(step.done, step.total, step.note, (_of_photos(photos, row_of, saved, new=0),))
        save_map(saved, map_file(maps, folder_of(photos.paths), model_sha256))


def open_map(photos: LabPhotos, catalogue: Catalogue, model_sha256: str, maps: Path) -> Iterator[Progress[AlbumMap]]:
    """The saved map of photos, new ones placed on it; without a result where there is none.

    Raises:
        MapError: it is damaged, or cannot be kept with the new photos, which were given.
    """
    digests = catalogue.digests(np.unique(photos.contents).tolist())
    for file in map_files(maps, folder_of(photos.paths), model_sha256):
        yield Progress(0, 2, "opening the map")
        saved = load_map(file, model_sha256)
        row_by_digest = {digest.tobytes(): row for row, digest in enumerate(saved.digests)}
        row_of = {
            number: row_by_digest[raw]
            for number, digest in digests.items()
            if (raw := bytes.fromhex(digest)) in row_by_digest
        }
        if len(row_of) < KNOWN_SHARE * len(digests):
            continue
        missing = [number for number in digests if number not in row_of]
        yield Progress(1, 2, "placing new photos")
        numbers, embeddings = catalogue.embedding_table(model_sha256, missing) if missing else ([], saved.places)
        if numbers:
            row_of |= {number: len(saved.places) + place for place, number in enumerate(numbers)}
            saved = _with_new(saved, digests_as_rows([digests[number] for number in numbers]), embeddings)
        new = int(np.isin(photos.contents, numbers).sum())
        yield Progress(2, 2, "opened", (_of_photos(photos, row_of, saved, new),))
        if numbers:
            save_map(saved, file)
        return


def _with_new(saved: SavedMap, digests: Pixels, embeddings: Floats) -> SavedMap:
    if embeddings.shape[1] != len(saved.projection.mean):
        raise MapError("The saved map is of another network.")
    vectors = saved.projection.of(embeddings)
    return saved.with_placed(digests, vectors, place_new(saved, vectors))


def place_new(saved: SavedMap, vectors: Floats) -> Floats:
    """Where embeddings belong on a map that stays as it is: amid those of it that are nearest.

    Args:
        vectors: (M, D), along the map's axes.

    Returns:
        float32 (M, 2).
    """
    known = saved.vectors[: saved.laid_out].astype(np.float32)
    squares = (known * known).sum(axis=1)
    count = min(_PLACED_BY, len(known))
    places = np.empty((len(vectors), 2), np.float32)
    for start in range(0, len(vectors), _PLACED_AT_ONCE):
        block = vectors[start : start + _PLACED_AT_ONCE].astype(np.float32)
        # The square of the vector itself changes nothing in the order.
        order = squares - 2 * block @ known.T
        nearest = np.argpartition(order, count - 1, axis=1)[:, :count]
        places[start : start + _PLACED_AT_ONCE] = np.median(saved.places[nearest], axis=1)
    return places


def _of_photos(photos: LabPhotos, row_of: dict[int, int], saved: SavedMap, new: int) -> AlbumMap:
    """The photos that are on a map: what is gone is left out."""
    kept = photos.those(np.flatnonzero(np.isin(photos.contents, list(row_of))))
    rows = np.array([row_of[content] for content in kept.contents.tolist()], np.int64)
    return AlbumMap(kept, _apart(saved.places[rows], kept.contents), saved.options, new)


def _apart(places: Floats, contents: npt.NDArray[np.int64]) -> Floats:
    """Let copies of one content, which have one place, lie beside each other."""
    order = np.argsort(contents, kind="stable")
    ordered = contents[order]
    first = np.searchsorted(ordered, ordered)
    rank = np.empty(len(contents), np.int64)
    rank[order] = np.arange(len(contents)) - first
    spans = places.max(axis=0) - places.min(axis=0)
    way = _COPY_WAY * float(np.sqrt(max(spans[0] * spans[1], 1e-12) / len(places))) * np.sqrt(rank)
    turn = _GOLDEN_ANGLE * rank
    aside = np.stack([way * np.cos(turn), way * np.sin(turn)], axis=1).astype(np.float32)
    return places + aside
