"""The facts of photos that a score may move with: what each is called, and its column over an album."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Catalogue
from engine.checkpoint import ModelCard
from engine.groups import grouping
from engine.lab.likes_statistics import Mask, Numbers
from engine.lab.photos import LabPhotos
from engine.progress import Progress

# Below this colourfulness there is no colour but that of compression; a faded photo has about 8.
GREY_BELOW = 3.0
MOST_PEOPLE = 4.0


@dataclass(frozen=True)
class Fact:
    """A fact, in words.

    Attributes:
        name: its column.
        title: for a chart.
        unit: for a chart's axis and for numbers in sentences.
        scale: what a value is multiplied by to be told in that unit.
        digits: behind the point.
        family: facts of one family are not held against each other: they are nearly one.
        more: what photos have that are high in it, after "photos with".
        less: what photos have that are low in it.
        do_more: what to do where more of it goes with a better score.
        do_less: what to do where less of it does, after "don't" where it begins so.
        change: the change by hand that moves it, and in which direction; None where none was made.
    """

    name: str
    title: str
    unit: str
    scale: float
    digits: int
    family: str
    more: str
    less: str
    do_more: str
    do_less: str
    change: tuple[str, int] | None = None

    def told(self, value: float) -> str:
        """A value with its unit."""
        return f"{value * self.scale:.{self.digits}f}{_space(self.unit)}{self.unit}".replace("-", "−")


def _space(unit: str) -> str:
    return "" if unit in ("", "°") else "\N{NO-BREAK SPACE}"


FACTS: tuple[Fact, ...] = (
    Fact(
        *("face_height", "Height of the face", "% of the height", 100, 0, "size"),
        *("a larger face", "a smaller face", "Come nearer: a larger face", "Step back: a smaller face"),
        ("face height", 1),
    ),
    Fact(
        *("face_share", "Share of the face", "% of the photo", 100, 0, "size"),
        *("a face that takes more of the photo", "a face that takes less of it"),
        *("Let the face take more of the photo", "Let the face take less of the photo"),
        ("face height", 1),
    ),
    Fact(
        *("off_centre", "Off the middle, sideways", "% of the width", 100, 0, "sideways"),
        *("a face further aside", "a face nearer to the middle"),
        *("Place the face aside from the middle", "Don't place the face aside: keep it near the middle"),
        ("sideways", 1),
    ),
    Fact(
        *("face_y", "Place of the face, from the top", "% of the height", 100, 0, "height"),
        *("a face further down", "a face further up"),
        *("Place the face further down", "Place the face further up"),
        ("upwards", -1),
    ),
    Fact(
        *("headroom", "Room above the face", "face heights", 1, 2, "height"),
        *("room above the face", "the forehead at the edge or cut"),
        *("Leave room above the face", "Don't leave much room above the face"),
        ("upwards", -1),
    ),
    Fact(
        *("tilt", "Tilt of the head, to either side", "°", 1, 0, "tilt"),
        *("a tilted head", "an upright head", "Tilt the head", "Don't tilt the head"),
        ("tilt", 1),
    ),
    Fact(
        *("sharpness", "Sharpness", "of 1", 1, 2, "sharpness"),
        *("a sharper face", "a softer face", "Get the face sharp", "Keep the face soft"),
        ("blur", -1),
    ),
    Fact(
        *("brightness", "Light on the face", "of 255", 1, 0, "light"),
        *("more light on the face", "less light on the face"),
        *("Get more light on the face", "Get less light on the face"),
        ("brightness", 1),
    ),
    Fact(
        *("contrast", "Contrast", "of 128", 1, 0, "light"),
        *("more contrast", "less contrast", "Look for contrast", "Look for soft light, with little contrast"),
        ("contrast", 1),
    ),
    Fact(
        *("blown", "Burnt out", "% of the photo", 100, 1, "light"),
        *("burnt-out parts", "nothing burnt out", "Let some of it burn out", "Don't let highlights burn out"),
    ),
    Fact(
        *("crushed", "Black shadows", "% of the photo", 100, 1, "light"),
        *("black shadows", "no black shadows", "Let shadows go black", "Don't let shadows go black"),
    ),
    Fact(
        *("colourfulness", "Colourfulness", "of 150", 1, 0, "colour"),
        *("stronger colours", "weaker colours", "Look for strong colours", "Look for quiet colours"),
        ("saturation", 1),
    ),
    Fact(
        *("black_and_white", "Black and white", "", 1, 0, "colour"),
        *("no colours", "colours", "Make it black and white", "Keep the colours"),
        ("black and white", 1),
    ),
    Fact(
        *("people", "People in it", "", 1, 0, "people"),
        *("more people", "fewer people", "Bring more people in", "Don't crowd it: fewer people"),
    ),
    Fact(
        *("eyes_closed", "Shut eyes", "", 1, 0, "eyes"),
        *("shut eyes", "open eyes", "Shut the eyes", "Don't shut the eyes"),
    ),
    Fact(
        *("smile", "Smile", "% of a broad one", 100, 0, "smile"),
        *("a broader smile", "less of a smile", "Smile", "Don't smile broadly"),
    ),
    Fact(
        *("upright", "Shape: height by width", "", 1, 2, "shape"),
        *("an upright shape", "a square or wide shape", "Choose an upright shape", "Choose a square or wide shape"),
    ),
)
FACTS_BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}
# Held where groups of photos are compared that differ in something else: light, sharpness and framing.
HELD_FACTS = (
    *("brightness", "contrast", "blown", "crushed", "colourfulness", "sharpness"),
    *("face_height", "off_centre", "face_y", "headroom", "tilt"),
)


@dataclass(frozen=True)
class FactTable:
    """N photos and what is known of them.

    Attributes:
        points: (N,), their scores.
        columns: (N,) by the names of `FACTS`, NaN where not known.
        clusters: int (N,), equal for takes of one moment, or photos of one person.
    """

    points: Numbers
    columns: Mapping[str, Numbers]
    clusters: np.ndarray

    def __len__(self) -> int:
        return len(self.points)

    def at(self, rows: np.ndarray) -> "FactTable":
        """Some of the photos, by their places or by a mask."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return FactTable(self.points[rows], columns, self.clusters[rows])

    def with_columns(self, more: Mapping[str, Numbers]) -> "FactTable":
        """The same photos with more facts."""
        return FactTable(self.points, {**self.columns, **more}, self.clusters)


