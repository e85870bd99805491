"""A PDF read back: its words, page by page."""

from __future__ import annotations

import pypdfium2


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [_words(page) for page in document]
    finally:
        document.close()


def _words(page: pypdfium2.PdfPage) -> str:
    lines = page.get_textpage().get_text_range()
    return " ".join(str(lines).split())


def words(content: bytes) -> str:
    return " ".join(pages(content))
