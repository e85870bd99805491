"""Rows as a file for a spreadsheet, streamed, and harmless when it is opened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Response, stream_with_context
from openpyxl import Workbook

from service.core import language
from service.core.dates import HOME

# What makes a spreadsheet take a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 1_048_575


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and never computes."""
    return f"'{text}" if text.startswith(FORMULA) else text


class Sheet:
    def __init__(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.name, self.heads, self.rows = name, heads, rows

    def csv(self) -> Response:
        """With semicolons where the language's numbers have commas: so spreadsheets expect it."""
        answer = Response(stream_with_context(self._lines()), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.name}.csv"'
        return answer

    def _lines(self) -> Iterator[str]:
        swedish = language.current() == "sv"
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";" if swedish else ",")
        yield "\N{BYTE ORDER MARK}"
        writer.writerow([harmless(head) for head in self.heads])
        for row in self.rows:
            writer.writerow([_csv_cell(value, swedish) for value in row])
            yield _emptied(buffer)
        yield _emptied(buffer)

    def xlsx(self) -> Response:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(self.name[:31])
        sheet.append([harmless(head) for head in self.heads])
        for number, row in enumerate(self.rows):
            if number == XLSX_ROWS:
                break
            sheet.append([_xlsx_cell(value) for value in row])
        file = TemporaryFile()  # noqa: SIM115 - closed behind its last byte
        book.save(file)
        answer = Response(_parts(file), mimetype=XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.name}.xlsx"'
        return answer


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(64 * 1024):
            yield part


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _csv_cell(value: Any, swedish: bool) -> str:
    plain = _plain(value)
    if isinstance(plain, datetime):
        return plain.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(plain, int | float | Decimal) and not isinstance(plain, bool):
        text = f"{plain:f}" if isinstance(plain, Decimal) else str(plain)
        return text.replace(".", ",") if swedish else text
    return "" if plain is None else harmless(str(plain))


def _xlsx_cell(value: Any) -> Any:
    plain = _plain(value)
    if plain is None or isinstance(plain, int | float | Decimal | datetime):
        return plain
    # Spreadsheets refuse control characters; they carry nothing that a reader needs.
    return harmless("".join(c for c in str(plain) if c >= " " or c in "\t\n\r"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(HOME).replace(tzinfo=None, microsecond=0)
    return value.value if isinstance(value, Enum) else value
