"""The paper of a service report: read back by its words, spoilt by every text that can be typed."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zlib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from service.reports import paper
from service.reports.service_frozen import frozen
from service.reports.service_paper import written
from service.reports.service_pictures import kept_as
from service.reports.service_printing import Bounds, PrintingError, printed
from tests.reports.reading import pages, words
from tests.reports.sample import facts, photo, sha, signature

AT = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
# What a program that opens a PDF must not find in it.
ACTIVE = (
    b"/JS",
    b"/JavaScript",
    b"/OpenAction",
    b"/Launch",
    b"/URI",
    b"/EmbeddedFile",
    b"/AA ",
    b"/AA<",
)


def photos(count: int) -> dict[str, bytes]:
    made = [photo(number, (400 + number, 300)) for number in range(count)]
    return {sha(one): one for one in made}


def pictures(count: int) -> dict[str, bytes]:
    return {**photos(count), sha(signature()): signature()}


def images(page: pypdfium2.PdfPage) -> list[Any]:
    return list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))


def quickly(made: dict[str, Any], folder: Path, with_: dict[str, bytes] | None = None) -> bytes:
    """In this process, where nothing has to be bounded."""
    for name, content in (with_ or {}).items():
        kept_as(folder, name).write_bytes(content)
    return written(made, folder)


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's own settings of ReportLab stay with the worker."""
    monkeypatch.setattr("reportlab.rl_config.invariant", 0)
    monkeypatch.setattr("reportlab.rl_config.useA85", 1)


def test_all_that_stands_in_the_facts_is_printed() -> None:
    pdf = printed(facts(40, photos(3)), pictures(3), AT)
    read = words(pdf)

    assert "Servicerapport" in read
    assert "▲ Utförd, med anmärkningar" in read
    assert all(f"Isolationsresistans {n}" in read for n in range(40))
    assert "241,5 MΩ" in read
    assert "● Godkänd" in read
    assert read.count("Hamnen 3, uttag 1: kontakt") == 3
    assert "https://laddvakt.example/v/Zk3v9qLmT0aB4cD5eF6g7h" in read
    assert f"Sida 1 av {len(pages(pdf))}" in read


def test_it_has_a_title_a_language_an_outline_and_its_own_letters() -> None:
    pdf = printed(facts(), pictures(0), AT)
    document = pypdfium2.PdfDocument(pdf)
    told = document.get_metadata_dict()

    assert told["Title"] == "Servicerapport R-00012 · BRF Kajen"
    assert told["Author"] == "Laddservice AB"
    assert told["CreationDate"].startswith("D:20260302130500")
    assert [one.get_title() for one in document.get_toc()] == ["Hamnen 3", "Foton", "Äkthet"]
    assert re.search(rb"/Lang\s*\(sv\)", pdf)
    assert b"/DisplayDocTitle true" in pdf
    used = {name.partition(b"+")[2] for name in re.findall(rb"/FontName /(\S+)", pdf)}
    assert used == {b"SourceSans3-Regular", b"SourceSans3-SemiBold"}
    assert b"pdfaid" not in pdf


def test_equal_facts_make_equal_bytes() -> None:
    assert printed(facts(), pictures(0), AT) == printed(facts(), pictures(0), AT)


@pytest.mark.parametrize("count", [0, 1, 40])
def test_any_number_of_photos_is_shown(count: int) -> None:
    pdf = printed(facts(2, photos(count)), pictures(count), AT)
    document = pypdfium2.PdfDocument(pdf)
    shown = [len(images(page)) for page in document]

    # The code for the telephone and the signature are pictures too.
    assert sum(shown) == count + 2


def test_a_photo_that_is_not_there_or_is_none_leaves_a_word(tmp_path: Path) -> None:
    lost, broken = sha(b"lost"), sha(b"broken")
    made = facts(1, {lost: b"", broken: b""})

    pdf = quickly(made, tmp_path, {broken: b"<script>alert(1)</script>"})

    assert words(pdf).count("Fotot saknas.") == 2


