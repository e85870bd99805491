import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, g, request
from openpyxl import load_workbook
from sqlalchemy import Engine, event, insert
from sqlalchemy.orm import joinedload
from werkzeug.test import TestResponse

from service.core import lists
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.pages import Page
from service.people.models import Customer, Role
from service.stations.models import Site
from tests.conftest import NOON, person, signed_in

COLUMNS = (
    Column("name", "Name", sort=Site.name),
    Column("city", "City", sort=Site.city),
    Column("customer", "Customer", value=lambda site: site.customer.name),
    Column("latitude", "Latitude", number=True),
    Column("created_at", "Created", on_page=False),
)


def _in_city(query: Any, city: str) -> Any:
    return query.where(Site.city == city)


def sites() -> Listing:
    cities = [("Lund", "Lund"), ("Malmö", "Malmö")]
    return Listing(
        name="sites",
        query=Site.visible_to(g.person).options(joinedload(Site.customer)),
        columns=COLUMNS,
        search=(Site.name, Site.city),
        filters=(Filter("city", "City", cities, _in_city),),
        sort="name",
        per_page=10,
    )


@pytest.fixture
def fleet(customer: Customer) -> None:
    """25 sites: 13 in Lund, 12 in Malmö."""
    rows = [
        {
            "customer_id": customer.id,
            "name": f"P-hus {number:02}",
            "city": "Malmö" if number % 2 else "Lund",
            "created_at": NOON,
        }
        for number in range(25)
    ]
    db.session.execute(insert(Site), rows)
    db.session.commit()


@pytest.fixture
def page(app: Flask) -> Any:
    operator = person(Role.OPERATIONS)

    def asked(address: str = "/", **more: Any) -> Page:
        with app.app_context(), app.test_request_context(address, **more):
            g.person = operator
            return sites().page(request.args)

    return asked


@pytest.fixture
def file(app: Flask) -> Any:
    operator = person(Role.OPERATIONS)

    def downloaded(kind: str, language: str = "en") -> bytes:
        headers = {"Accept-Language": language}
        with app.app_context(), app.test_request_context(f"/?format={kind}", headers=headers):
            g.person = operator
            answer: Any = sites().answer("not a page")
            answer.direct_passthrough = False
            return bytes(answer.get_data())

    return downloaded


def names(page: Page) -> list[str]:
    return [row.name for row in page.rows]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "set_config" not in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("fleet")
def test_a_page_holds_the_first_rows_in_order(page: Any) -> None:
    first = page()

    assert names(first) == [f"P-hus {number:02}" for number in range(10)]
    assert (first.total, first.is_more) == (25, False)


@pytest.mark.usefixtures("fleet")
def test_the_pages_together_hold_every_row_once(page: Any) -> None:
    found = [name for number in (1, 2, 3) for name in names(page(f"/?page={number}&sort=city"))]

    assert sorted(found) == [f"P-hus {number:02}" for number in range(25)]


@pytest.mark.usefixtures("fleet")
def test_a_search_finds_every_word_in_any_column(page: Any) -> None:
    assert names(page("/?q=lund+04")) == ["P-hus 04"]


@pytest.mark.usefixtures("fleet")
def test_a_search_takes_signs_as_they_are(page: Any) -> None:
    assert names(page("/?q=%25")) == []
    assert names(page("/?q=_")) == []
    assert names(page("/?q=%00")) != []


@pytest.mark.usefixtures("fleet")
def test_a_filter_narrows(page: Any) -> None:
    narrowed = page("/?city=Lund")

    assert narrowed.total == 13
    assert narrowed.is_narrowed


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    "address", ["/?city=Atlantis", "/?sort=password", "/?page=-3", "/?page=x", "/?page=²"]
)
def test_nonsense_in_the_address_does_nothing(page: Any, address: str) -> None:
    assert names(page(address)) == names(page())


@pytest.mark.usefixtures("fleet")
def test_a_sort_can_be_turned(page: Any) -> None:
    assert names(page("/?sort=-name"))[0] == "P-hus 24"


@pytest.mark.usefixtures("fleet")
def test_counting_may_stop(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED", 20)
    first = page(headers={"Accept-Language": "en"})

    assert (first.total, first.is_more) == (20, True)


@pytest.mark.usefixtures("fleet")
def test_a_list_asks_the_database_thrice_however_long_it_is(app: Flask, page: Any) -> None:
    with counted(db.engine) as asked:
        page()

    assert len(asked) == 3


def test_a_customers_person_sees_their_own_rows_alone(
    app: Flask, customer: Customer, site: Site
) -> None:
    other = Customer(name="Parkab", created_at=NOON)
    db.session.add(other)
    db.session.flush()
    theirs = Site(customer_id=other.id, name="Deras", created_at=NOON)
    db.session.add(theirs)
    db.session.commit()
    with app.test_request_context("/"):
        g.person = person(Role.CUSTOMER, customer=customer)

        assert [row.name for row in sites().page({}).rows] == ["Hamnen"]


def test_a_csv_is_what_a_spreadsheet_of_that_language_expects(file: Any, site: Site) -> None:
    site.latitude = "57.7"  # type: ignore[assignment]
    db.session.commit()

    assert list(csv.reader(io.StringIO(file("csv").decode("utf-8-sig")))) == [
        ["Name", "City", "Customer", "Latitude", "Created"],
        ["Hamnen", "Göteborg", "BRF Kajen", "57.700000", "2026-03-02 13:00:00"],
    ]
    assert "Hamnen;Göteborg;BRF Kajen;57,700000;" in file("csv", "sv").decode("utf-8-sig")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_is_never_a_formula(file: Any, site: Site, formula: str) -> None:
    site.name = formula
    db.session.commit()

    row = list(csv.reader(io.StringIO(file("csv").decode("utf-8-sig"), newline="")))[1]
    cell = load_workbook(io.BytesIO(file("xlsx"))).active["A2"]
    assert row[0] == f"'{formula}"
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


@pytest.mark.usefixtures("fleet")
def test_a_download_holds_every_row_not_one_page(file: Any) -> None:
    sheet = load_workbook(io.BytesIO(file("xlsx"))).active

    assert sheet.max_row == 26
    assert sheet["A26"].value == "P-hus 24"


@pytest.mark.usefixtures("fleet")
def test_a_real_list_of_the_desk_is_shown_and_downloaded(app: Flask) -> None:
    desk = signed_in(app, person(Role.OPERATIONS, "Disa"))
    shown: TestResponse = desk.get("/sites?q=P-hus&sort=-name")
    loaded = desk.get("/sites?q=24&format=csv")

    assert shown.status_code == 200
    assert 'aria-sort="descending"' in shown.text
    assert "P-hus 24" in loaded.text
    assert "P-hus 23" not in loaded.text
