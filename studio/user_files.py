"""Where the program keeps what it remembers of this person's photos."""

from pathlib import Path

from platformdirs import user_data_path


def catalogue_file() -> Path:
    """The person's catalogue, which the window and the commands share."""
    return user_data_path("selfie-studio") / "catalogue.sqlite"
