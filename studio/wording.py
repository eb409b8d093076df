"""Words that the rooms and the commands share."""

from collections.abc import Sequence
from pathlib import Path


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 photo", "2 photos"; "2 copies" where the plural is told."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def faces_in_words(number: int) -> str:
    """ "no face", "1 face", "2 faces"."""
    return count(number, "face") if number else "no face"


def gain_in_words(points: float, gain: float) -> str:
    """The gain of a crop as the difference of the two numbers that people see: "+3"."""
    return f"{round(points) - round(points - gain):+d}"


def shown_path(path: Path) -> str:
    """A path on one line of a terminal: what cannot be printed is written as Python writes it."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(path))


def on_one_line(name: str) -> str:
    """A name without what cannot be seen, such as a new line."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def names_in_words(names: Sequence[str], most: int = 3) -> str:
    """ "a.jpg, b.jpg, c.jpg and 4 more"."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
