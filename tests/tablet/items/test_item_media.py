"""Photos, signatures, parts, and what the charger itself says."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.tablet.items.conftest import Bench, answer, go_on, operations, typed, until

ORIENTATION, MAKER = 0x0112, 0x010F


def photo(width: int, height: int, colour: str = "red", **exif: Any) -> bytes:
    image = Image.new("RGB", (width, height), colour)
    image.paste("blue", (0, 0, width // 2, height // 4))
    told = Image.Exif()
    told[MAKER] = "Secret camera"
    for key, value in exif.items():
        told[int(key.strip("x"), 16)] = value
    out = io.BytesIO()
    image.save(out, "JPEG", exif=told)
    return out.getvalue()


def give(page: Page, *files: bytes) -> None:
    told = [
        {"name": f"{i}.jpg", "mimeType": "image/jpeg", "buffer": one} for i, one in enumerate(files)
    ]
    page.locator("input[type=file]").last.set_input_files(told)  # type: ignore[arg-type]


def kept(page: Page, sha: str) -> Image.Image:
    raw = page.evaluate(
        "async (sha) => [...new Uint8Array((await bench.store.getBlob(sha)).bytes)]", sha
    )
    return Image.open(io.BytesIO(bytes(raw)))


def test_a_photo_becomes_small_and_loses_its_own_facts(bench: Bench) -> None:
    page = bench.item("overview|station")
    give(page, photo(4000, 3000))
    expect(page.locator(".photos img")).to_have_count(1)
    go_on(page)

    [sha] = answer(page, "overview|station")["photos"]
    image = kept(page, sha)
    assert (image.format, image.size) == ("JPEG", (1600, 1200))
    assert not dict(image.getexif())
    assert operations(page)[0]["blobs"] == [sha]


def test_a_photo_held_on_its_side_stands_upright(bench: Bench) -> None:
    page = bench.item("overview|station")
    give(page, photo(400, 200, x0112=6))
    expect(page.locator(".photos img")).to_have_count(1)
    go_on(page)

    assert kept(page, answer(page, "overview|station")["photos"][0]).size == (200, 400)


def test_several_photos_are_kept_and_one_can_be_removed(bench: Bench) -> None:
    page = bench.item("overview|station")
    give(page, *(photo(300, 200, colour) for colour in ("red", "green", "black")))
    expect(page.locator(".photos img")).to_have_count(3)
    page.get_by_role("button", name="Ta bort bild 2").click()
    expect(page.locator(".photos img")).to_have_count(2)
    go_on(page)

    assert len(answer(page, "overview|station")["photos"]) == 2


def test_photos_are_there_after_a_reload(bench: Bench) -> None:
    page = bench.item("overview|station")
    give(page, photo(300, 200))
    expect(page.locator(".photos img")).to_have_count(1)
    page.reload()

    expect(page.locator(".photos img")).to_have_count(1)
    until(page, "document.querySelector('.photos img').naturalWidth === 300")


def test_what_is_no_picture_says_so(bench: Bench) -> None:
    page = bench.item("overview|station")
    give(page, b"nothing of the kind")

    expect(page.get_by_text("0.jpg gick inte att läsa som bild.")).to_be_visible()
    expect(page.locator("#next")).to_be_enabled()


def sign(page: Page) -> None:
    canvas = page.locator("#sign-glass")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 40 + 15 * (step % 4))
    page.mouse.up()
    expect(page.get_by_text("Underskriften finns.")).to_be_visible()


INK = """() => {
    const canvas = document.querySelector("#sign-glass");
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let dark = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] < 128) dark += 1;
    return dark;
}"""


def test_a_signature_is_kept_as_strokes_and_as_a_picture(bench: Bench) -> None:
    page = bench.item("who|visit")
    typed(page, "Åsa Öberg")
    sign(page)
    go_on(page)

    value = answer(page, "who|visit")["value"]
    assert value["name"] == "Åsa Öberg"
    assert len(value["strokes"][0]["points"]) > 3
    assert kept(page, value["png"]).format == "PNG"
    assert operations(page)[0]["blobs"] == [value["png"]]


def test_a_signature_survives_turning_the_tablet_and_a_reload(bench: Bench) -> None:
    page = bench.item("who|visit")
    sign(page)
    page.set_viewport_size({"width": 1180, "height": 820})
    until(page, f"({INK})() > 50")
    page.reload()
    page.wait_for_selector("#sign-glass")

    until(page, f"({INK})() > 50")


def test_a_signature_can_be_cleared(bench: Bench) -> None:
    page = bench.item("who|visit")
    typed(page, "Åsa")
    sign(page)
    expect(page.locator("#next")).to_be_enabled()
    page.get_by_role("button", name="Sudda").click()
    expect(page.get_by_text("Skriv under i rutan.")).to_be_visible()

    assert page.evaluate(f"({INK})()") == 0


def test_parts_are_found_by_number_and_counted(bench: Bench) -> None:
    page = bench.item("parts|visit")
    page.locator("#field").fill("F-100 Filter")
    page.get_by_label("Antal").fill("1,5")
    page.get_by_label("Serienummer").fill("S-9")
    go_on(page)

    assert answer(page, "parts|visit")["value"] == [
        {"part_id": 9, "quantity": "1.5", "serial": "S-9"}
    ]


def test_no_parts_is_an_answer(bench: Bench) -> None:
    page = bench.item("parts|visit")
    page.get_by_role("button", name="Inga delar användes").click()
    go_on(page)

    assert answer(page, "parts|visit")["value"] == []


def test_what_the_station_says_now_can_be_used(bench: Bench) -> None:
    since = "2026-11-25T09:30:00Z"
    bench.live = {
        "connected": True,
        "connectors": [{"number": 1, "status": "Unavailable", "since": since}],
    }
    page = bench.item("inop|station")
    expect(page.get_by_text("Stationen säger Uttag 1 ur drift (sedan 25 nov.")).to_be_visible()
    page.get_by_role("button", name="Använd det").click()
    expect(page.get_by_role("radio", name="Ja")).to_be_checked()
    go_on(page)

    assert answer(page, "inop|station")["value"] is True


@pytest.mark.parametrize("live", [None, {"connected": False, "connectors": []}])
def test_without_contact_it_is_asked_by_hand(bench: Bench, live: dict[str, Any] | None) -> None:
    bench.live = live
    page = bench.item("inop|station")
    expect(page.locator(".live")).to_have_class("live stale-able stale")
    page.locator("label", has_text="Nej").click()
    go_on(page)

    assert answer(page, "inop|station")["value"] is False
