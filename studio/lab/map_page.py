"""The photos on a map: those that the network finds alike lie together."""

from studio.lab.page import LabPage


class MapPage(LabPage):
    """The photos on a map: those that the network finds alike lie together."""
