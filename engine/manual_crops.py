"""A person's own crops, remembered by content and shape: a photo that is moved or renamed keeps them.

No search and no batch replaces one. The table is told in `engine.catalogue_schema`.
"""

from engine.catalogue import Catalogue
from engine.geometry import Box


def remember_crop(catalogue: Catalogue, content_sha256: str, shape: str, box: Box | None) -> None:
    """Store a person's crop of a content at a shape; None forgets it.

    Args:
        catalogue: where to.
        content_sha256: of the photo's file.
        shape: the name of an `Aspect`.
        box: in pixels of the upright, full-size photo.

    Raises:
        CatalogueError: it cannot be written.
    """
    with catalogue.transaction() as database:
        if box is None:
            database.execute("DELETE FROM own_crops WHERE sha256 = ? AND shape = ?", (content_sha256, shape))
        else:
            database.execute(
                "INSERT OR REPLACE INTO own_crops VALUES (?, ?, ?, ?, ?, ?)", (content_sha256, shape, *box.xyxy)
            )


def recall_crops(catalogue: Catalogue, content_sha256: str) -> dict[str, Box]:
    """A person's crops of a content, by the name of their shape.

    Raises:
        CatalogueError: it cannot be read.
    """
    query = "SELECT shape, x0, y0, x1, y1 FROM own_crops WHERE sha256 = ?"
    with catalogue.transaction() as database:
        return {shape: Box(*corners) for shape, *corners in database.execute(query, (content_sha256,))}


def crops_of_shape(catalogue: Catalogue, shape: str) -> dict[str, Box]:
    """All of a person's crops at a shape, by the sha256 of their content.

    Raises:
        CatalogueError: they cannot be read.
    """
    query = "SELECT sha256, x0, y0, x1, y1 FROM own_crops WHERE shape = ?"
    with catalogue.transaction() as database:
        return {content: Box(*corners) for content, *corners in database.execute(query, (shape,))}
