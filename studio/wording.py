"""Words that the rooms and the commands share."""

from pathlib import Path


def count(number: int, noun: str) -> str:
    """ "1 photo", "2 photos"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def faces_in_words(number: int) -> str:
    """ "no face", "1 face", "2 faces"."""
    return count(number, "face") if number else "no face"


def gain_in_words(points: float, gain: float) -> str:
    """The gain of a crop as the difference of the two numbers that people see: "+3"."""
    return f"{round(points) - round(points - gain):+d}"


def mark_in_words(pick: int, stars: int | None) -> str:
    """ "✓ picked   ★★★", of an `engine.catalogue.Mark`; empty where nobody said anything."""
    picked = {1: "✓ picked", -1: "✕ rejected"}.get(pick, "")
    return "   ".join(part for part in (picked, "★" * max(stars or 0, 0)) if part)


def shown_path(path: Path) -> str:
    """A path on one line of a terminal: what cannot be printed is written as Python writes it."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(path))
