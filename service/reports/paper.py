"""A4 paper: letters, page numbers, tables that break over pages. No document's own words.

Texts of people are shown and never read as markup: a cell that fits is a plain string, one that
does not is escaped.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
)

FONTS = Path(__file__).parent / "fonts"
REGULAR, SEMIBOLD = "SourceSans3", "SourceSans3-Semibold"
LEFT, TOP, BOTTOM = 18 * mm, 18 * mm, 20 * mm
WIDTH = A4[0] - 2 * LEFT
SIZE, LEADING = 8.5, 11
PADDING = 3
# A row is never divided, so that a page must hold what stands in its narrowest cell.
MOST_LINES, WIDE_LETTER = 50, 8
# In sizes of its font.
WIDEST_LETTER = 1.3
LONGEST = 4000
INK, QUIET = colors.HexColor("#16202a"), colors.HexColor("#5a6672")
# Stands for a letter that the fonts do not have.
UNKNOWN = "□"
LINE, SHADE = colors.HexColor("#c9d0d6"), colors.HexColor("#eef1f4")


@cache
def load_fonts() -> None:
    for name, file in ((REGULAR, "regular"), (SEMIBOLD, "semibold")):
        path = FONTS / f"source-sans-3-0.4.1-{file}.ttf"
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD)


def style(size: float = 9.5, bold: bool = False, **more: Any) -> ParagraphStyle:
    load_fonts()
    facts = {"fontName": SEMIBOLD if bold else REGULAR, "textColor": INK, "splitLongWords": 1}
    leading = more.pop("leading", size * 1.35)
    name = f"{size}-{bold}"
    return ParagraphStyle(name, fontSize=size, leading=leading, **(facts | more))


def printable(text: object, longest: int = LONGEST) -> str:
    """What can be printed of a text: no control, nothing that turns the direction of its
    neighbours, and a sign of its own for what the fonts do not have."""
    said = str(text)
    # Far more than is shown is not looked at: nobody waits for a megabyte.
    said = said[: 2 * longest]
    if said.isascii() and said.isprintable():
        clean = said
    else:
        clean = "".join(_sign(sign) for sign in said.replace("\r\n", "\n").replace("\t", " "))
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


@lru_cache(4096)
def _sign(sign: str) -> str:
    if sign == "\n" or ord(sign) in _letters():
        return sign
    kind = unicodedata.category(sign)
    if kind in {"Zs", "Zl", "Zp"}:
        return " "
    return "" if kind[0] == "C" or kind == "Mn" else UNKNOWN


@cache
def _letters() -> frozenset[int]:
    """What both fonts have, but for what is no letter (U+202E turns a line round), and for dashes
    of several letters' width, a few of which fill a line."""
    load_fonts()
    faces = [pdfmetrics.getFont(name).face.charToGlyph for name in (REGULAR, SEMIBOLD)]
    both = set(faces[0]) & set(faces[1])
    letters = (one for one in both if unicodedata.category(chr(one))[0] != "C")
    return frozenset(filter(_is_narrow, letters))


def _is_narrow(letter: int) -> bool:
    widths = (pdfmetrics.stringWidth(chr(letter), name, 1) for name in (REGULAR, SEMIBOLD))
    return bool(max(widths) <= WIDEST_LETTER)


def plain(text: object, longest: int = LONGEST, most_lines: int = MOST_LINES) -> str:
    """A text as a Paragraph shows it, whatever it holds."""
    lines = printable(text, longest).split("\n")
    short = "\n".join(lines[:most_lines]) + ("…" if len(lines) > most_lines else "")
    return escape(short).replace("\n", "<br/>")


class Heading(Paragraph):  # type: ignore[misc]
    """A heading that stands in the document's outline too."""

    def __init__(self, text: str, level: int) -> None:
        sizes = {0: (20, 0), 1: (13, 14), 2: (10, 8)}
        size, before = sizes[level]
        more = {"spaceBefore": before, "spaceAfter": 4, "keepWithNext": 1}
        self.words, self.level = printable(text, 200).replace("\n", " "), level
        super().__init__(escape(self.words), style(size, bold=True, **more))

    def split(self, _width: float, _height: float) -> list[Flowable]:
        """It stays whole."""
        return []


def text(words: object, **more: Any) -> Paragraph:
    return Paragraph(plain(words), style(**({"spaceAfter": 4} | more)))


def small(words: object, **more: Any) -> Paragraph:
    return Paragraph(plain(words), style(8, textColor=QUIET, spaceAfter=4, **more))


@cache
def _cell_style(colour: Any = INK) -> ParagraphStyle:
    return style(SIZE, leading=LEADING, textColor=colour)


