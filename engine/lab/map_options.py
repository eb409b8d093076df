"""How a map is made, and what is said where it cannot be."""

from dataclasses import dataclass
from importlib.util import find_spec

from engine.errors import EngineError
from engine.lab import HOW_TO_INSTALL

FEWEST_PHOTOS = 10


class MapError(EngineError):
    """A map cannot be made, read or kept; the message says why."""


@dataclass(frozen=True)
class MapOptions:
    """Settings of t-SNE (van der Maaten and Hinton, JMLR 2008); saved with the map.

    Attributes:
        perplexity: how many neighbours a photo should lie near, roughly: few make many small islands, many a smooth
            landscape. At most a third of the photos are used, whatever is asked for.
        seed: of the little noise that the photos begin with: another seed, another map.
        dimensions: of the embeddings are kept, by principal components: the rest is mostly noise, and costs time.
        early_exaggeration: how much stronger photos attract each other in the first iterations, when islands form.
        early_iterations: so many of those.
        exaggeration: the same in all other iterations; above 1, islands are tighter and further apart.
        iterations: so many of those.
    """

    perplexity: float = 30.0
    seed: int = 0
    dimensions: int = 50
    early_exaggeration: float = 12.0
    early_iterations: int = 250
    exaggeration: float = 1.0
    iterations: int = 500


def check_installed() -> None:
    """Look for the library without loading it, which takes seconds.

    Raises:
        MapError: with what to install.
    """
    if find_spec("openTSNE") is None:
        raise MapError(f"The map needs openTSNE: {HOW_TO_INSTALL}")
