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


def pictures(content: bytes) -> int:
    """How many pictures stand on its pages."""
    document = pypdfium2.PdfDocument(content)
    try:
        kinds = [one.type for page in document for one in page.get_objects()]
    finally:
        document.close()
    return kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE)
