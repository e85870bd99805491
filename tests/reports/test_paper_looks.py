"""How a report looks: what failed is red however many lines it takes, and no caption runs into
the next one."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pypdfium2

from service.reports.service_printing import printed
from tests.reports.sample import facts, photo, sha, table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RED = (0xB3, 0x26, 0x1E)
# One word that fills each of its lines to the edge.
LONG = "i" * 190


def coloured(content: bytes) -> Iterator[tuple[int, ...]]:
    """The colour of each piece of text."""
    document = pypdfium2.PdfDocument(content)
    for page in document:
        for one in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            parts = [ctypes.c_uint() for _ in range(4)]
            pypdfium2.raw.FPDFPageObj_GetFillColor(one.raw, *map(ctypes.byref, parts))
            yield tuple(part.value for part in parts[:3])
    document.close()


def with_mark(verdict: str) -> dict[str, Any]:
    made = facts(0)
    row = ["Hamnen 3", "Löste inte ut", "≤ 300 ms", verdict, "Byt", "9"]
    return {**made, "blocks": [table([row], [[0, 3, "fail"]])]}


def test_what_failed_is_red_on_one_line_and_on_two() -> None:
    for verdict in ("■ Underkänd", "■ Underkänd\nfara"):
        assert RED in set(coloured(printed(with_mark(verdict), {}, NOON))), verdict


def test_a_caption_does_not_run_into_the_one_beside_it() -> None:
    taken = {sha(one): one for one in (photo(n, (800, 600)) for n in range(6))}
    shown = [{"sha": one, "caption": LONG, "missing": "–"} for one in taken]
    made = {**facts(0), "blocks": [{"kind": "photos", "photos": shown}]}
    document = pypdfium2.PdfDocument(printed(made, taken, NOON))
    words = document[0].get_textpage()
    boxes = [words.get_rect(n) for n in range(words.count_rects())]
    document.close()
    captions = [box for box in boxes if 60 < box[1] < 640]
    assert len(captions) >= 12
    starts = sorted({round(box[0]) for box in captions})
    assert len(starts) == 3
    for start, after in pairwise(starts):
        assert max(box[2] for box in captions if round(box[0]) == start) <= after - 8
