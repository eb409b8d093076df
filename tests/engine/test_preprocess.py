import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.preprocess import letterbox, network_input


@settings(max_examples=40)
@given(st.integers(1, 700), st.integers(1, 700))
def test_a_picture_is_letterboxed_never_squashed(width: int, height: int) -> None:
    square = letterbox(np.full((height, width, 3), 255, np.uint8))
    assert square.shape == (224, 224, 3)
    white = (square == 255).all(axis=2)
    shown_h, shown_w = white.any(axis=1).sum(), white.any(axis=0).sum()
    assert max(shown_h, shown_w) == 224
    assert abs(shown_w - 224 * min(1, width / height)) <= 1
    assert abs(shown_h - 224 * min(1, height / width)) <= 1
    assert (square[~white] == 127).all()


def test_network_input_is_normalised_and_channels_first() -> None:
    square = np.zeros((224, 224, 3), np.uint8)
    square[..., 0] = 255
    batch = network_input([square, square])
    assert batch.shape == (2, 3, 224, 224)
    assert batch.dtype == np.float32
    assert batch[0, 0].min() == 1.0
    assert batch[0, 1].max() == -127 / 128
