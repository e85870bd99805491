"""The station's label before the tablet's camera: a film of a QR code, held askew."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Playwright, expect

from service.people.models import Person
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.browser.conftest import CHROMIUM
from tests.tablet.conftest import UPRIGHT, Garage, Hand


def film(text: str, file: Path) -> Path:
    """JPEGs one after the other: what Chromium takes for a camera."""
    code = io.BytesIO()
    segno.make(text, error="m").save(code, kind="png", scale=8, border=4)
    label = Image.open(code).convert("RGB").rotate(8, expand=True, fillcolor="white")
    frame = Image.new("RGB", (640, 480), "white")
    frame.paste(label.resize((420, 420)), (110, 30))
    picture = io.BytesIO()
    frame.save(picture, "JPEG", quality=90)
    file.write_bytes(picture.getvalue() * 5)
    return file


def test_the_camera_reads_the_label_and_says_that_it_is_the_right_station(
    garage: Garage,
    playwright: Playwright,
    tmp_path: Path,
    tove: Person,
    visit: ServiceVisit,
    harbour: Station,
) -> None:
    reel = film(f"https://laddvakt.example/s/{harbour.code}", tmp_path / "label.mjpeg")
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={reel}",
        ],
    )
    context = browser.new_context(
        viewport=UPRIGHT,  # type: ignore[arg-type]
        locale="sv-SE",
        permissions=["camera"],
        service_workers="block",
    )
    light = Hand(garage, context, context.new_page())
    light.given(tove)
    light.page.goto(f"{garage.address}/t/#/scan")

    light.page.wait_for_url(f"**/t/#/visit/{visit.id}", timeout=20_000)
    expect(light.page.get_by_text("Hamnen 3: rätt station.")).to_be_visible()
    light.close()
    browser.close()


@pytest.mark.parametrize("how", ["as it is", "with a dash, small"])
def test_the_code_can_be_typed(
    light: Hand, visit: ServiceVisit, harbour: Station, how: str
) -> None:
    code = harbour.code
    typed = code if how == "as it is" else f" {code[:4]}-{code[4:]}".lower()
    light.open(f"#/scan/{visit.id}")
    light.page.fill("#code", typed)
    light.page.press("#code", "Enter")

    expect(light.page.get_by_text("Hamnen 3: rätt station.")).to_be_visible()


def test_another_station_is_refused(light: Hand, visit: ServiceVisit) -> None:
    light.open(f"#/visit/{visit.id}")
    light.page.fill("#code", "ZZZZ-9999")
    light.page.press("#code", "Enter")

    expect(light.page.locator("main [role=status].wrong")).to_contain_text("hör inte till besöket")
