"""The page of a report in the portal: what was done, its photos small and large, its revisions."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update

from service.core import files
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.files import Blob
from service.people.models import Customer, Person, Role
from service.reports import service_making, service_page
from service.reports.service_reports import ReportRequest, ServiceReport
from service.visits.service_visits import ServiceVisit
from tests.conftest import person, signed_in
from tests.reports.sample import photo, sha, signature
from tests.reports.test_service_report import come, one_made, photos
from tests.reports.visited import PHOTO
from tests.visits.conftest import due, technician

__all__ = ["come", "due", "technician"]
SV = {"Accept-Language": "sv"}


@pytest.fixture
def report(come: ServiceVisit, settings: Settings) -> ServiceReport:
    return one_made(settings)


@pytest.fixture
def kim(app: Flask, report: ServiceReport, customer: Customer) -> FlaskClient:
    return signed_in(app, person(Role.CUSTOMER, "Kim Kund", customer))


def keep(content: bytes, mime: str = "image/jpeg") -> None:
    files.keep(sha(content), content, mime, None, now())
    db.session.commit()


def page(browser: FlaskClient, report: ServiceReport) -> str:
    answer = browser.get(f"/portal/reports/{report.id}", headers=SV)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as image:
        return image.size


def test_it_says_what_was_done(kim: FlaskClient, report: ServiceReport) -> None:
    said = page(kim, report)

    for words in (
        "Med anmärkningar",
        "Det som gjorts",
        "Skylten är blekt",
        "Byt skylten",
        "Metrel MI 3155",
        "Kontaktor 40 A",
        "▲ Anmärkning",
        f"/portal/reports/{report.id}/document.pdf",
        f"/v/{report.code}",
    ):
        assert words in said, words


def test_its_photos_are_shown_small_and_named_by_item_and_station(
    kim: FlaskClient, report: ServiceReport
) -> None:
    keep(PHOTO)
    [shown] = service_page.photos(report)

    assert shown.words.startswith("Hamnen 1")
    assert f'alt="{shown.words}"' in page(kim, report)
    small = kim.get(f"/portal/reports/{report.id}/photos/1/small.jpg")
    large = kim.get(f"/portal/reports/{report.id}/photos/1/large.jpg")
    assert size_of(small.data) == (480, 360)
    assert size_of(large.data) == (800, 600)
    for answer in (small, large):
        assert answer.mimetype == "image/jpeg"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_small_photo_is_drawn_once(
    kim: FlaskClient, report: ServiceReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(PHOTO)
    address = f"/portal/reports/{report.id}/photos/1/small.jpg"
    first = kim.get(address).data
    monkeypatch.setattr(files, "_drawn_small", lambda _content: b"drawn again")

    assert kim.get(address).data == first


def test_what_was_drawn_on_nothing_is_small_on_white(app: Flask) -> None:
    drawing = signature()
    keep(drawing, "image/png")

    with Image.open(io.BytesIO(files.small(sha(drawing)))) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255)


def test_a_photo_that_is_not_there_is_told(kim: FlaskClient, report: ServiceReport) -> None:
    assert "Fotot finns inte" in page(kim, report)
    assert kim.get(f"/portal/reports/{report.id}/photos/1").status_code == 200
    assert kim.get(f"/portal/reports/{report.id}/photos/1/small.jpg").status_code == 404


def test_a_photo_whose_file_is_gone_is_not_found(kim: FlaskClient, report: ServiceReport) -> None:
    keep(PHOTO)
    lost = "f" * 64
    db.session.execute(update(Blob).values(sha=lost))
    [block] = [one for one in report.facts["blocks"] if one["kind"] == "photos"]
    block["photos"][0]["sha"] = lost
    found = service_page.photos(report)[0].blob

    assert found
    with pytest.raises(FileNotFoundError):
        files.small(found.sha)


@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_there_is_no_photo_beyond_the_last(
    kim: FlaskClient, report: ServiceReport, number: int
) -> None:
    for rest in ("", "/small.jpg", "/large.jpg", "/huge.jpg"):
        assert kim.get(f"/portal/reports/{report.id}/photos/{number}{rest}").status_code == 404


def test_a_photo_leads_to_its_neighbours(
    kim: FlaskClient, report: ServiceReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered = [
        service_page.Photo(number, sha(photo(number)), f"Bild {number}", "Saknas", None)
        for number in (1, 2, 3)
    ]
    monkeypatch.setattr(service_page, "photos", lambda _report: numbered)
    said = kim.get(f"/portal/reports/{report.id}/photos/2").text

    assert f'rel="prev" href="/portal/reports/{report.id}/photos/1"' in said
    assert f'rel="next" href="/portal/reports/{report.id}/photos/3"' in said
    assert 'rel="next"' not in kim.get(f"/portal/reports/{report.id}/photos/3").text


def test_an_older_revision_says_that_it_is_replaced(
    kim: FlaskClient, report: ServiceReport, settings: Settings, admin: Person
) -> None:
    ReportRequest.to_correct(report, "Fel serienummer", admin, now())
    db.session.commit()
    service_making.make_waiting(settings, photos)
    db.session.expire_all()
    newest = report.replaced_by
    assert newest

    assert f'href="/portal/reports/{newest.id}">Revision 2 har ersatt den' in page(kim, report)
    assert "Fel serienummer" in page(kim, newest)
    assert f'href="/portal/reports/{report.id}">revision 1' in page(kim, newest)


def test_words_of_people_are_words_on_the_page(
    kim: FlaskClient, report: ServiceReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<script>alert(1)</script>"
    block = {"kind": "table", "heads": [evil], "rows": [[evil]], "shares": [1], "marks": []}
    part = service_page.Section(evil, [block, {"kind": "text", "lines": [evil]}])
    monkeypatch.setattr(service_page, "sections", lambda _report: [part])

    said = page(kim, report)
    assert "<script>alert" not in said
    assert said.count("&lt;script&gt;alert") >= 4
