"""What `bench album --kills` kills: scans photos again and again, rates them, and says what is kept once it is."""

import os
import sys
from pathlib import Path

from engine.catalogue import Catalogue, Mark
from engine.ratings import MOST_STARS
from engine.scan import scan
from engine.scoring import load_scorer


def main(catalogue_file: Path, photos: list[Path]) -> None:
    """Scan and rate without end."""
    scorer = load_scorer(threads=1)
    with Catalogue(catalogue_file) as catalogue:
        _say("begun")
        while True:
            for progress in scan(photos, catalogue, scorer):
                for photo in progress.results:
                    if photo.content is None:
                        continue
                    stars = ((photo.mark.stars or 0) + 1) % (MOST_STARS + 1)
                    catalogue.mark([(photo.content, Mark(stars, 1))])
                    _say(f"{stars} {photo.path.absolute()}")


def _say(line: str) -> None:
    # In one write: a line that was begun is not cut by a kill.
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
