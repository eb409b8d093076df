"""What a model has learned, shown on an album: sheets, a map, what it likes, and what its layers see."""

# What to say where a package of the Lab's is missing.
HOW_TO_INSTALL = "pip install 'selfie-studio[lab]'"
