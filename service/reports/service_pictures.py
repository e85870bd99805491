"""Photos for paper: a JPEG of a sensible size goes in as it is, all else is made one first."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image as Pixels
from PIL import ImageOps
from reportlab.platypus import Image

# The tablet sends no larger ones; what is larger came another way.
LARGEST = 1600
# Decoding is what costs: a picture that says it has more is not decoded.
MOST_PIXELS = 50_000_000
BOMBS = (Pixels.DecompressionBombError, Pixels.DecompressionBombWarning)
NO_PICTURE = (OSError, ValueError, SyntaxError, *BOMBS)
# A camera's number for "the right way up".
ORIENTATION, UPRIGHT = 0x0112, 1


def picture(path: Path, width: float, high: float) -> Image | None:
    """Fitted into that room, or nothing where it is not there or is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pixels.DecompressionBombWarning)
            source, (wide, tall) = _prepared(path)
    except NO_PICTURE:
        return None
    scale = min(width / wide, high / tall)
    return Image(source, wide * scale, tall * scale, hAlign="LEFT")


def _prepared(path: Path) -> tuple[str | io.BytesIO, tuple[int, int]]:
    with Pixels.open(path, formats=("JPEG", "PNG", "WEBP")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError(path.name)
        if _is_fit(opened):
            return str(path), opened.size
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LARGEST, LARGEST))
        return _as_jpeg(upright)


def _is_fit(opened: Pixels.Image) -> bool:
    if opened.format != "JPEG" or opened.mode not in {"RGB", "L"} or max(opened.size) > LARGEST:
        return False
    return bool(opened.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT)


def _as_jpeg(upright: Pixels.Image) -> tuple[io.BytesIO, tuple[int, int]]:
    """On white, where it was transparent: a signature is drawn on nothing."""
    white = Pixels.new("RGB", upright.size, "white")
    seen = upright.convert("RGBA")
    white.paste(seen, mask=seen.getchannel("A"))
    file = io.BytesIO()
    white.save(file, "JPEG", quality=85)
    file.seek(0)
    return file, white.size
