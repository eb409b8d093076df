"""How the score moves with what is measured, and with one thing changed by hand."""

from studio.lab.page import LabPage


class LikesPage(LabPage):
    """How the score moves with what is measured, and with one thing changed by hand."""
