"""The photos that the lab works on."""

from pathlib import Path

from engine.album import Album
from engine.catalogue import Catalogue
from engine.lab.photos import LabPhotos
from engine.photo_filter import PhotoFilter
from engine.scan import scan
from engine.scoring import load_scorer


def test_best_first_and_without_bad_files(folder: Path) -> None:
    with Catalogue() as catalogue:
        scorer = load_scorer()
        for _ in scan([folder], catalogue, scorer):
            pass
        album = Album(scorer.card)
        album.add_listed(catalogue.list_photos(scorer.card.model_sha256, [folder]))
    photos = LabPhotos.of_album(album)
    assert len(photos) == 6
    assert list(photos.points) == sorted(photos.points, reverse=True)
    assert photos.paths[0] == album.path(int(album.select(PhotoFilter())[0]))
