"""Letters for sheets and pages: one font everywhere, and another where it lacks a sign of a name."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
# By name, as systems have them; the first that has all signs of a text writes it.
_FALLBACKS = (
    *("NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "arial.ttf", "Arial Unicode.ttf"),
    *("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc"),
)
_NO_SIGN = "\uffff"


def font_for(text: str, pixels: int) -> Font:
    """A font of this size that has the signs of a text, as far as one is here; Pillow's own if it has them."""
    own = _own(pixels)
    if not isinstance(own, ImageFont.FreeTypeFont) or _has_all(own, text):
        return own
    fallbacks = [font for name in _fallback_names() if (font := _named(name, pixels))]
    return next((font for font in fallbacks if _has_all(font, text)), fallbacks[0] if fallbacks else own)


def shortened(text: str, pixels: int, width: int) -> str:
    """A text cut in its middle so that it is no wider than this: names of photos often differ in their ends alone."""
    font = font_for(text, pixels)
    if font.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if font.getlength(_without_middle(text, kept)) <= width else (low, kept - 1)
    return _without_middle(text, low) if low else ""


def _without_middle(text: str, kept: int) -> str:
    """Half of the letters that are kept from the beginning, and half from the end."""
    return f"{text[: (kept + 1) // 2].rstrip()}…{text[len(text) - kept // 2 :].lstrip()}"


@lru_cache(maxsize=32)
def _own(pixels: int) -> Font:
    return ImageFont.load_default(pixels)


@lru_cache(maxsize=64)
def _named(name: str, pixels: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, pixels)
    except OSError:
        return None


@cache
def _fallback_names() -> tuple[str, ...]:
    """Fonts of the system, and the one that comes with matplotlib."""
    plotting = find_spec("matplotlib")
    folders = plotting.submodule_search_locations if plotting else None
    own = [str(Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf") for folder in folders or ()]
    return *_FALLBACKS, *own


def _has_all(font: ImageFont.FreeTypeFont, text: str) -> bool:
    return all(_has(font, sign) for sign in set(text) if not sign.isspace())


@lru_cache(maxsize=4096)
def _has(font: ImageFont.FreeTypeFont, sign: str) -> bool:
    return bytes(font.getmask(sign)) != bytes(font.getmask(_NO_SIGN))
