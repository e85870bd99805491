"""A person's own calendar, read back as a calendar reads it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.core.log import path_without_secrets
from service.people.brake import PER_ADDRESS
from service.people.models import Customer, Person, Role
from service.plans import deeds
from service.plans.occurrences import Occurrence
from service.reports import jobs
from service.reports.models import CalendarEvent, CalendarLink
from service.stations.models import Site, Station
from tests.conftest import NOON, person, signed_in
from tests.plans.conftest import MakePlan, MakeStation, day, give, noon, occurrence, tick
from tests.reports.conftest import TODAY


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the 25th of November 2026."""
    monkeypatch.setattr("service.reports.calendar_views.now", lambda: TODAY)


def secret_of(somebody: Person) -> str:
    secret = CalendarLink.make(somebody, TODAY)
    db.session.commit()
    return secret


def fetch(app: Flask, secret: str) -> Any:
    answer = app.test_client().get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.data)


def events(app: Flask, secret: str) -> list[Any]:
    return list(fetch(app, secret).walk("VEVENT"))


def shown(found: list[Any]) -> list[tuple[date, str]]:
    return [(one["DTSTART"].dt, str(one["SUMMARY"])) for one in found]


@pytest.fixture
def technician(app: Flask) -> Person:
    somebody = person(Role.TECHNICIAN)
    somebody.language = "sv"
    db.session.commit()
    return somebody


@pytest.mark.usefixtures("fleet")
def test_stations_of_one_site_day_and_task_are_one_event(app: Flask, technician: Person) -> None:
    found = events(app, secret_of(technician))

    assert (day("2025-05-10"), "Försenad: Motionera jordfelsbrytare · Hamnen · 2 stationer") in (
        shown(found)
    )
    assert (day("2025-05-10"), "Försenad: Motionera jordfelsbrytare · Torget · 1 station") in (
        shown(found)
    )
    both = next(one for one in found if "2 stationer" in one["SUMMARY"])
    assert "Hamnen 1: " in both["DESCRIPTION"]
    assert "Hamnen 2: " in both["DESCRIPTION"]


@pytest.mark.usefixtures("fleet")
def test_an_event_is_a_whole_day_and_says_why_and_where(app: Flask, technician: Person) -> None:
    one = next(one for one in events(app, secret_of(technician)) if "Torget" in one["SUMMARY"])

    assert one["DTSTART"].params["VALUE"] == "DATE"
    assert one["DTEND"].dt - one["DTSTART"].dt == timedelta(days=1)
    assert one["LOCATION"] == "Torget, Torget 1, Lund"
    assert re.search(r"/sites/\d+$", str(one["URL"]))
    assert "Intervall 6 månader, räknat från 10 maj 2024" in one["DESCRIPTION"].replace("\xa0", " ")
    assert "Det får göras från" in one["DESCRIPTION"]
    assert one["TRANSP"] == "TRANSPARENT"


@pytest.mark.usefixtures("fleet")
def test_every_open_date_stands_in_it_and_no_closed_one(app: Flask, technician: Person) -> None:
    found = events(app, secret_of(technician))

    told = sum(str(one["DESCRIPTION"]).count("\n") + 1 for one in found)
    open_dates = [one for one in db.session.scalars(select(Occurrence)) if one.is_open]
    assert told == len(open_dates)
    assert all("Garaget" not in str(one["DESCRIPTION"]) for one in found)


def test_what_is_more_than_two_years_ahead_is_left_out(
    app: Flask, technician: Person, make_plan: MakePlan, make_station: MakeStation
) -> None:
    near, far = make_station("2026-11-01", "Near"), make_station("2026-12-01", "Distant")
    plan = make_plan({"months": 24})
    for station in (near, far):
        give(plan, station, "2026-11-25")

    assert [on for on, _words in shown(events(app, secret_of(technician)))] == [day("2028-11-01")]


def test_a_customer_sees_its_own_stations_alone(
    app: Flask, fleet: list[Station], customer: Customer, make_station: MakeStation
) -> None:
    other = Customer(name="Annan AB", created_at=NOON)
    place = Site(customer=other, name="Annorstädes", created_at=NOON)
    db.session.add(place)
    stranger = make_station("2024-05-10", "Stranger", site=place)
    plan = fleet[0].model and occurrence(fleet[0], "2025-05-10", "rcd").task.plan
    assert plan
    give(plan, stranger, "2026-11-25")

    mine = events(app, secret_of(person(Role.CUSTOMER, "Kund", customer)))
    others = events(app, secret_of(person(Role.CUSTOMER, "Annan", other)))
    house = events(app, secret_of(person(Role.TECHNICIAN)))

    assert len(mine) + len(others) == len(house)
    assert all("Annorstädes" in one["LOCATION"] for one in others)
    assert all("Annorstädes" not in one["LOCATION"] for one in mine)


