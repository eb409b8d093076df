"""The Lab room: what the network has learned, to be seen on the photos that the Album shows."""
