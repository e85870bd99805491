"""The service report on paper: lays out what stands in its facts, and knows no words of its own.

It runs in a process of its own (`service_worker`), which has neither the database nor the web.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import segno
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    Spacer,
    Table,
)

from service.reports import paper
from service.reports.paper import Heading, plain, small, style, table, text
from service.reports.service_pictures import picture

Facts = dict[str, Any]
COLOUR = {
    "ok": colors.HexColor("#1b6e3c"),
    "remark": colors.HexColor("#8a5a00"),
    "warn": colors.HexColor("#8a5a00"),
    "fail": colors.HexColor("#b3261e"),
    "quiet": paper.QUIET,
}
MOST_COMPANY_LINES = 8
GAP = 6 * mm
HALF = (paper.WIDTH - GAP) / 2
QR = 24 * mm
# Few photos are shown large, many small.
FEW, LARGE, SMALL = 4, 2, 3
HIGHEST = {LARGE: 85 * mm, SMALL: 58 * mm}


def written(facts: Facts, folder: Path) -> bytes:
    """The PDF. Photos lie in the folder, each by its hash. Equal facts make equal bytes."""
    rl_config.invariant, rl_config.useA85 = 1, 0
    paper.load_fonts()
    story = [_masthead(facts), Spacer(1, 5 * mm)]
    for block in facts["blocks"]:
        story += BLOCKS[block["kind"]](block, folder)
    return paper.pdf(
        story,
        facts["title"],
        facts["foot"],
        facts["page"],
        facts["language"],
        facts["company"]["name"],
    )


def _masthead(facts: Facts) -> Table:
    company = facts["company"]
    left = [
        _short(facts["heading"], 60, size=20, bold=True),
        _short(facts["subtitle"], 120, size=11),
    ]
    lines = [_short(company["name"], 100, bold=True, alignment=2, spaceAfter=1)]
    quiet = {"size": 8, "textColor": paper.QUIET, "alignment": 2, "spaceAfter": 0}
    lines += [_short(line, 80, **quiet) for line in company["lines"][:MOST_COMPANY_LINES]]
    code = _code(facts["verify"]["address"])
    widths = [paper.WIDTH - 62 * mm - QR, 62 * mm, QR]
    looks = [
        *_bare(),
        ("LINEBELOW", (0, 0), (-1, -1), 0.8, paper.INK),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ("RIGHTPADDING", (1, 0), (1, 0), 8),
    ]
    return Table([[left, lines, [code]]], widths, style=looks)


def _short(words: str, longest: int, most_lines: int = 1, **looks: Any) -> Paragraph:
    """For what stands in a box that no page divides."""
    looks = {"spaceAfter": 4} | looks
    return Paragraph(plain(words, longest, most_lines), style(**looks))


def _code(address: str) -> Image:
    """What a telephone's camera opens."""
    file = io.BytesIO()
    segno.make(address, micro=False, error="m").save(file, kind="png", scale=6, border=1)
    file.seek(0)
    return Image(file, QR, QR, hAlign="RIGHT")


def _bare() -> list[Any]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]


def _heading(block: Facts, _: Path) -> list[Flowable]:
    """With room for a few lines of what follows. It is not tied to all of it: a table of three
    pages would begin on a fresh one."""
    heading = Heading(block["text"], block["level"])
    heading.style.keepWithNext = 0
    return [CondPageBreak(block.get("room", 40) * mm), heading]


def _text(block: Facts, _: Path) -> list[Flowable]:
    return [text(line) for line in block["lines"]]


def _small(block: Facts, _: Path) -> list[Flowable]:
    return [small(line) for line in block["lines"]]


def _facts(block: Facts, _: Path) -> list[Flowable]:
    return [_names(block["rows"], paper.WIDTH, 48 * mm, 800, 25), Spacer(1, 2 * mm)]


