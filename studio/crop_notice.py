"""What there is to say of a crop besides its score: who does not fit, and when to leave the photo as it is."""

from collections.abc import Sequence

from engine.crop_search import CropSuggestion
from studio.wording import count


def notice(faces_lost: int, suggestions: Sequence[CropSuggestion], margin: float) -> str:
    """A sentence or two; "" for nothing.

    Args:
        faces_lost: how many the crop cuts or leaves out.
        suggestions: the best crops of its shape, best first; empty while these are searched.
        margin: points that the best one must gain.
    """
    best = suggestions[0] if suggestions else None
    said = []
    if faces_lost:
        rest = ": no crop of this shape keeps all" if best and best.faces_lost else ""
        said.append(f"{count(faces_lost, 'face')} cut or left out{rest}.")
    if best and best.gain < margin:
        gain = round(best.gain, 1)
        told = "gains nothing" if not gain else f"gains {gain:.1f} points" if gain > 0 else f"loses {-gain:.1f} points"
        said.append(f"Leave it as it is: the best crop of this shape {told}.")
    return " ".join(said)
