"""The array types that pictures and numbers travel in.

A picture is RGB uint8 (H, W, 3) in sRGB, upright and C-contiguous, everywhere: converted once, at the edge where it
comes in.
"""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