def test_an_event_stays_itself_and_counts_its_changes(
    app: Flask, fleet: list[Station], technician: Person
) -> None:
    secret = secret_of(technician)
    before = {one["UID"]: one for one in events(app, secret)}
    again = {one["UID"]: one for one in events(app, secret)}
    assert {uid: one["SEQUENCE"] for uid, one in again.items()} == dict.fromkeys(before, 0)

    done = occurrence(fleet[0], "2025-05-10", "exercise")
    deeds.complete(done, day("2026-11-25"), "test", TODAY)
    db.session.commit()
    after = {one["UID"]: one for one in events(app, secret)}

    changed = [one for one in after.values() if one["SEQUENCE"] == 1]
    assert [one["SUMMARY"] for one in changed] == [
        "Försenad: Motionera jordfelsbrytare · Hamnen · 1 station"
    ]
    assert changed[0]["LAST-MODIFIED"].dt == TODAY
    assert set(before) < set(after)


def test_a_calendar_asks_again_every_hour(app: Flask, technician: Person) -> None:
    calendar = fetch(app, secret_of(technician))

    assert calendar["VERSION"] == "2.0"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["X-WR-CALNAME"] == "Service av laddstationer"


def test_the_secret_is_kept_nowhere(app: Flask, technician: Person) -> None:
    secret = secret_of(technician)

    link = CalendarLink.of(technician)
    assert link
    assert secret not in link.hash
    deeds_of = [line.details for line in db.session.scalars(History.of(link))]
    assert deeds_of == [{}]
    assert secret not in path_without_secrets(f"/calendar/{secret}.ics")


def test_a_person_makes_and_revokes_the_address_on_the_profile_page(
    app: Flask, technician: Person
) -> None:
    browser = signed_in(app, technician)
    assert "/profile/calendar" in browser.get("/profile").text
    assert "Skapa en adress" in browser.get("/profile/calendar").text

    made = browser.post("/profile/calendar")
    found = re.search(r"/calendar/([\w-]+)\.ics", made.text)

    assert found
    assert made.headers["Cache-Control"] == "no-store"
    assert found[1] not in browser.get("/profile/calendar").text
    assert app.test_client().get(f"/calendar/{found[1]}.ics").status_code == 200
    browser.post("/profile/calendar/revocation")
    assert app.test_client().get(f"/calendar/{found[1]}.ics").status_code == 404
    assert browser.post("/profile/calendar/revocation").status_code == 200


def test_another_address_ends_the_one_before(app: Flask, technician: Person) -> None:
    first, second = secret_of(technician), secret_of(technician)

    assert app.test_client().get(f"/calendar/{first}.ics").status_code == 404
    assert app.test_client().get(f"/calendar/{second}.ics").status_code == 200


def test_somebody_who_may_not_come_in_has_no_calendar(app: Flask, technician: Person) -> None:
    secret = secret_of(technician)
    technician.active = False
    db.session.commit()

    assert app.test_client().get(f"/calendar/{secret}.ics").status_code == 404


def test_it_is_seen_when_the_address_was_used_last(app: Flask, technician: Person) -> None:
    secret = secret_of(technician)
    fetch(app, secret)

    link = CalendarLink.of(technician)
    assert link
    assert link.last_used_at == TODAY
    assert not link.touch(TODAY + timedelta(minutes=1))
    assert link.touch(TODAY + timedelta(hours=1))


def test_whoever_guesses_must_wait_and_whoever_knows_must_not(
    app: Flask, browser: FlaskClient, technician: Person
) -> None:
    secret = secret_of(technician)

    answers = [browser.get(f"/calendar/guess-{n}.ics").status_code for n in range(PER_ADDRESS + 1)]

    assert answers == [404] * PER_ADDRESS + [429]
    assert browser.get("/calendar/guess.ics").headers["Retry-After"] == "900"
    assert browser.get(f"/calendar/{secret}.ics").status_code == 200


def test_the_address_opens_nothing_else(app: Flask, technician: Person) -> None:
    browser = app.test_client()
    browser.get(f"/calendar/{secret_of(technician)}.ics")

    assert browser.get("/stations").status_code == 302


def test_what_was_told_long_ago_is_forgotten(app: Flask) -> None:
    CalendarEvent.tell({"old": "a"}, datetime(2020, 1, 1, tzinfo=UTC))
    CalendarEvent.tell({"new": "a"}, TODAY)

    jobs.forget_old_events(TODAY)

    assert [one.uid for one in db.session.scalars(select(CalendarEvent))] == ["new"]


def test_texts_of_people_stay_texts(app: Flask, technician: Person, fleet: list[Station]) -> None:
    assert fleet[0].site
    fleet[0].site.name = "Hamnen; A, B\nBEGIN:VALARM"
    db.session.commit()
    tick("2026-11-25")
    assert noon("2026-11-25") == TODAY

    found = events(app, secret_of(technician))

    assert any("Hamnen; A, B\nBEGIN:VALARM" in str(one["LOCATION"]) for one in found)
    assert all(not one.subcomponents for one in found)