def fact_table(
    photos: LabPhotos, catalogue: Catalogue, card: ModelCard, persons: Sequence[str | None] = ()
) -> Iterator[Progress[FactTable]]:
    """What the catalogue knows of photos; the table is the result of the last step.

    Args:
        photos: N of them.
        catalogue: that knows them.
        card: of the model, by whose embeddings takes of one moment are told.
        persons: (N,), whom each photo shows, None where not known; empty where it is not known at all.

    Raises:
        CatalogueError: the catalogue stopped working.
    """
    stored = catalogue.fact_columns()
    place = np.full(int(stored["content"].max(initial=-1)) + 2, -1)
    place[stored["content"].astype(np.int64)] = np.arange(len(stored["content"]))
    rows = place[photos.contents]
    columns = {name: np.where(rows >= 0, values[rows], np.nan) for name, values in stored.items()}
    clusters = np.arange(len(photos)) + len(photos)
    numbers, embeddings = catalogue.embedding_table(card.model_sha256, photos.contents.tolist())
    place_of = {int(content): place for place, content in enumerate(photos.contents)}
    places = np.array([place_of[number] for number in numbers], np.int64)
    if len(places):
        reference = card.reference_logits
        logits = np.interp(photos.points[places], np.linspace(0, 100, len(reference)), reference)
        for step in grouping(columns["taken"][places], embeddings, logits):
            yield Progress(step.done, step.total, step.note)
            for groups in step.results:
                clusters[places] = groups
    # Copies are one content.
    clusters = clusters[np.array([place_of[int(content)] for content in photos.contents], np.int64)]
    table = FactTable(photos.points.astype(np.float64), _as_facts(columns), _by_person(clusters, persons))
    yield Progress(1, 1, "", (table,))


def _as_facts(stored: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """The columns of `FACTS` from those of the catalogue; without facts of an older program, NaN."""
    is_measured = np.isfinite(stored["brightness"])
    top = stored["face_y"] - stored["face_height"] / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        made: dict[str, Numbers] = {
            "off_centre": np.abs(stored["face_x"] - 0.5),
            "headroom": np.maximum(top, 0) / stored["face_height"],
            "tilt": np.abs(stored["tilt"]),
            "black_and_white": _where(is_measured, stored["colourfulness"] < GREY_BELOW),
            "people": np.where(is_measured, np.minimum(stored["faces"], MOST_PEOPLE), np.nan),
            "eyes_closed": _where(stored["eyes_read"] > 0, stored["eyes_closed"] > 0),
            "upright": stored["height"] / stored["width"],
        }
    return {fact.name: made.get(fact.name, stored.get(fact.name, np.empty(0))) for fact in FACTS}


def _where(known: Mask, holds: Mask) -> Numbers:
    return np.where(known, holds.astype(np.float64), np.nan)


def _by_person(clusters: np.ndarray, persons: Sequence[str | None]) -> np.ndarray:
    """A number for each photo: the person's where one is known, else that of its group of takes and copies."""
    known = {person: -1 - number for number, person in enumerate(dict.fromkeys(p for p in persons if p))}
    return np.array(
        [known[person] if person else cluster for person, cluster in zip(persons, clusters, strict=True)]
        if len(persons)
        else clusters,
        np.int64,
    )
