"""A person's own crops, remembered by content and shape: a photo that is moved or renamed keeps them.

No search and no batch replaces one. The table is told in `engine.catalogue_schema`.
"""

from dataclasses import dataclass

from engine.catalogue import Catalogue
from engine.geometry import Box


@dataclass(frozen=True)
class OwnCrop:
    """A crop that a person made.

    Attributes:
        box: in pixels of the upright, full-size photo.
        angle_deg: what that was levelled by, as `engine.level` has it; the box is of what that left.
    """

    box: Box
    angle_deg: float = 0.0


def remember_crop(catalogue: Catalogue, content_sha256: str, shape: str, crop: OwnCrop | None) -> None:
    """Store a person's crop of a content at a shape; None forgets it.

    Args:
        catalogue: where to.
        content_sha256: of the photo's file.
        shape: the name of an `Aspect`.
        crop: of it.

    Raises:
        CatalogueError: it cannot be written.
    """
    with catalogue.transaction() as database:
        if crop is None:
            database.execute("DELETE FROM own_crops WHERE sha256 = ? AND shape = ?", (content_sha256, shape))
        else:
            database.execute(
                "INSERT OR REPLACE INTO own_crops VALUES (?, ?, ?, ?, ?, ?, ?)",
                (content_sha256, shape, *crop.box.xyxy, crop.angle_deg),
            )


def recall_crops(catalogue: Catalogue, content_sha256: str) -> dict[str, OwnCrop]:
    """A person's crops of a content, by the name of their shape.

    Raises:
        CatalogueError: it cannot be read.
    """
    query = "SELECT shape, angle_deg, x0, y0, x1, y1 FROM own_crops WHERE sha256 = ?"
    with catalogue.transaction() as database:
        rows = database.execute(query, (content_sha256,))
        return {shape: OwnCrop(Box(*corners), angle_deg) for shape, angle_deg, *corners in rows}


def crops_of_shape(catalogue: Catalogue, shape: str) -> dict[str, OwnCrop]:
    """A person's crops at a shape, by the sha256 of their photo's content: those that a batch takes.

    Raises:
        CatalogueError: they cannot be read.
    """
    query = "SELECT sha256, angle_deg, x0, y0, x1, y1 FROM own_crops WHERE shape = ?"
    with catalogue.transaction() as database:
        rows = database.execute(query, (shape,))
        return {content: OwnCrop(Box(*corners), angle_deg) for content, angle_deg, *corners in rows}
