"""A service report with photos beside the same without: time, and memory over the imports.

Run as a process of its own by `measured`, like the one that prints reports.
"""

from __future__ import annotations

import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
from PIL import Image

from service.reports.service_paper import Facts, written
from service.reports.service_pictures import kept_as

PHOTOS, SIDE, ROWS, ROUNDS = 12, (1600, 1200), 110, 9
KIB = 1024


@dataclass(frozen=True)
class Printed:
    pages: int
    megabytes: float
    # Median CPU milliseconds, taken in turns.
    plain_ms: float
    photos_ms: float
    peak_mb: float

    @property
    def ratio(self) -> float:
        return self.photos_ms / self.plain_ms


def measured() -> Printed:
    """The photos are drawn here, so that drawing them is no part of what is measured."""
    with tempfile.TemporaryDirectory() as name:
        for number in range(PHOTOS):
            content = _photo(number)
            kept_as(Path(name), sha256(content).hexdigest()).write_bytes(content)
        line = [sys.executable, "-m", "bench.paper", name]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return Printed(**told)


def _photo(number: int) -> bytes:
    noise = Random(number).randbytes(3 * SIDE[0] * SIDE[1] // 16)  # noqa: S311  no secret
    small = Image.frombytes("RGB", (SIDE[0] // 4, SIDE[1] // 4), noise)
    file = io.BytesIO()
    small.resize(SIDE).save(file, "JPEG", quality=80)
    return file.getvalue()


def _facts(photos: list[str]) -> Facts:
    row = ["Isolationsresistans", "241,5 MΩ [1]", "≥ 1 MΩ", "● Godkänd", "Ingen åtgärd"]
    heads = ["Kontroll", "Värde", "Gräns", "Utfall", "Anmärkning"]
    table = {"kind": "table", "heads": heads, "shares": [34, 16, 15, 17, 30]}
    shown = [{"sha": one, "caption": f"Foto {one[:6]}", "missing": "–"} for one in photos]
    return {
        "title": "Servicerapport R-00001",
        "foot": "R-00001 · revision 1",
        "page": "Sida %s av %s",
        "language": "sv",
        "heading": "Servicerapport",
        "subtitle": "R-00001 · revision 1 · 2 mars 2026",
        "company": {"name": "Elbolaget AB", "lines": ["Verkstadsgatan 1", "556000-0000"]},
        "verify": {"address": "https://laddvakt.example/v/Zk3v9qLmT0aB4cD5eF6g7h"},
        "blocks": [
            {**table, "rows": [row] * ROWS, "marks": [[n, 3, "ok"] for n in range(ROWS)]},
            {"kind": "photos", "photos": shown},
        ],
    }


def main(folder: Path) -> None:
    photos = sorted(one.stem for one in folder.iterdir())
    plain, whole = _facts([]), _facts(photos)
    before = _peak()
    took: dict[str, list[float]] = {"plain": [], "photos": []}
    for _round in range(ROUNDS):
        took["photos"].append(_timed(whole, folder))
        took["plain"].append(_timed(plain, folder))
    peak = _peak()
    pdf = written(whole, folder)
    told: dict[str, Any] = {
        "pages": len(pypdfium2.PdfDocument(pdf)),
        "megabytes": len(pdf) / KIB**2,
        "plain_ms": statistics.median(took["plain"]),
        "photos_ms": statistics.median(took["photos"]),
        "peak_mb": (peak - before) / KIB,
    }
    sys.stdout.write(json.dumps(told))


def _timed(facts: Facts, folder: Path) -> float:
    began = time.process_time()
    written(facts, folder)
    return (time.process_time() - began) * 1000


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(Path(sys.argv[1]))
