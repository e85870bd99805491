"""Service reports at their addresses: list, page, file, correction, whether one is genuine."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.brake import PER_ADDRESS
from service.people.models import Customer, Person, Role
from service.people.tokens import create_token
from service.reports.service_reports import TRIES, ReportRequest, ServiceReport
from service.stations.models import Site, Station, StationModel
from service.visits.service_visits import ServiceVisit
from tests.conftest import NOON, person, signed_in
from tests.reports.test_service_report import come, make, one_made
from tests.visits.conftest import due, technician

__all__ = ["come", "due", "technician"]


@pytest.fixture
def report(come: ServiceVisit, settings: Settings) -> ServiceReport:
    return one_made(settings)


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody of another customer, with a site of its own."""
    other = Customer(name="Annan AB", created_at=NOON)
    db.session.add(Site(customer=other, name="Torget", city="Umeå", created_at=NOON))
    db.session.commit()
    return person(Role.CUSTOMER, "Sten Främling", other)


def test_the_list_finds_it_by_number_site_and_station(
    as_dispatcher: FlaskClient, report: ServiceReport
) -> None:
    for words in (report.number, "hamnen", "Hamnen 1", "kajen"):
        assert report.number in as_dispatcher.get(f"/reports?q={words}").text, words
    assert report.number not in as_dispatcher.get("/reports?q=torget").text
    assert report.number not in as_dispatcher.get("/reports?verdict=fail").text


def test_a_station_is_found_among_many_of_its_name(
    as_dispatcher: FlaskClient, report: ServiceReport, model: StationModel
) -> None:
    [station] = db.session.scalars(select(Station).where(Station.id.in_(report.station_ids)))
    many = [Station.create(f"Stolpe {n}", f"K{n}", "test", NOON, model=model) for n in range(501)]
    db.session.flush()
    last = many[-1]
    assert last.id > station.id
    db.session.add(_another(report, last))
    db.session.commit()

    assert "R-77777" in as_dispatcher.get("/reports?q=stolpe").text


def _another(report: ServiceReport, station: Station) -> ServiceReport:
    names = ("visit_id", "site_id", "on", "language", "verdict", "photos", "made_at", "size")
    facts = {name: getattr(report, name) for name in (*names, "facts", "fingerprint", "pdf")}
    more = {"number": "R-77777", "revision": 1, "sha256": "x", "code": "another"}
    return ServiceReport(station_ids=[station.id], **facts, **more)


def test_the_list_is_downloaded(as_dispatcher: FlaskClient, report: ServiceReport) -> None:
    file = as_dispatcher.get("/reports?format=csv").text

    assert report.number in file
    assert report.sha256 in file


def test_its_page_shows_it_and_leads_to_the_file(
    as_dispatcher: FlaskClient, report: ServiceReport
) -> None:
    page = as_dispatcher.get(f"/reports/{report.id}").text
    file = as_dispatcher.get(f"/reports/{report.id}/document.pdf")

    assert report.fingerprint in page
    assert f"/v/{report.code}" in page
    assert file.data == report.pdf
    assert file.headers["Content-Disposition"] == 'inline; filename="R-00001-1.pdf"'


@pytest.mark.parametrize(
    "address", ["/stations/{station}/reports", "/service-visits/{visit}/reports"]
)
def test_station_and_visit_show_theirs(
    as_dispatcher: FlaskClient, report: ServiceReport, address: str
) -> None:
    at = address.format(station=report.station_ids[0], visit=report.visit_id)

    assert report.number in as_dispatcher.get(at).text


def test_a_dispatcher_corrects_it_with_a_reason(
    as_dispatcher: FlaskClient, report: ServiceReport, settings: Settings
) -> None:
    address = f"/reports/{report.id}/revision"
    as_dispatcher.post(address, data={"reason": ""})
    assert db.session.scalars(select(ReportRequest)).all()[-1].replaces_id is None

    as_dispatcher.post(address, data={"reason": "Fel serienummer"})
    old, new = make(settings)

    assert (new.revision, new.reason) == (2, "Fel serienummer")
    assert f"/reports/{new.id}" in as_dispatcher.get(f"/reports/{old.id}").text
    assert as_dispatcher.get("/reports").text.count("R-00001</a>") == 1
    assert "R-00001" in as_dispatcher.get("/reports?shown=replaced").text


def test_a_technician_reads_and_does_not_correct(
    as_technician: FlaskClient, report: ServiceReport
) -> None:
    assert as_technician.get(f"/reports/{report.id}").status_code == 200
    assert as_technician.post(f"/reports/{report.id}/revision").status_code == 403


