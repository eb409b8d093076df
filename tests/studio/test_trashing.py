"""Of copies of one photo that are all rejected, one stays."""

import numpy as np

from studio.trashing import without_last_copies


def test_the_last_of_several_copies_stays_and_the_others_go() -> None:
    rows = np.array([7, 3, 9, 1, 4], np.int32)
    gone, spared = without_last_copies(rows, np.array([20, 10, 20, 30, 20]))
    assert (gone.tolist(), spared.tolist()) == ([7, 3, 9, 1], [4])


def test_where_there_are_no_copies_all_go() -> None:
    gone, spared = without_last_copies(np.array([2, 0], np.int32), np.array([5, 6]))
    assert (gone.tolist(), spared.tolist()) == ([2, 0], [])
