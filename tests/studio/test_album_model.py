from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.faces import NO_FACES
from engine.scan import ScoredPhoto
from engine.scoring import Score
from studio.album_model import AlbumModel


def _photo(number: int, logit: float | None) -> ScoredPhoto:
    score = None if logit is None else Score(logit, 0.5, 50)
    return ScoredPhoto(Path(f"{number}.jpg"), (10, 10), score, NO_FACES, None if score else "damaged")


@given(st.lists(st.one_of(st.none(), st.floats(-5, 5))))
def test_photos_stand_best_first_in_whatever_order_they_come(logits: list[float | None]) -> None:
    model = AlbumModel()
    photos = [_photo(number, logit) for number, logit in enumerate(logits)]
    for photo in photos:
        model.add([photo])
    shown = [model.photo(row) for row in range(model.rowCount())]
    good = [photo.score.logit for photo in shown if photo.score]
    assert good == sorted(good, reverse=True)
    assert all(photo.score is None for photo in shown[len(good) :])
    assert model.bad_files == len(photos) - len(good)
    assert all(shown[model.row_of(photo.path) or 0] == photo for photo in photos)
