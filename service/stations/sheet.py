"""A table that somebody saved as CSV: which letters, which separator, which columns."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

LARGEST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
SEPARATORS = ",;\t"
# What a spreadsheet takes for a formula; a download puts an apostrophe before it.
FORMULA = ("'=", "'+", "'-", "'@")

# Every column with the headings that mean it, in English and Swedish.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("name", "station", "namn", "laddstation"),
    "ocpp_identity": ("ocpp identity", "identity", "ocpp-identitet", "identitet"),
    "customer": ("customer", "kund"),
    "site": ("site", "anläggning", "plats"),
    "address": ("address", "adress", "gatuadress"),
    "postal_code": ("postal code", "postnummer"),
    "city": ("city", "ort", "stad"),
    "latitude": ("latitude", "latitud"),
    "longitude": ("longitude", "longitud"),
    "time_zone": ("time zone", "tidszon"),
    "access_notes": ("access notes", "tillträde", "åtkomst"),
    "maker": ("maker", "manufacturer", "tillverkare", "fabrikat"),
    "model": ("model", "modell"),
    "article_number": ("article number", "artikelnummer"),
    "current": ("current", "strömtyp", "ström"),
    "power_kw": ("power kw", "power (kw)", "power", "effekt (kw)", "effekt kw", "effekt"),
    "connectors": ("connectors", "uttag", "antal uttag"),
    "serial_number": ("serial number", "serienummer"),
    "firmware_version": ("firmware", "firmware version", "programvara"),
    "access": ("access", "tillgång", "publik eller intern"),
    "authorization": ("who may charge", "authorization", "vem får ladda"),
    "security_profile": ("security profile", "säkerhetsprofil"),
    "commissioned_on": ("commissioned on", "driftsatt", "driftsättning"),
}
REQUIRED = ("name", "ocpp_identity")
Headings = Mapping[str, tuple[str, ...]]


class SheetError(Exception):
    """Nothing of the file can be read. `code` says why, `facts` with what."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Row:
    """One row as it was typed. `number` is the one that a spreadsheet shows."""

    number: int
    cells: dict[str, str]
    # Cells beyond the last heading.
    extra: int = 0


@dataclass(frozen=True)
class Sheet:
    encoding: str
    separator: str
    rows: list[Row]
    # Headings that mean nothing here.
    ignored: list[str]


def read(data: bytes, headings: Headings = HEADINGS, required: Sequence[str] = REQUIRED) -> Sheet:
    """A table with these columns. Raises SheetError."""
    if len(data) > LARGEST_BYTES:
        raise SheetError("too_large", megabytes=LARGEST_BYTES // 1024 // 1024)
    encoding, text = _decoded(data)
    separator = _separator(text)
    lines = _lines(text, separator)
    heads = next(lines, (0, []))[1]
    columns = [_column(head, headings) for head in heads]
    _check(columns, required)
    return Sheet(
        encoding=encoding,
        separator=separator,
        rows=_rows(lines, columns),
        ignored=[head for head, column in zip(heads, columns, strict=True) if head and not column],
    )


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decode(data, (name,))
    return _decode(data, ("utf-8", "cp1252"))


def _decode(data: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("unreadable")


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from enumerate(([_cell(cell) for cell in line] for line in reader), start=1)
    except csv.Error:
        raise SheetError("unreadable") from None


def _cell(text: str) -> str:
    # Some programs write an å as an a and a ring.
    text = normalize("NFC", text).strip()
    return text[1:] if text.startswith(FORMULA) else text


def _column(head: str, headings: Headings) -> str:
    words = head.casefold()
    plain = words.replace("_", " ")
    return next((name for name, known in headings.items() if plain in known or words in known), "")


def _check(columns: list[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        raise SheetError("no_column", columns=missing)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise SheetError("column_twice", columns=twice)


def _rows(lines: Iterator[tuple[int, list[str]]], columns: list[str]) -> list[Row]:
    rows: list[Row] = []
    for number, line in lines:
        if not any(line):
            continue
        if len(rows) == MOST_ROWS:
            raise SheetError("too_many", most=MOST_ROWS)
        cells = {name: cell for name, cell in zip(columns, line, strict=False) if name}
        extra = sum(1 for cell in line[len(columns) :] if cell)
        rows.append(Row(number, cells, extra))
    if not rows:
        raise SheetError("empty")
    return rows