def test_the_desk_sees_what_did_not_come_about_and_tries_again(
    as_dispatcher: FlaskClient, report: ServiceReport
) -> None:
    request = db.session.scalars(select(ReportRequest)).one()
    request.report_id, request.attempts = None, TRIES
    request.failed("PrintingError: it was not printed within 60 s", now())
    db.session.commit()
    assert "It was not printed within 60 s." in as_dispatcher.get("/reports").text

    as_dispatcher.post(f"/reports/requests/{request.id}/attempt")
    db.session.refresh(request)

    assert (request.given_up_at, request.attempts) == (None, 0)


def test_a_customer_sees_the_own_ones_alone(
    app: Flask, as_customer: FlaskClient, stranger: Person, report: ServiceReport
) -> None:
    another = signed_in(app, stranger)
    for address in (f"/reports/{report.id}", f"/reports/{report.id}/document.pdf"):
        assert as_customer.get(address).status_code == 200
        assert another.get(address).status_code == 404
    assert report.number in as_customer.get("/reports").text
    assert report.number not in another.get("/reports").text
    assert as_customer.post(f"/reports/{report.id}/revision").status_code == 403


# Whether it is genuine.


def test_whoever_has_the_paper_sees_whether_it_holds(
    browser: FlaskClient, report: ServiceReport
) -> None:
    page = browser.get(f"/v/{report.code}", headers={"Accept-Language": "sv"}).text

    for said in ("R-00001", "Gäller", "Hamnen 1", report.sha256, report.fingerprint):
        assert said in page, said


def test_the_old_one_says_that_it_is_replaced(
    browser: FlaskClient, report: ServiceReport, operator: Person, settings: Settings
) -> None:
    ReportRequest.to_correct(report, "Fel serienummer", operator, now())
    db.session.commit()
    old, new = make(settings)
    page = browser.get(f"/v/{old.code}", headers={"Accept-Language": "sv"}).text

    assert "revision 2 har ersatt den" in page
    assert "Fel serienummer" in page
    assert "Gäller" in browser.get(f"/v/{new.code}", headers={"Accept-Language": "sv"}).text


def compared(browser: FlaskClient, report: ServiceReport, content: bytes) -> str:
    data = {"file": (io.BytesIO(content), "rapport.pdf")}
    token = browser.get(f"/v/{report.code}").text
    token = token.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = {"Accept-Language": "sv"}
    answer = browser.post(
        f"/v/{report.code}", data={**data, "csrf_token": token}, headers=headers, csrf=False
    )
    assert answer.status_code == 200
    return str(answer.text)


def test_a_file_is_compared_to_the_last_byte(browser: FlaskClient, report: ServiceReport) -> None:
    assert "Samma fil" in compared(browser, report, report.pdf)
    assert "En annan fil" in compared(browser, report, report.pdf + b" ")


def test_without_a_file_it_asks_for_one(browser: FlaskClient, report: ServiceReport) -> None:
    answer = browser.post(f"/v/{report.code}", data={})

    assert answer.status_code == 422


def test_who_guesses_codes_must_wait_and_who_has_one_must_not(
    browser: FlaskClient, report: ServiceReport
) -> None:
    tried = [browser.get(f"/v/guess-{n}").status_code for n in range(PER_ADDRESS + 2)]

    assert (tried[0], tried[-1]) == (404, 429)
    assert browser.get(f"/v/{report.code}").status_code == 200


# For programs.


def asked(browser: FlaskClient, role: Role, path: str, **more: Any) -> Any:
    owner = db.session.scalars(select(Customer).order_by(Customer.id)).first()
    whose = owner if role is Role.CUSTOMER else None
    token = create_token(role, "Robot", NOON, whose)
    db.session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    return browser.open(f"/api/v1/service-reports{path}", headers=headers, **more)


def test_programs_list_and_fetch_it(browser: FlaskClient, report: ServiceReport) -> None:
    listed = asked(browser, Role.CUSTOMER, f"?station_id={report.station_ids[0]}&newest=true").json
    shown = asked(browser, Role.CUSTOMER, f"/{report.id}").json
    file = asked(browser, Role.CUSTOMER, f"/{report.id}/document")

    assert [one["number"] for one in listed["items"]] == ["R-00001"]
    assert "mailed_to" not in listed["items"][0]
    assert shown["revisions"][0]["sha256"] == report.sha256
    assert shown["is_newest"] is True
    assert file.data == report.pdf


def test_programs_ask_for_a_correction_once(browser: FlaskClient, report: ServiceReport) -> None:
    path, body = f"/{report.id}/revision", {"reason": "Fel serienummer"}
    first = asked(browser, Role.DISPATCHER, path, method="POST", json=body)
    second = asked(browser, Role.DISPATCHER, path, method="POST", json=body)

    assert (first.status_code, first.json["replaces_id"]) == (202, report.id)
    assert second.status_code == 409
    assert asked(browser, Role.TECHNICIAN, path, method="POST", json=body).status_code == 403
