"""Who plans the day sees it: about forty rows of a list at once, without scrolling."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.browser.conftest import Desk
from tests.browser.world import first

ROWS = 39
SCREEN = {"width": 1440, "height": 1080}
# Rows whose lower edge is on the screen, and rows that take more than one line.
SEEN = """() => {
    const rows = document.querySelectorAll('.dense tbody tr');
    const boxes = [...rows].map(row => row.getBoundingClientRect());
    const seen = boxes.filter(box => box.bottom <= innerHeight);
    return [seen.length, boxes.filter(box => box.height > 26).length];
}"""


@pytest.fixture(scope="module")
def busy(desk: Desk) -> None:
    """More than a screen of both, with names as long as people give them."""
    somebody, site = first(Person, Person.role == Role.ADMINISTRATOR), first(Site)
    for number in range(50):
        name = f"Parkeringshuset vid järnvägsstationens norra uppgång {number}"
        station = Station.create(name, f"NORRA-{number}", somebody, now(), site=site)
        words = "Kabeln har legat under en bil i natt och isoleringen är skadad nära handsken"
        Ticket.open_by_hand(station, words, Priority.P2, somebody, now(), connector=1)
    db.session.commit()


@pytest.fixture
def page(administrator: BrowserContext) -> Iterator[Page]:
    page = administrator.new_page()
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    yield page
    page.close()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("address", ["/tickets", "/tickets?sort=-opened_at", "/stations"])
def test_about_forty_rows_are_seen_at_once(desk: Desk, page: Page, address: str) -> None:
    page.goto(desk.address + address)
    seen, tall = page.evaluate(SEEN)

    assert (seen >= ROWS, tall) == (True, 0), f"{seen} rows are seen, {tall} take two lines"


@pytest.mark.usefixtures("busy")
def test_a_name_that_is_cut_off_can_still_be_read_in_full(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/stations?q=NORRA-7")

    cut = page.locator("td.line:has(a)").first
    assert cut.get_attribute("title") == "Parkeringshuset vid järnvägsstationens norra uppgång 7"
