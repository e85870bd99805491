"""Photos and signatures: kept by what they are, the SHA-256 of the bytes that were sent.

What is kept is drawn anew from the pixels: no comment, no place where it was taken, no second
file behind the first. The bytes that are served are ours; `sha` is the name that senders know.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import uuid4

import fsspec
from flask import Response, current_app
from PIL import Image
from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, db

SHA = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 12 * 1024 * 1024
# A telephone's largest photo, and a third of what fills a small machine's memory.
MOST_PIXELS = 50_000_000
# Longer sides are made so long: a label can still be read, and a report stays small.
LONGEST_SIDE = 3000
QUALITY = 88
# For a page that shows many: twice as large as it is shown, for fine screens.
SMALL_SIDE, SMALL_QUALITY = 480, 80
# What may be sent, and what becomes of it: a drawing stays sharp.
KEPT_AS = {
    "image/jpeg": ("JPEG", "image/jpeg"),
    "image/png": ("PNG", "image/png"),
    "image/webp": ("WEBP", "image/jpeg"),
}
ENDING = {"image/jpeg": "jpg", "image/png": "png"}
# How a camera was held, by its own number for it, and what makes its photo upright.
ORIENTATION, UPRIGHT = 0x0112, 1
UPRIGHT_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'none'; sandbox"


class FileError(Exception):
    """These bytes cannot be kept. The words say why."""


class WrongHashError(FileError):
    """They are not what their name says: cut off on their way, or another file."""


class TooLargeError(FileError):
    """More bytes or more pixels than a photo has."""


class NoImageError(FileError):
    """Not an image of the kind that it is said to be."""


class Blob(Model):
    """A file that is kept. The same bytes, sent twice, are one."""

    __tablename__ = "blob"
    __table_args__ = (CheckConstraint("sha ~ '^[0-9a-f]{64}$'", name="sha"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of the bytes as they were sent.
    sha: Mapped[str] = mapped_column(unique=True)
    # Of what is kept.
    mime: Mapped[str]
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @classmethod
    def with_sha(cls, sha: str) -> Blob | None:
        return db.session.scalars(select(cls).where(cls.sha == sha)).one_or_none()

    @classmethod
    def missing(cls, shas: list[str]) -> list[str]:
        """Which of them are not here yet, each once, in their order."""
        wanted = list(dict.fromkeys(shas))
        there = set(db.session.scalars(select(cls.sha).where(cls.sha.in_(wanted))))
        return [sha for sha in wanted if sha not in there]

    @classmethod
    def with_shas(cls, shas: list[str]) -> dict[str, Blob]:
        """Those of them that are here, by their hash."""
        found = db.session.scalars(select(cls).where(cls.sha.in_(shas)))
        return {one.sha: one for one in found}

    @property
    def name(self) -> str:
        return f"{self.sha[:16]}.{ENDING[self.mime]}"


@dataclass(frozen=True)
class Drawn:
    """An image made anew from its pixels."""

    content: bytes
    mime: str
    width: int
    height: int


def is_sha(text: object) -> bool:
    return isinstance(text, str) and SHA.fullmatch(text) is not None


def keep(sha: str, content: bytes, mime: str, by_id: int | None, at: datetime) -> bool:
    """Keep these bytes under their hash. False where they were here already.

    The file reaches the disk before its row: what has a row can be read. Raises FileError.
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError(f"At most {MOST_BYTES // 1024 // 1024} MiB.")
    if hashlib.sha256(content).hexdigest() != sha:
        raise WrongHashError("The SHA-256 of these bytes is another: send them again.")
    if Blob.with_sha(sha):
        return False
    drawn = draw_anew(content, mime)
    write(sha, drawn.content)
    facts = {"mime": drawn.mime, "bytes": len(drawn.content), "by_id": by_id, "created_at": at}
    row = insert(Blob).values(sha=sha, width=drawn.width, height=drawn.height, **facts)
    # Two at once draw the same image, and one of them is first.
    new = row.on_conflict_do_nothing(index_elements=["sha"]).returning(Blob.id)
    return db.session.execute(new).first() is not None


