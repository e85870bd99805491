"""The photos and signatures of a report, as they are kept."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from service.core import files
from service.core.db import db
from service.core.files import Blob


def photos(hashes: Iterable[str]) -> dict[str, bytes]:
    """Those that are there, by hash. What is not leaves a word on the paper."""
    wanted = list(hashes)
    there = select(Blob.sha).where(Blob.sha.in_(wanted))
    return {sha: found for sha in db.session.scalars(there) if (found := _read(sha))}


def _read(sha: str) -> bytes:
    """Nothing where the file is gone although its row is there."""
    try:
        return files.read(sha)
    except FileNotFoundError:
        return b""
