"""A damaged catalogue is no reason to stop: it is kept aside, and its last backup, or a new one, takes its place."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from engine.catalogue import Catalogue
from engine.catalogue_schema import backups_of, check, set_aside
from engine.errors import CatalogueError
from engine.files import temporary_beside


def open_or_begin_anew(path: Path) -> tuple[Catalogue, str]:
    """The catalogue in a file; where it cannot be opened since it is damaged, what `replace_damaged` leaves.

    Returns:
        the catalogue, and what there is to tell a person about it, "" for nothing.

    Raises:
        CatalogueError: unwritable, or written by a newer program.
    """
    try:
        return Catalogue(path), ""
    except CatalogueError as error:
        if not isinstance(error.__cause__, sqlite3.DatabaseError) or isinstance(
            error.__cause__, sqlite3.OperationalError
        ):
            raise
    told = replace_damaged(path)
    return Catalogue(path), told


def replace_damaged(path: Path) -> str:
    """Move a damaged catalogue aside, whole, and put the newest sound backup in its place, if there is one.

    Returns:
        What there is to tell a person.

    Raises:
        CatalogueError: it cannot be moved.
    """
    try:
        aside = set_aside(path)
        backup = next((each for each in backups_of(path) if _is_sound(each)), None)
        if backup is None:
            return f"The catalogue was damaged. A new one is begun; the old one is kept as {aside.name}."
        with temporary_beside(path) as temporary:
            shutil.copyfile(backup, temporary)
    except OSError as error:
        raise CatalogueError(path, f"it is damaged and cannot be replaced ({error})") from error
    made = datetime.fromtimestamp(backup.stat().st_mtime)
    return (
        f"The catalogue was damaged. Its copy of {made:%d %B %Y} is used instead; the old one is kept as {aside.name}."
    )


def _is_sound(backup: Path) -> bool:
    try:
        with closing(sqlite3.connect(backup)) as database:
            return check(database) is None
    except sqlite3.Error:
        return False
