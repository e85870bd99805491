"""Has a service report printed by a process of its own, which can be ended if it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from service.core.config import HOME
from service.reports.service_pictures import kept_as

WORKER = "service.reports.service_worker"
# What a process needs of ours to start at all. No secret is among it.
NEEDED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


class PrintingError(Exception):
    """It was not printed. The words say why."""


@dataclass(frozen=True)
class Bounds:
    seconds: float = 60
    facts_bytes: int = 8 * 1024**2
    photos_bytes: int = 60 * 1024**2
    # The verify page takes a file back: no report is larger than what can be uploaded.
    pdf_bytes: int = 18 * 1024**2


USUAL = Bounds()


def printed(
    facts: dict[str, Any],
    photos: Mapping[str, bytes],
    at: datetime,
    bounds: Bounds = USUAL,
    worker: str = WORKER,
) -> bytes:
    """The PDF of these facts, with `at` as its date. `photos` by hash. Raises PrintingError."""
    content = json.dumps(facts, ensure_ascii=True).encode()
    _refuse_above(len(content), bounds.facts_bytes, "its text")
    _refuse_above(sum(map(len, photos.values())), bounds.photos_bytes, "its photos")
    with tempfile.TemporaryDirectory(prefix="laddvakt-report-") as name:
        folder = Path(name)
        (folder / "facts.json").write_bytes(content)
        for sha, photo in photos.items():
            kept_as(folder, sha).write_bytes(photo)
        _run(folder, at, bounds, worker)
        pdf = (folder / "report.pdf").read_bytes()
    _refuse_above(len(pdf), bounds.pdf_bytes, "the finished report")
    return pdf


def _run(folder: Path, at: datetime, bounds: Bounds, worker: str) -> None:
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    environment["SOURCE_DATE_EPOCH"] = str(int(at.timestamp()))
    try:
        done = subprocess.run(  # noqa: S603  our own program, and a folder that we made
            [sys.executable, "-m", worker, str(folder)],
            cwd=HOME,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=bounds.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PrintingError(f"it was not printed within {bounds.seconds:g} s") from None
    if done.returncode or not (folder / "report.pdf").exists():
        raise PrintingError(_last_words(done))


def _last_words(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return f"the printing process ended with {done.returncode}: {said[-1][:300] if said else '–'}"


def _refuse_above(size: int, most: int, what: str) -> None:
    if size > most:
        raise PrintingError(f"{what} takes {size / 1024**2:.1f} MB of {most / 1024**2:.0f} MB")
