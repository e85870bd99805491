"""Files from tablets: kept by their hash, drawn anew, and served so that nothing in them runs."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from service.core import files
from service.core.db import db
from service.core.files import Blob
from tests.tablets.conftest import Hand, photo, sha_of


def blobs() -> int:
    return db.session.scalar(select(func.count()).select_from(Blob)) or 0


def test_a_photo_is_kept_under_the_hash_of_what_was_sent(hand: Hand) -> None:
    content = photo()

    assert hand.put(content).status_code == 201
    row = Blob.with_sha(sha_of(content))
    assert row is not None
    assert (row.width, row.height, row.mime, row.by_id) == (60, 40, "image/jpeg", hand.person.id)


def test_the_same_photo_again_is_the_same(hand: Hand) -> None:
    hand.put(photo())

    assert hand.put(photo()).status_code == 200
    assert blobs() == 1


def test_a_tablet_asks_which_photos_are_there(hand: Hand) -> None:
    content = photo()
    before = hand.call("HEAD", f"blobs/{sha_of(content)}").status_code
    hand.put(content)

    assert before == 404
    assert hand.call("HEAD", f"blobs/{sha_of(content)}").status_code == 200


def test_bytes_that_were_cut_off_are_refused_and_may_come_again(hand: Hand) -> None:
    content = photo()
    cut = hand.put(content[:-20], sha=sha_of(content))

    assert cut.status_code == 422
    assert cut.json["type"].endswith("other-hash")
    assert hand.put(content).status_code == 201


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (b"%PDF-1.7 named photo.jpg", "image/jpeg"),
        (b"GIF89a/*\x01\x00*/=1;alert(1)", "image/jpeg"),
        (photo(kind="PNG"), "image/jpeg"),
        (photo(kind="BMP"), "image/bmp"),
        (photo()[:200], "image/jpeg"),
        (b"", "image/jpeg"),
        (photo(), "text/html"),
    ],
)
def test_what_is_no_image_of_its_kind_is_refused(hand: Hand, content: bytes, mime: str) -> None:
    assert hand.put(content, mime).status_code == 422
    assert blobs() == 0


def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_drawn(hand: Hand) -> None:
    bomb = _png_of(13_000, 13_000)

    assert len(bomb) < 1_000_000
    assert hand.put(bomb, "image/png").status_code == 413
    assert blobs() == 0


def _png_of(width: int, height: int) -> bytes:
    """An honest PNG of one colour: nothing but zeroes, packed."""
    page = io.BytesIO()
    Image.new("1", (1, 1)).save(page, "PNG")
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\x00\x00\x00\x00"
    rows = b"IDAT" + zlib.compress(b"\x00" * ((width + 7) // 8 + 1) * height, 9)
    chunks = (head, rows, b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (len(one) - 4).to_bytes(4, "big") + one + zlib.crc32(one).to_bytes(4, "big")
        for one in chunks
    )


def test_too_many_bytes_are_refused(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 500)

    assert hand.put(photo(size=(900, 900))).status_code == 413
    assert blobs() == 0


def test_nothing_but_pixels_is_kept(hand: Hand) -> None:
    page = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at 57.7N 11.9E"
    words = b"<script>alert(1)</script>"
    Image.new("RGB", (60, 40)).save(page, "JPEG", exif=exif, comment=words)
    content = page.getvalue() + b"<html><script>alert(2)</script>"
    hand.put(content)

    served = files.read(sha_of(content))
    assert b"taken at" in content
    assert b"script" not in served
    assert b"taken at" not in served
    assert Image.open(io.BytesIO(served)).size == (60, 40)


@pytest.mark.parametrize("kind", [1, 2, 5, 10, 12])
def test_a_photo_with_nonsense_about_it_is_kept_upright(hand: Hand, kind: int) -> None:
    """Each kind is another of what a camera may say; its maker is a text, and no other."""
    content = _with_exif(kind)

    assert hand.put(content).status_code == 201
    assert Image.open(io.BytesIO(files.read(sha_of(content)))).size == (40, 60)


def _with_exif(kind: int) -> bytes:
    entries = struct.pack("<HHHIIHHII", 2, 0x010F, kind, 1, 8, 0x0112, 3, 1, 6)
    about = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entries + bytes(4)
    plain = photo()
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(about) + 2) + about + plain[2:]


def test_a_photo_taken_upright_is_kept_upright(hand: Hand) -> None:
    page = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(page, "JPEG", exif=exif)
    hand.put(page.getvalue())

    row = Blob.with_sha(sha_of(page.getvalue()))
    assert row is not None
    assert (row.width, row.height) == (40, 60)


def test_a_very_large_photo_is_made_smaller(hand: Hand) -> None:
    content = photo(size=(6000, 200))
    hand.put(content)

    row = Blob.with_sha(sha_of(content))
    assert row is not None
    assert row.width == files.LONGEST_SIDE


@pytest.mark.parametrize("name", ["..%2f..%2fetc", "x" * 64, "A" * 64, "0" * 63])
def test_a_name_that_is_no_hash_is_no_file(hand: Hand, name: str) -> None:
    assert hand.put(photo(), sha=name).status_code in (404, 422)
    assert blobs() == 0


def test_who_has_no_tablet_sends_no_file(app: Any, hand: Hand) -> None:
    hand.token = "lvt_nobody"

    assert hand.put(photo()).status_code == 401
    assert blobs() == 0
