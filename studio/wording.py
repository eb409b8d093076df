"""Words that the rooms and the commands share."""


def count(number: int, noun: str) -> str:
    """ "1 photo", "2 photos"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def faces_in_words(number: int) -> str:
    """ "no face", "1 face", "2 faces"."""
    return count(number, "face") if number else "no face"
