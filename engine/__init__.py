"""Scores photos, finds faces, searches crops and remembers results: numpy and files, no Qt and no screen."""
