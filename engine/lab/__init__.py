"""What a model has learned, shown on an album: sheets, a map, what it likes, and what its layers see."""
