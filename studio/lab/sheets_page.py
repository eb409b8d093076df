"""The photos laid out in rows, best first, as pictures to print."""

from studio.lab.page import LabPage


class SheetsPage(LabPage):
    """The photos laid out in rows, best first, as pictures to print."""
