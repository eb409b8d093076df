"""Why one photo of a stack was chosen, in a sentence."""

from collections.abc import Sequence

from engine.album import PhotoRow
from engine.catalogue import Catalogue
from engine.photo_facts import PhotoFacts
from engine.reasons import why_best

# A burst of hundreds is judged by its best.
MOST_OTHERS = 20


def why_chosen(photo: PhotoRow, stack: Sequence[PhotoRow], catalogue: Catalogue) -> str:
    """Say what the best of a stack has over the rest, or what a photo lacks against the best; "" where it stands alone.

    Args:
        photo: the one that is looked at.
        stack: best first, the photo among them.
        catalogue: knows their facts.
    """
    if len(stack) < 2:
        return ""
    best, others = stack[0], stack[1:][:MOST_OTHERS]
    chosen = photo.content == best.content
    rivals = others if chosen else [photo]
    facts = _facts_of(best, catalogue)
    rival_facts = [known for rival in rivals if (known := _facts_of(rival, catalogue))]
    if facts is None or not rival_facts:
        return ""
    said = why_best(facts, rival_facts, best.points, [rival.points for rival in rivals if rival.points is not None])
    if chosen:
        return f"Best of {len(stack)} alike photos. {said}."
    return f"Of {len(stack)} alike photos {best.path.name} is better: {said[0].lower()}{said[1:]}."


def _facts_of(photo: PhotoRow, catalogue: Catalogue) -> PhotoFacts | None:
    found = catalogue.recall_content(photo.content)
    return found[1].facts if found else None