def draw_anew(content: bytes, mime: str) -> Drawn:
    """Raises NoImageError, TooLargeError."""
    if mime not in KEPT_AS:
        raise NoImageError("Send a JPEG, PNG or WebP image, with its Content-Type.")
    kind, becomes = KEPT_AS[mime]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                _refuse_if_huge(image)
                pixels = _pixels(image, becomes)
    except FileError:
        raise
    except Exception as wrong:  # Of odd bytes Pillow raises almost anything.
        raise NoImageError("These bytes are no image of the kind that they say.") from wrong
    return Drawn(_written(pixels, becomes), becomes, *pixels.size)


def _refuse_if_huge(image: Image.Image) -> None:
    """Before a pixel is read: a small file may say that it is a very large image."""
    if image.width * image.height > MOST_PIXELS:
        raise TooLargeError(f"At most {MOST_PIXELS // 1_000_000} million pixels.")


def _pixels(image: Image.Image, becomes: str) -> Image.Image:
    """Upright, not too large, and with nothing about it but its colours."""
    # A JPEG is read at a fraction of its size at once.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    turned = UPRIGHT_BY.get(_orientation(image))
    plain = image.convert("RGBA" if becomes == "image/png" else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = plain if turned is None else plain.transpose(turned)
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _orientation(image: Image.Image) -> int:
    """What stands beside the pixels is read for nothing else, and may be any nonsense."""
    try:
        said = image.getexif().get(ORIENTATION)
    except Exception:  # Whatever Pillow stumbles over, the pixels may still be a photo.
        return UPRIGHT
    return said if isinstance(said, int) else UPRIGHT


def _written(image: Image.Image, mime: str) -> bytes:
    page = io.BytesIO()
    if mime == "image/png":
        image.save(page, "PNG", optimize=True)
    else:
        image.save(page, "JPEG", quality=QUALITY, optimize=True)
    return page.getvalue()


@cache
def _place(url: str) -> tuple[Any, str]:
    return cast("tuple[Any, str]", fsspec.core.url_to_fs(url))


def _path(sha: str) -> tuple[Any, str]:
    """The file system and the path in it. The name is a hash: nothing a sender chose."""
    place, root = _place(current_app.config["SETTINGS"].files)
    return place, f"{root}/{sha[:2]}/{sha}"


def write(sha: str, content: bytes) -> None:
    """Whoever reads finds all of it or nothing, also after the power was cut."""
    place, path = _path(sha)
    place.makedirs(path.rpartition("/")[0], exist_ok=True)
    draft = f"{path}.{uuid4().hex}"
    with place.open(draft, "wb") as file:
        file.write(content)
        file.flush()
        if isinstance(place, fsspec.implementations.local.LocalFileSystem):
            os.fsync(file.fileno())
    place.mv(draft, path)


def read(sha: str) -> bytes:
    """Raises FileNotFoundError where the file is gone although its row is there."""
    place, path = _path(sha)
    return cast("bytes", place.cat_file(path))


def small(sha: str) -> bytes:
    """A JPEG of it for a page that shows many, drawn when first asked for, and kept beside it.

    Raises FileNotFoundError, as `read` does.
    """
    beside = f"{sha}-small"
    try:
        return read(beside)
    except FileNotFoundError:
        drawn = _drawn_small(read(sha))
        write(beside, drawn)
        return drawn


def _drawn_small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
        # A JPEG is read at a fraction of its size at once.
        image.draft("RGB", (2 * SMALL_SIDE, 2 * SMALL_SIDE))
        seen = image.convert("RGBA")
        seen.thumbnail((SMALL_SIDE, SMALL_SIDE))
    # On white, where it was transparent: a drawing is made on nothing.
    page = Image.new("RGB", seen.size, "white")
    page.paste(seen, mask=seen.getchannel("A"))
    file = io.BytesIO()
    page.save(file, "JPEG", quality=SMALL_QUALITY, optimize=True)
    return file.getvalue()


def served(blob: Blob) -> Response:
    """The file for a browser, which runs nothing of it and asks nobody for anything."""
    return _answer(read(blob.sha), blob.mime, blob.name)


def served_small(blob: Blob) -> Response:
    return _answer(small(blob.sha), "image/jpeg", f"{blob.sha[:16]}-small.jpg")


def _answer(content: bytes, mime: str, name: str) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
