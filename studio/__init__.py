"""Studio: the window, its three rooms, and the command line."""

__version__ = "0.1.0"
