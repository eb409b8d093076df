"""What the layers of the network see in a photo or in the live picture."""

from studio.lab.page import LabPage


class HoodPage(LabPage):
    """What the layers of the network see in a photo or in the live picture."""
