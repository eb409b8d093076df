"""A map kept in a file: safetensors with its settings as JSON, so that opening one never runs code.

A photo is told by its content (sha256): renamed and moved photos keep their places. A map belongs to a folder and a
model; for photos below that folder, the map of the nearest folder above them serves.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine.files import temporary_beside
from engine.lab.map_neighbours import Projection
from engine.lab.map_options import MapError, MapOptions
from engine.pixels import Floats, Pixels

Halves = npt.NDArray[np.float16]

FORMAT = "1"
_DIGEST_BYTES = 32


@dataclass(frozen=True)
class SavedMap:
    """N contents on a plane.

    Attributes:
        model_sha256: the model whose embeddings they are laid out by.
        options: how they were laid out.
        projection: by which other embeddings are compared with them.
        digests: uint8 (N, 32), the sha256 of each content.
        vectors: float16 (N, D), their embeddings along the projection's axes.
        places: float32 (N, 2).
        laid_out: the first so many made the map; the others were placed on it later.
    """

    model_sha256: str
    options: MapOptions
    projection: Projection
    digests: Pixels
    vectors: Halves
    places: Floats
    laid_out: int

    def with_placed(self, digests: Pixels, vectors: Floats, places: Floats) -> "SavedMap":
        """The map with more contents on it."""
        return replace(
            self,
            digests=np.concatenate([self.digests, digests]),
            vectors=np.concatenate([self.vectors, vectors.astype(np.float16)]),
            places=np.concatenate([self.places, places.astype(np.float32)]),
        )


def folder_of(paths: Sequence[Path]) -> Path:
    """The folder that all photos lie below; an empty path where they have none in common."""
    try:
        return Path(os.path.commonpath({path.parent for path in paths}))
    except ValueError:  # on several drives
        return Path()


def map_file(maps: Path, folder: Path, model_sha256: str) -> Path:
    """The file of a folder's map.

    Args:
        maps: the folder that holds all maps.
    """
    digest = hashlib.sha256(os.fsencode(folder) + b"\0" + model_sha256.encode()).hexdigest()
    return maps / f"{digest[:32]}.safetensors"


def map_files(maps: Path, folder: Path, model_sha256: str) -> Iterator[Path]:
    """The files of the maps of a folder and of those above it, the nearest first, as far as there are any."""
    for above in (folder, *folder.parents):
        file = map_file(maps, above, model_sha256)
        if file.exists():
            yield file


def save_map(made: SavedMap, file: Path) -> None:
    """Write a map, over an older one.

    Raises:
        MapError: it cannot be written.
    """
    arrays = {
        "mean": made.projection.mean,
        "axes": made.projection.axes,
        "digests": made.digests,
        "vectors": made.vectors,
        "places": made.places,
    }
    words = {
        "format": FORMAT,
        "model_sha256": made.model_sha256,
        "options": json.dumps(asdict(made.options)),
        "laid_out": str(made.laid_out),
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(file) as unfinished:
            save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, unfinished, words)
    except (OSError, SafetensorError) as error:
        raise MapError(f"The map cannot be kept in {file.parent}: {error}") from error


def load_map(file: Path, model_sha256: str) -> SavedMap:
    """Read a map.

    Raises:
        MapError: it is damaged, of another model, or of a newer program.
    """
    try:
        with safe_open(file, framework="numpy") as opened:
            words = opened.metadata() or {}
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  # it is no dict
        if words["format"] != FORMAT or words["model_sha256"] != model_sha256:
            raise ValueError("it was made by another version or model")
        made = SavedMap(
            model_sha256,
            MapOptions(**json.loads(words["options"])),
            Projection(arrays["mean"], arrays["axes"]),
            arrays["digests"],
            arrays["vectors"],
            arrays["places"],
            int(words["laid_out"]),
        )
        _check(made)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise MapError(f"The saved map {file.name} cannot be read ({error}).") from error
    return made


def _check(made: SavedMap) -> None:
    """Raises: ValueError."""
    count, width = made.vectors.shape
    shapes = (made.digests.shape, made.places.shape, made.projection.axes.shape, made.projection.mean.shape)
    if shapes != ((count, _DIGEST_BYTES), (count, 2), (len(made.projection.mean), width), (len(made.projection.mean),)):
        raise ValueError("its parts do not fit together")
    if not 0 < made.laid_out <= count or not np.isfinite(made.places).all():
        raise ValueError("its places are damaged")


def digests_as_rows(digests: Sequence[str]) -> Pixels:
    """Hexadecimal digests as uint8 (N, 32)."""
    return np.frombuffer(bytes.fromhex("".join(digests)), np.uint8).reshape(-1, _DIGEST_BYTES)
