"""Which photos of a library are takes of one moment, or copies of each other; and the best of each group.

Told by the time at which a photo was taken and by the network's embedding, without looking at a picture again. The
embedding is made to judge photos, not to recognise them: two people who sit for the same kind of portrait are as close
in it as two takes of one person. So the time speaks first; without it only what is all but the same photo is a group.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from engine.pixels import Floats
from engine.progress import Progress

Numbers = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]
# A photo, and another one of its group.
Link = tuple[int, int]

# Distances are cosine distances of embeddings. Frames of 17 clips up to 3 s apart are within this distance in 97 of 100
# cases, two photos of different people of one origin in 11, any two different photos in 7.
MOMENT_S, MOMENT_DISTANCE = 3.0, 0.06
# Takes of one scene: the neutral and the smiling portrait of a person in a studio are so close in 79 of 100 cases. Of
# 380 portraits of different people, one each 10 s, all but a few true copies stay alone; of 102 people in one studio's
# framing, 17 % are put together, at twice the distance 75 %. What is missed costs less than what is hidden.
SCENE_S, SCENE_DISTANCE = 60.0, 0.01
# Copies, whenever taken: 88 of 100 photos saved anew as JPEG of quality 85, 47 of 100 cropped by 4 % and 42 of 100
# halved in size are so close. Of 3.7 million pairs of different photos none is; of studio pairs of one person a fifth.
COPY_DISTANCE = 0.005
# Copies score alike: 95 of 100 saved anew are within this logit.
COPY_LOGIT = 0.2
# Of a moment's open groups, a photo is compared with the latest alone: a folder whose photos all bear one date.
OPEN_BURSTS = 32

# Photos are looked at in blocks, and first through a shadow of their embeddings of so many numbers, whose distance is
# never larger than the true one.
_BLOCK = 256
_SHADOW = 64
_ROUNDING = 1e-5


def group_photos(times_s: npt.NDArray[np.float64], embeddings: Numbers, logits: Numbers) -> npt.NDArray[np.int32]:
    """Group takes of one moment and copies of one photo; the order of the photos does not matter.

    A take joins the burst whose first photo it is close to, and so a burst never drifts away from its first photo; two
    bursts become one group where they share a copy.

    Args:
        times_s: float64 (N,), when each photo was taken in seconds of any one clock; NaN where it is not known.
        embeddings: float16 or float32 (N, E), of `Scorer.score_and_embed`; a row that is not finite is alone.
        logits: (N,), of the same; NaN is no copy of anything.

    Returns:
        int32 (N,), the number of each photo's group, counted from 0 as they first appear; alone is a group of one.

    Raises:
        ValueError: the lengths differ.
    """
    *_, last = grouping(times_s, embeddings, logits)
    return last.results[0]


def grouping(
    times_s: npt.NDArray[np.float64], embeddings: Numbers, logits: Numbers
) -> Iterator[Progress[npt.NDArray[np.int32]]]:
    """Group photos as `group_photos` does, in steps of a few photos; the groups are the result of the last one.

    Raises:
        ValueError: the lengths differ.
    """
    if not len(times_s) == len(embeddings) == len(logits):
        raise ValueError(f"{len(times_s)} times, {len(embeddings)} embeddings and {len(logits)} logits")
    known, fingerprints = _fingerprints(embeddings)
    group_of = list(range(len(times_s)))
    total = 2 * len(times_s)
    bursts, copies = _bursts(times_s, embeddings, known, fingerprints), _copies(embeddings, logits, known, fingerprints)
    for done, links in enumerate(chain(bursts, copies), 1):
        for photo, first in links:
            group_of[_root(group_of, photo)] = _root(group_of, first)
        yield Progress(min(done * _BLOCK, total), total, "comparing photos")
    roots = [_root(group_of, photo) for photo in range(len(group_of))]
    numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
    yield Progress(total, total, "compared", (np.array([numbers[root] for root in roots], np.int32),))


def keep_best(groups: npt.NDArray[np.int32], logits: Numbers, count: int) -> npt.NDArray[np.bool_]:
    """Which photos are among the best of their group.

    Args:
        groups: int32 (N,), of `group_photos`.
        logits: (N,), what makes a photo better, in any unit; NaN comes last.
        count: how many to keep of each group, 1 or more.

    Returns:
        bool (N,).

    Raises:
        ValueError: nothing is to be kept.
    """
    if count < 1:
        raise ValueError("keep at least one photo of each group")
    order = np.lexsort((-np.asarray(logits, np.float64), groups))
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    kept = np.zeros(len(order), bool)
    kept[order] = place < count
    return kept


@dataclass(eq=False)
class _Burst:
    """Takes of one moment so far: the first photo and its unit embedding, and the time of the latest."""

    first: int
    unit: Floats
    last_s: float


def _bursts(
    times_s: npt.NDArray[np.float64], embeddings: Numbers, known: npt.NDArray[np.bool_], fingerprints: Numbers
) -> Iterator[list[Link]]:
    """Each photo that follows another in time and looks like the first of its burst, with that first one; by blocks."""
    timed = np.flatnonzero(known & np.isfinite(times_s))
    order = timed[np.lexsort((fingerprints[timed], times_s[timed]))]
    bursts: list[_Burst] = []
    links: list[Link] = []
    for number, (photo, unit) in enumerate(_with_units(embeddings, order), 1):
        now = float(times_s[photo])
        bursts = [burst for burst in bursts if now - burst.last_s <= SCENE_S][-OPEN_BURSTS:]
        home = _home(bursts, unit, now)
        if home is None:
            bursts.append(_Burst(photo, unit, now))
        else:
            links.append((photo, home.first))
            home.last_s = now
            bursts.remove(home)
            bursts.append(home)
        if number % _BLOCK == 0 or number == len(order):
            yield links
            links = []


def _home(bursts: list[_Burst], unit: Floats, now_s: float) -> _Burst | None:
    """The burst that a photo belongs to: of those that it is close enough to, the closest."""
    if not bursts:
        return None
    distances = _distances(unit[None], np.stack([burst.unit for burst in bursts]))[0]
    limits = np.array([MOMENT_DISTANCE if now_s - burst.last_s <= MOMENT_S else SCENE_DISTANCE for burst in bursts])
    nearest = int(np.where(distances <= limits, distances, np.inf).argmin())
    return bursts[nearest] if distances[nearest] <= limits[nearest] else None


def _copies(
    embeddings: Numbers, logits: Numbers, known: npt.NDArray[np.bool_], fingerprints: Numbers
) -> Iterator[list[Link]]:
    """Each photo that is all but the same as another, with that one, the first of its kind by logit; by blocks."""
    scored = np.flatnonzero(known & np.isfinite(logits))
    order = scored[np.lexsort((fingerprints[scored], logits[scored]))]
    logit, shadow = np.asarray(logits, np.float64)[order], _shadows(embeddings, order)
    is_first = np.ones(len(order), bool)
    for start in range(0, len(order), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(order)))
        window = np.searchsorted(logit, logit[start] - COPY_LOGIT)
        columns = np.concatenate([window + np.flatnonzero(is_first[window:start]), rows])
        near = _distances(shadow[rows], shadow[columns]) <= COPY_DISTANCE + _ROUNDING
        near &= (columns < rows[:, None]) & (logit[rows, None] - logit[columns] <= COPY_LOGIT)
        some_rows, some_columns = near.any(axis=1), near.any(axis=0)
        rows, columns, near = rows[some_rows], columns[some_columns], near[some_rows][:, some_columns]
        near &= _distances(_units(embeddings[order[rows]]), _units(embeddings[order[columns]])) <= COPY_DISTANCE
        links: list[Link] = []
        for row, is_near in zip(rows, near, strict=True):
            firsts = columns[is_near & is_first[columns]]
            if len(firsts):
                is_first[row] = False
                links.append((int(order[row]), int(order[firsts[0]])))
        yield links


def _fingerprints(embeddings: Numbers) -> tuple[npt.NDArray[np.bool_], Numbers]:
    """Bool (N,), whether an embedding is finite; float64 (N,), a number of it that tells equal times and logits apart.

    The number depends on nothing but the row, so that the order of the photos has no say.
    """
    weights = np.random.default_rng(0).standard_normal(embeddings.shape[1])
    sums = [(row * weights).sum(axis=1) for row in _blocks(embeddings)]
    fingerprints = np.concatenate(sums) if sums else np.empty(0)
    return np.isfinite(fingerprints), fingerprints


def _shadows(embeddings: Numbers, order: Indices) -> Floats:
    """Unit embeddings (M, E), in this order, seen from the directions of a few of them: float32 (M, 64 or fewer).

    Orthonormal directions never make a distance larger.
    """
    some = order[:: max(1, len(order) // _SHADOW)][:_SHADOW]
    directions, _ = np.linalg.qr(_units(embeddings[some]).T)
    shadows = [_units(embeddings[order[start : start + _BLOCK]]) @ directions for start in range(0, len(order), _BLOCK)]
    return np.concatenate(shadows) if shadows else np.empty((0, 1), np.float32)


def _with_units(embeddings: Numbers, order: Indices) -> Iterator[tuple[int, Floats]]:
    """Photos in this order, each with its unit embedding, float32 (E,)."""
    for start in range(0, len(order), _BLOCK):
        rows = order[start : start + _BLOCK]
        yield from zip(rows.tolist(), _units(embeddings[rows]), strict=True)


def _blocks(embeddings: Numbers) -> Iterator[Floats]:
    for start in range(0, len(embeddings), _BLOCK):
        yield embeddings[start : start + _BLOCK].astype(np.float32)


def _units(embeddings: Numbers) -> Floats:
    """Embeddings of length 1, float32; zeros stay."""
    rows = embeddings.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def _distances(some: Floats, others: Floats) -> Floats:
    """Half the squared distances of rows, (A, E) and (B, E) to (A, B): of units, the cosine distance."""
    squares = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    return np.asarray(squares / 2 - some @ others.T, np.float32)


def _root(group_of: list[int], photo: int) -> int:
    """The photo that stands for a photo's group; on the way, paths are halved."""
    while group_of[photo] != photo:
        group_of[photo] = group_of[group_of[photo]]
        photo = group_of[photo]
    return photo
