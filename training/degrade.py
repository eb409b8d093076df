"""Pictures made worse on purpose, in known ways and strengths: a photo should beat its own damaged self.

After RankIQA (Liu, van de Weijer and Bagdanov, ICCV 2017). Lengths are in 224ths of the longer side, so that a kind and
a strength look alike at every resolution.
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from engine.pixels import Pixels

Degradation = Callable[[Pixels, float, np.random.Generator], Pixels]


def blur(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Out of focus: a Gaussian of 0.8 to 4 units."""
    return cv2.GaussianBlur(picture, (0, 0), _units(picture, _between(0.8, 4.0, strength))).astype(np.uint8)


def motion(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Moved while exposing: a streak of 4 to 18 units in any direction."""
    length = max(3, round(_units(picture, _between(4, 18, strength))))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), float(rng.uniform(0, 180)), 1)
    streak = cv2.warpAffine(kernel, turn, (length, length))
    weights = np.asarray(streak, np.float32) / max(float(streak.sum()), 1e-6)
    return cv2.filter2D(picture, -1, weights, borderType=cv2.BORDER_REFLECT).astype(np.uint8)


def dark(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Under-exposed, with the noise that comes with it."""
    noise = rng.normal(0, 2 + 4 * strength, picture.shape)
    return _to_pixels(picture * _between(0.6, 0.15, strength) + noise)


def blown_out(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Over-exposed until skin and sky clip."""
    return _to_pixels(picture * _between(1.5, 3.2, strength) + 12 * strength)


def noise(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """The grain of a high sensitivity."""
    return _to_pixels(picture + rng.normal(0, _between(12, 50, strength), picture.shape))


def compression(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """JPEG quality 28 down to 4."""
    quality = round(_between(28, 4, strength))
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def wrong_hue(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Colours turned around the colour circle by 14 to 60 degrees, either way; greys stay grey, faces do not."""
    angle = np.radians(_between(14, 60, strength)) * rng.choice([-1, 1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return _with_chroma(picture, turn)


def garish(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Colours 1.7 to 4 times as strong."""
    return _with_chroma(picture, np.eye(2) * _between(1.7, 4.0, strength))


def mixed_light(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """A lamp of another colour on one side: it reaches a third to nine tenths of the way across, from any direction.

    One time in two the lamp is a warm one, the commonest at home.
    """
    height, width = picture.shape[:2]
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(1 / 3, 0.9)
    ys, xs = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    across = xs * np.cos(angle) + ys * np.sin(angle)
    lit = 1 / (1 + np.exp((across - (reach - 0.5)) / 0.08))
    lamp = _warm_lamp(rng) if rng.random() < 0.5 else _coloured_lamp(rng)
    return _to_pixels(picture * (1 + _between(0.4, 1.0, strength) * lit[..., None] * (lamp - 1)))


def _warm_lamp(rng: np.random.Generator) -> npt.NDArray[np.floating]:
    return np.array([1.0, rng.uniform(0.6, 0.85), rng.uniform(0.2, 0.55)])


def _coloured_lamp(rng: np.random.Generator) -> npt.NDArray[np.floating]:
    """Any hue, of which at least one channel is clearly weaker."""
    lamp = rng.uniform(0.4, 1.0, 3)
    return np.asarray(lamp / lamp.max() - 0.25 * (lamp == lamp.min()))


DEGRADATIONS: dict[str, Degradation] = {
    "blur": blur,
    "motion": motion,
    "dark": dark,
    "blown out": blown_out,
    "noise": noise,
    "compression": compression,
    "wrong hue": wrong_hue,
    "garish": garish,
    "mixed light": mixed_light,
}


def _with_chroma(picture: Pixels, change: npt.NDArray[np.floating]) -> Pixels:
    """The picture with its chroma (Cr, Cb) multiplied by a 2x2 matrix; its luma stays."""
    ycc = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    ycc[..., 1:] = (ycc[..., 1:] - 128) @ change.T.astype(np.float32) + 128
    return np.asarray(cv2.cvtColor(_to_pixels(ycc), cv2.COLOR_YCrCb2RGB), np.uint8)


def _between(mild: float, strong: float, strength: float) -> float:
    return mild + (strong - mild) * strength


def _units(picture: Pixels, units: float) -> float:
    return units * float(max(picture.shape[:2])) / 224


def _to_pixels(values: npt.NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
