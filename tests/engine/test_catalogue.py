import os
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalogue import Catalogue, FileRecord, FileStamp, PhotoRecord
from engine.faces import NO_FACES, Faces

STAMP = FileStamp(12, 34)
# Any bytes that a Linux file name can hold, Unicode or not.
NAMES = st.binary(min_size=1, max_size=40).map(lambda name: name.replace(b"\0", b"0").replace(b"/", b"_"))


@settings(deadline=None, max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True))
def test_every_file_name_is_remembered_as_itself(names: list[bytes]) -> None:
    paths = [Path("/photos") / f"x{os.fsdecode(name)}" for name in names]
    with Catalogue() as catalogue:
        catalogue.remember_files(
            [(path, STAMP, FileRecord(f"digest {number}", None)) for number, path in enumerate(paths)]
        )
        for number, path in enumerate(paths):
            assert catalogue.recall_file(path, STAMP) == FileRecord(f"digest {number}", None)
            assert catalogue.recall_file(path, FileStamp(12, 35)) is None


def test_what_a_model_says_is_remembered_for_that_model_alone(tmp_path: Path) -> None:
    faces = Faces(
        np.array([[1.25, 2, 300.5, 400], [5, 6, 7, 8]], np.float32),
        np.arange(20, dtype=np.float32).reshape(2, 5, 2),
        np.array([0.99, 0.5], np.float32),
    )
    file = tmp_path / "new folder" / "catalogue.sqlite"
    with Catalogue(file) as catalogue:
        catalogue.remember_photos(
            "model", [("one", PhotoRecord(-1.5, (640, 480), faces)), ("two", PhotoRecord(2.0, (3, 4), NO_FACES))]
        )
    with Catalogue(file) as catalogue:
        one, two = catalogue.recall_photo("one", "model"), catalogue.recall_photo("two", "model")
        assert catalogue.recall_photo("one", "another model") is None
        assert catalogue.scored_contents("model") == {"one", "two"}
    assert one is not None
    assert (one.logit, one.size_wh) == (-1.5, (640, 480))
    for kept, said in zip(vars(one.faces).values(), vars(faces).values(), strict=True):
        np.testing.assert_allclose(kept, said, atol=0.006)
    assert two is not None
    assert len(two.faces) == 0
