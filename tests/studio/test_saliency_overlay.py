import numpy as np
from pytestqt.qtbot import QtBot

from studio.saliency_overlay import IMAGE_SIDE, Legend, overlay_image, softened


def test_what_lifts_is_blue_what_lowers_is_orange_and_the_rest_is_seen_through(qtbot: QtBot) -> None:
    effects = np.zeros((6, 6), np.float32)
    effects[1, 1], effects[4, 4] = 3.0, -3.0
    image = overlay_image(effects, (900, 600))
    assert (image.width(), image.height()) == (IMAGE_SIDE, round(IMAGE_SIDE * 600 / 900))
    lifts = image.pixelColor(IMAGE_SIDE * 3 // 12, image.height() * 3 // 12)
    lowers = image.pixelColor(IMAGE_SIDE * 9 // 12, image.height() * 9 // 12)
    assert lifts.blue() > lifts.red() + 100
    assert lowers.red() > lowers.blue() + 100
    assert min(lifts.alpha(), lowers.alpha()) > 180
    assert image.pixelColor(IMAGE_SIDE * 9 // 12, image.height() * 2 // 12).alpha() < 20


def test_a_map_on_which_nothing_counts_is_all_seen_through(qtbot: QtBot) -> None:
    image = overlay_image(np.zeros((4, 4), np.float32), (300, 300))
    assert max(image.pixelColor(x, x).alpha() for x in range(0, IMAGE_SIDE, 8)) == 0


def test_the_legend_says_how_much(qtbot: QtBot) -> None:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_scale(0.41, 2.34)
    assert legend.words == ("lowers the score\nby 0.4 points", "lifts the score\nby 2.3 points")


def test_a_softened_map_has_no_edges_and_keeps_its_shape_and_its_middle() -> None:
    steps = np.kron(np.array([[0, 1, 0, -1]], np.float32), np.ones((100, 100), np.float32))
    soft = softened(steps)
    assert soft.shape == (IMAGE_SIDE // 4, IMAGE_SIDE)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.1
    assert abs(float(soft.mean())) < 0.01
