"""Studio: the window, its four rooms, and the command line."""

__version__ = "0.1.0"