def cell(words: object, width: float, colour: Any = INK) -> Any:
    """A plain string where it fits on one line, which is many times as quick. A string has the
    colour of its place in the table, a paragraph its own."""
    load_fonts()
    said = printable(words)
    inside = width - 2 * PADDING
    is_short = len(said) < 90 and "\n" not in said
    if is_short and pdfmetrics.stringWidth(said, REGULAR, SIZE) <= inside:
        return said
    # Lines that were typed may wrap too: each kind has half of the room.
    lines = MOST_LINES // 2 if "\n" in said else MOST_LINES
    longest = int(inside / WIDE_LETTER) * lines
    return fitting(said, longest, lines, _cell_style(colour), inside, MOST_LINES * LEADING)


def fitting(
    words: object, longest: int, lines: int, look: ParagraphStyle, width: float, high: float
) -> Paragraph:
    """As much of it as has room. Where lines break, and how wide letters are, is measured: a word
    that is longer than half a line leaves the other half empty."""
    shown = Paragraph(plain(words, longest, lines), look)
    while shown.wrap(width, high)[1] > high:
        longest = longest * 3 // 4
        shown = Paragraph(plain(words, longest, lines), look)
    return shown


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    shares: Sequence[float],
    marks: Iterable[tuple[int, int, Any]] = (),
) -> LongTable:
    """`shares` of the width by column; `marks` are (row, column, colour), the first row being 0.

    The heads stand on every page that it goes over to.
    """
    widths = [WIDTH * share / sum(shares) for share in shares]
    content = [[Paragraph(plain(head), style(SIZE, bold=True)) for head in heads]]
    coloured = {(row, column): colour for row, column, colour in marks}
    content += [
        [
            cell(one, widths[column], coloured.get((at, column), INK))
            for column, one in enumerate(row)
        ]
        for at, row in enumerate(rows)
    ]
    looks: list[Any] = [
        ("FONT", (0, 1), (-1, -1), REGULAR, SIZE, LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    looks += [
        ("TEXTCOLOR", (column, row + 1), (column, row + 1), colour)
        for (row, column), colour in coloured.items()
    ]
    return LongTable(content, widths, repeatRows=1, style=looks, spaceAfter=6, hAlign="LEFT")


class _Numbered(Canvas):  # type: ignore[misc]
    """Says on each page how many there are: known when the last one is there."""

    foot = "%s / %s"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self.pages, start=1):
            self.__dict__.update(page)
            self.setFont(REGULAR, 8)
            self.setFillColor(QUIET)
            self.drawRightString(A4[0] - LEFT, 11 * mm, self.foot % (number, len(self.pages)))
            super().showPage()
        super().save()


class _Document(BaseDocTemplate):  # type: ignore[misc]
    """`foot` stands at the left below each page."""

    def __init__(self, file: io.BytesIO, foot: str, **more: Any) -> None:
        super().__init__(file, pagesize=A4, displayDocTitle=1, **more)
        self.foot, self.headings, self.depth = foot, 0, -1
        frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._below))

    def _below(self, canvas: Canvas, _: Any) -> None:
        canvas.setStrokeColor(LINE)
        canvas.line(LEFT, 15 * mm, A4[0] - LEFT, 15 * mm)
        canvas.setFont(REGULAR, 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(LEFT, 11 * mm, self._fitting)

    @property
    def _fitting(self) -> str:
        """What of the foot leaves room for the number of the page."""
        foot, most = printable(self.foot, 200).replace("\n", " "), WIDTH - 30 * mm
        if pdfmetrics.stringWidth(foot, REGULAR, 8) <= most:
            return foot
        while pdfmetrics.stringWidth(f"{foot}…", REGULAR, 8) > most:
            foot = foot[:-1]
        return f"{foot}…"

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        if isinstance(flowable, Heading):
            self.headings += 1
            key = f"heading-{self.headings}"
            self.canv.bookmarkPage(key)
            # An outline goes down one step at a time.
            self.depth = min(flowable.level, self.depth + 1)
            self.canv.addOutlineEntry(flowable.words, key, self.depth, closed=self.depth > 0)


def pdf(
    story: list[Flowable],
    title: str,
    foot: str,
    page_words: str,
    language: str,
    author: str = "Laddvakt",
) -> bytes:
    """`page_words` has two places: `Page %s of %s`."""
    load_fonts()
    file = io.BytesIO()
    numbered = type("Numbered", (_Numbered,), {"foot": page_words})
    words = printable(title, 200).replace("\n", " ")
    document = _Document(file, foot, title=words, author=author, lang=language)
    document.build(story, canvasmaker=numbered)
    return file.getvalue()