def test_a_picture_that_unpacks_to_a_flood_is_left_out(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_ = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + sum_

    head = (13_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )

    assert "Fotot saknas." in words(
        quickly(facts(1, {sha(bomb): b""}), tmp_path, {sha(bomb): bomb})
    )


HOSTILE = {
    "a picture of the house's own files": '<img src="/etc/passwd"/> <img src="file:///etc/hosts"/>',
    "a link that runs": '<a href="javascript:alert(1)">tryck</a><link href="javascript:x">y</link>',
    "a tag that never ends": "<b>hi",
    "tags that do not match": "</para></b><para><font size=900>x",
    "an entity": "&#0; &lt;b&gt; &amp &unknown; <!DOCTYPE x [<!ENTITY a 'b'>]>",
    "markup of ReportLab": '<seq id="x"/><onDraw name="x" label="y"/><unichar code="0"/>{0} %s',
    "PDF": "endobj\n>> /OpenAction << /S /JavaScript /JS (app.alert(1)) >> (\\) \\( )",
    "400 kB of text": "Kabeln är sliten. " * 23_000,
    "a word of a megabyte": "W" * 1_000_000,
    "ten thousand lines": "rad\n" * 10_000,
    "lines that are too long each": ("W" * 90 + "\n") * 60,
    "from right to left": "مرحبا بالعالم \u202eevil\u202c \u2066x\u2069",
    "pictures as letters": "👍🏽 👨‍👩‍👧‍👦 🔌⚡",
    "what is no letter": "a\x00b\x07c\x1b[31m\u2028d\u0085e",
    "half a letter": "a\ud800b",
    "a heap of accents": "e" + "\u0301" * 5000,
    "the widest letters": "\u2e3b" * 4000,
    "wide letters": "\u1fab‰" * 2000,
    "wide words": "‰‰‰‰‰‰‰ " * 500,
    "words of half a column": "WWWW " * 1000,
    "words of half a box": "WWWWWWWWWW " * 400,
    "words of half a line": f"{'W' * 21} " * 200,
    "lines of half a box": "WWWWWWWWWW\n" * 400,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_breaks_injects_or_holds_up(text: str) -> None:
    one = photo(1, (80, 60))
    begun = time.monotonic()

    made = frozen(facts(5, {sha(one): one}, text))
    pdf = printed(made, {**pictures(0), sha(one): one}, AT)

    assert time.monotonic() - begun < 20
    assert not [word for word in ACTIVE if word in _unpacked(pdf)]
    assert len(pdf) < 2_000_000
    read = words(pdf)
    assert "root:" not in read
    assert "241,5 MΩ" in read
    assert "https://laddvakt.example/v/" in read


def _unpacked(pdf: bytes) -> bytes:
    """What a reader would act on: neither the streams, which hold no objects here, nor texts."""
    objects = re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL)
    return re.sub(rb"\((?:\\.|[^\\()])*\)", b"()", objects, flags=re.DOTALL)


@pytest.mark.parametrize("text", ["<b>hi", "&lt;x&gt; & co", '<img src="/etc/passwd"/>'])
def test_markup_is_shown_as_it_was_typed(text: str) -> None:
    assert text in words(printed(facts(1, None, text), pictures(0), AT))


def test_nothing_is_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/x.png"
        printed(facts(2, None, f'<img src="{url}"/> {url}'), pictures(0), AT)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert asked == []


def test_ten_thousand_rows_are_printed_with_their_heads_on_each_page() -> None:
    pdf = printed(facts(10_000), pictures(0), AT, Bounds(seconds=180))
    read = pages(pdf)

    assert "Isolationsresistans 9999" in " ".join(read)
    assert all("Kontroll" in page for page in read[2:-2])


def test_who_takes_too_long_is_ended(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(PrintingError, match="not printed within"):
        printed(facts(), {}, AT, Bounds(seconds=1), worker="tests.reports.sleeper")

    assert time.monotonic() - begun < 10


def test_what_kills_the_process_is_told(tmp_path: Path) -> None:
    broken = {**facts(), "blocks": [{"kind": "dance"}]}
    with pytest.raises(PrintingError, match="KeyError: 'dance'"):
        printed(broken, {}, AT)


@pytest.mark.parametrize(
    ("bounds", "what"),
    [
        (Bounds(facts_bytes=100), "its text"),
        (Bounds(photos_bytes=100), "its photos"),
        (Bounds(pdf_bytes=100), "the finished report"),
    ],
)
def test_what_is_too_large_is_refused_with_its_size(bounds: Bounds, what: str) -> None:
    with pytest.raises(PrintingError, match=what):
        printed(facts(), pictures(0), AT, bounds)


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    with pytest.raises(PrintingError) as told:
        printed(facts(), {}, AT, worker="tests.reports.teller")

    assert "SECRET_KEY" not in str(told.value)
    assert "SOURCE_DATE_EPOCH" in str(told.value)


def test_a_letter_that_the_fonts_lack_has_a_sign_of_its_own() -> None:
    assert paper.printable("Å 👍 x") == "Å □ x"
    assert paper.printable("a\u202eb\x00c") == "abc"


def test_facts_are_json_and_nothing_else() -> None:
    assert json.loads(json.dumps(facts())) == facts()


def test_a_photo_that_was_turned_in_the_hand_is_upright(tmp_path: Path) -> None:
    made, file = Image.new("RGB", (400, 300), "red"), io.BytesIO()
    exif = made.getexif()
    exif[0x0112] = 6
    made.save(file, "JPEG", exif=exif)
    turned = file.getvalue()
    pdf = quickly(facts(1, {sha(turned): b""}), tmp_path, {sha(turned): turned})
    page = pypdfium2.PdfDocument(pdf)[0]
    sizes = [
        thing.get_px_size() for thing in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    ]

    assert (300, 400) in sizes
