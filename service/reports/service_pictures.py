"""Photos for paper: a JPEG of a sensible size goes in as it is, all else is made one first."""

from __future__ import annotations

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


def kept_as(folder: Path, sha: str) -> Path:
    """ReportLab takes a JPEG in as it is by the ending of its name; otherwise it unpacks it."""
    return folder / f"{sha}.jpg"


def picture(folder: Path, sha: str, width: float, high: float) -> Image | None:
    """Fitted into that room, or nothing where it is not there or is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pixels.DecompressionBombWarning)
            path, (wide, tall) = _prepared(kept_as(folder, sha))
    except NO_PICTURE:
        return None
    scale = min(width / wide, high / tall)
    return Image(str(path), wide * scale, tall * scale, hAlign="LEFT")


def _prepared(path: Path) -> tuple[Path, tuple[int, int]]:
    with Pixels.open(path, formats=("JPEG", "PNG", "WEBP")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError(path.name)
        if _is_fit(opened):
            return path, opened.size
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LARGEST, LARGEST))
        return _as_jpeg(upright, path.with_suffix(".made.jpg"))


def _is_fit(opened: Pixels.Image) -> bool:
    if opened.format != "JPEG" or opened.mode not in {"RGB", "L"} or max(opened.size) > LARGEST:
        return False
    return bool(opened.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT)


def _as_jpeg(upright: Pixels.Image, path: Path) -> tuple[Path, tuple[int, int]]:
    """On white, where it was transparent: a signature is drawn on nothing."""
    white = Pixels.new("RGB", upright.size, "white")
    seen = upright.convert("RGBA")
    white.paste(seen, mask=seen.getchannel("A"))
    white.save(path, "JPEG", quality=85)
    return path, white.size