def _names(
    rows: list[list[str]], width: float, names: float, longest: int, most_lines: int
) -> Table:
    """A name before each fact, which is short enough for a page to hold it."""
    quiet, look = {"textColor": paper.QUIET, "spaceAfter": 0}, style(spaceAfter=0)
    # Its lines may each need a second one, and no more.
    high = 2 * most_lines * look.leading
    cells = [
        [
            _short(name, 80, **quiet),
            paper.fitting(value, longest, most_lines, look, width - names, high),
        ]
        for name, value in rows
    ]
    looks = [*_bare(), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
    return Table(cells or [["", ""]], [names, width - names], style=looks, hAlign="LEFT")


def _pair(block: Facts, _: Path) -> list[Flowable]:
    """Two parties beside each other."""
    cells = [
        [_short(one["title"], 60, bold=True), _names(one["rows"], HALF, 35 * mm, 160, 3)]
        for one in block["sides"]
    ]
    whole = Table(
        [[cells[0], "", cells[1]]], [HALF, GAP, HALF], style=_bare(), hAlign="LEFT", spaceAfter=6
    )
    return [whole]


def _verdict(block: Facts, _: Path) -> list[Flowable]:
    """What came of it all, in a box: readable in grey too, by its word and its shape."""
    colour = COLOUR[block["verdict"]]
    head = _short(block["text"], 120, bold=True, size=12, textColor=colour)
    lines = [head, *(_short(line, 600, 10, spaceAfter=1) for line in block["lines"])]
    looks = [
        ("BOX", (0, 0), (-1, -1), 0.8, colour),
        ("LINEBEFORE", (0, 0), (0, -1), 4, colour),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    rows = [[one] for one in lines]
    looks += [
        ("TOPPADDING", (0, 1), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -2), 2),
    ]
    box = Table(rows, [paper.WIDTH], style=looks, hAlign="LEFT", spaceBefore=4, spaceAfter=8)
    return [box]


def _table(block: Facts, _: Path) -> list[Flowable]:
    marks = [(row, column, COLOUR[verdict]) for row, column, verdict in block["marks"]]
    return [table(block["heads"], block["rows"], block["shares"], marks)]


def _photos(block: Facts, folder: Path) -> list[Flowable]:
    photos = block["photos"]
    across = LARGE if len(photos) <= FEW else SMALL
    width = (paper.WIDTH - (across - 1) * GAP / 2) / across
    cells: list[Any] = [_photo(one, folder, width, HIGHEST[across]) for one in photos]
    story: list[Flowable] = []
    for start in range(0, len(cells), across):
        row = cells[start : start + across]
        row += [""] * (across - len(row))
        looks = [*_bare(), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
        # A caption does not run into the one beside it.
        looks.append(("RIGHTPADDING", (0, 0), (-2, -1), GAP / 2))
        widths = [width + GAP / 2] * (across - 1) + [width]
        story.append(Table([row], widths, style=looks, hAlign="LEFT"))
    return story


def _photo(one: Facts, folder: Path, width: float, high: float) -> list[Flowable]:
    found = picture(folder, one["sha"], width, high)
    shown: Flowable = found or small(one["missing"])
    caption = _short(one["caption"], 200, 3, size=8)
    return [shown, caption]


def _signatures(block: Facts, folder: Path) -> list[Flowable]:
    cells: list[Any] = [_signature(one, folder) for one in block["people"]]
    story: list[Flowable] = []
    for start in range(0, len(cells), 2):
        pair = [*cells[start : start + 2], ""][:2]
        looks = [*_bare(), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
        row = Table([[pair[0], "", pair[1]]], [HALF, GAP, HALF], style=looks, hAlign="LEFT")
        story.append(KeepTogether([row]))
    return story


def _signature(one: Facts, folder: Path) -> list[Flowable]:
    drawn = picture(folder, one["sha"], HALF * 0.8, 20 * mm) if one["sha"] else None
    line = Table([[""]], [HALF], [1], style=[("LINEABOVE", (0, 0), (-1, 0), 0.6, paper.INK)])
    quiet = {"size": 8, "textColor": paper.QUIET, "spaceAfter": 1}
    told = [_short(one["name"], 120, spaceAfter=0)]
    told += [_short(words, 300, 4, **quiet) for words in one["lines"]]
    return [_short(one["title"], 80, **quiet), drawn or Spacer(1, 20 * mm), line, *told]


def _check(block: Facts, _: Path) -> list[Flowable]:
    rows = [_names(block["rows"], paper.WIDTH, 48 * mm, 200, 2)]
    return [KeepTogether([Heading(block["title"], 1), text(block["text"]), *rows])]


BLOCKS: dict[str, Callable[[Facts, Path], list[Flowable]]] = {
    "heading": _heading,
    "text": _text,
    "small": _small,
    "facts": _facts,
    "pair": _pair,
    "verdict": _verdict,
    "table": _table,
    "photos": _photos,
    "signatures": _signatures,
    "check": _check,
}
