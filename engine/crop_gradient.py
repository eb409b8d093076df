"""The search by gradient, for comparison: x, y and scale follow the gradient of the score through a crop made by torch.

Source: Jaderberg et al., "Spatial Transformer Networks" (arXiv:1506.02025), with three parameters and no network that
proposes them: Adam from the centred window. It stops where the score is locally best, and knows no manners with faces.
"""

import torch
import torch.nn.functional as F  # noqa: N812 (as everyone writes it)
from torch import Tensor

from engine.aspects import Aspect
from engine.crop_head import fitted_size, map_input
from engine.crop_windows import CropSettings
from engine.geometry import Box
from engine.network import ScoreNet
from engine.pictures import Picture
from engine.preprocess import PREPROCESSING

STEPS, RATE = 40, 0.1
# The picture is reduced to this long side first: sampled between four pixels, as gradients need it, a window of a
# larger one would alias.
LONG_SIDE = 448


def climb(picture: Picture, network: ScoreNet, aspect: Aspect, *, steps: int = STEPS) -> Box:
    """Follow the gradient from the centred window of 90 % of the largest one.

    Args:
        picture: of `engine.crop_search.picture_to_search`.
        network: in evaluation mode on the CPU; its weights no longer ask for gradients afterwards.
        aspect: the shape of the crop.
        steps: of Adam.

    Returns:
        The window after the last step, in pixels of the full-size photo.
    """
    full_w, full_h = picture.full_size_wh
    largest = aspect.largest_in(picture.full_size_wh)
    pixels = torch.from_numpy(map_input(picture.pixels, LONG_SIDE))  # (1, 3, H, W)
    # What was added to fill up whole cells lies to the right and below.
    fitted_w, fitted_h = fitted_size((picture.pixels.shape[1], picture.pixels.shape[0]), LONG_SIDE)
    pixels = pixels[:, :, :fitted_h, :fitted_w]
    network.requires_grad_(False)
    free = torch.tensor([0.0, 0.0, 1.6], requires_grad=True)
    optimiser = torch.optim.Adam([free], lr=RATE)
    for _ in range(steps):
        logit, _ = network(_square(pixels, _window(free, largest, (full_w, full_h)), (full_w, full_h)))
        optimiser.zero_grad()
        (-logit.sum()).backward()
        optimiser.step()
    with torch.no_grad():
        x, y, width, height = _window(free, largest, (full_w, full_h)).tolist()
    x0, y0 = min(max(round(x), 0), full_w - 1), min(max(round(y), 0), full_h - 1)
    return Box(x0, y0, min(full_w, x0 + max(1, round(width))), min(full_h, y0 + max(1, round(height))))


def _window(free: Tensor, largest_wh: tuple[int, int], full_wh: tuple[int, int]) -> Tensor:
    """Left, top, width and height in pixels: (4,); sigmoids keep the three parameters within their bounds."""
    share, smallest = free.sigmoid(), CropSettings().min_scale
    side = torch.tensor(largest_wh, dtype=torch.float32) * (smallest + (1 - smallest) * share[2])
    start = (torch.tensor(full_wh, dtype=torch.float32) - side) * share[:2]
    return torch.cat([start, side])


def _square(pixels: Tensor, window: Tensor, full_wh: tuple[int, int]) -> Tensor:
    """The window letterboxed into the network's square, so that gradients reach it: (1, 3, 224, 224)."""
    size = PREPROCESSING.size
    start, side = window[:2], window[2:]
    steps = (torch.arange(size, dtype=torch.float32) + 0.5) / size - 0.5
    centre, reach = start + side / 2, side.max()
    x = (centre[0] + steps * reach) / full_wh[0]
    y = (centre[1] + steps * reach) / full_wh[1]
    grid = torch.stack([x.expand(size, size), y[:, None].expand(size, size)], dim=-1) * 2 - 1  # (224, 224, 2)
    seen = F.grid_sample(pixels, grid[None], align_corners=False)
    inside = ((steps * reach).abs() <= side[0] / 2)[None] & ((steps * reach).abs() <= side[1] / 2)[:, None]
    return seen * inside
