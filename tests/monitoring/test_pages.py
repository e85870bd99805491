"""The desk's pages of what chargers say: message log, availability, planned outages, catalogue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.monitoring.link_models import Direction, Frame
from service.monitoring.models import FaultCode, MaintenanceWindow, StateInterval
from service.people.models import Customer, Person
from service.people.roles import Role
from service.stations.models import Station
from tests.conftest import NOON, person, signed_in

CALL = '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError"}]'
SECRET = '[3,"9",{"configurationKey":[{"key":"AuthorizationKey","value":"hemligt"}]}]'


@pytest.fixture
def desk(app: Flask, operator: Person) -> FlaskClient:
    return signed_in(app, operator)


def frame(station: Station, raw: str, way: Direction = Direction.IN, **more: Any) -> Frame:
    row = Frame(
        station_id=station.id,
        connection_id=1,
        direction=way,
        raw=raw,
        **{"received_at": NOON, "message_id": "1", "action": "StatusNotification", **more},
    )
    db.session.add(row)
    db.session.commit()
    return row


def windows() -> list[MaintenanceWindow]:
    db.session.commit()
    return list(db.session.scalars(select(MaintenanceWindow)))


def test_a_call_stands_together_with_its_answer(desk: FlaskClient, station: Station) -> None:
    frame(station, CALL)
    frame(station, '[3,"1",{}]', Direction.OUT, latency_ms=12.0)

    page = desk.get(f"/stations/{station.id}/frames").text

    assert page.count("<tr>") == 2
    assert "← from the charger" in page
    assert "Answered" in page
    assert "0.012 s" in page


def test_frames_are_readable_and_raw(desk: FlaskClient, station: Station) -> None:
    frame(station, CALL, findings=["errorCode is not in the schema"])

    page = desk.get(f"/stations/{station.id}/frames").text

    assert "&#34;connectorId&#34;: 1" in page
    assert "{&#34;connectorId&#34;:1" in page
    assert "errorCode is not in the schema" in page
    assert "No answer" in page


def test_keys_and_passwords_are_covered(desk: FlaskClient, station: Station) -> None:
    frame(station, SECRET, action="GetConfiguration", message_id="9")
    frame(station, SECRET[:-4], action=None, message_id=None)

    page = desk.get(f"/stations/{station.id}/frames").text

    assert "AuthorizationKey" in page
    assert "hemligt" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=CONNECTORID", True),
        ("q=nothing+of+it", False),
        ("action=statusnotification", True),
        ("action=Heartbeat", False),
        ("direction=in", True),
        ("direction=out", False),
        ("findings=y", False),
        ("since=2026-03-02T12:59", True),
        ("since=2026-03-02T13:01", False),
        ("until=2026-03-02T13:00", False),
        ("until=2026-03-02T13:01", True),
    ],
)
def test_a_search_finds_what_it_names(
    desk: FlaskClient, station: Station, asked: str, found: bool
) -> None:
    frame(station, CALL)

    page = desk.get(f"/stations/{station.id}/frames?{asked}").text

    assert ("<b>StatusNotification</b>" in page) is found


def test_a_time_that_is_none_says_so(desk: FlaskClient, station: Station) -> None:
    answer = desk.get(f"/stations/{station.id}/frames?since=yesterday")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_long_log_is_paged_by_key(desk: FlaskClient, station: Station) -> None:
    for number in range(60):
        frame(station, f'[2,"{number}","Heartbeat",{{}}]', message_id=str(number), action="H")

    first = desk.get(f"/stations/{station.id}/frames").text
    second = desk.get(f"/stations/{station.id}/frames?before=11").text

    assert first.count("<tr>") == 51
    assert "before=11" in first
    assert second.count("<tr>") == 11


def test_new_frames_are_announced_without_moving_the_page(
    desk: FlaskClient, station: Station
) -> None:
    first = frame(station, CALL)
    frame(station, CALL, message_id="2")

    assert (
        "1 new message: show"
        in desk.get(f"/stations/{station.id}/frames/news?after={first.id}").text
    )


def test_another_stations_frames_stay_its_own(desk: FlaskClient, station: Station) -> None:
    other = Station.create("Torget 1", "CP2", "test", NOON)
    frame(other, CALL)

    assert (
        "This charger has not said anything yet" in desk.get(f"/stations/{station.id}/frames").text
    )


def test_a_customer_reads_no_frames(as_customer: FlaskClient, station: Station) -> None:
    assert as_customer.get(f"/stations/{station.id}/frames").status_code == 403


def test_the_strip_shows_each_day_and_its_numbers(desk: FlaskClient, station: Station) -> None:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    begins, breaks = today - timedelta(days=3), today - timedelta(days=2, hours=6)
    for state, since, until in (
        ("available", begins, breaks),
        ("faulted", breaks, breaks + timedelta(hours=6)),
        ("available", breaks + timedelta(hours=6), None),
    ):
        db.session.add(
            StateInterval(
                connector_id=station.connectors[1].id, state=state, from_at=since, to_at=until
            )
        )
    db.session.commit()

    page = desk.get(f"/stations/{station.id}/availability").text

    assert 'class="faulted"' in page
    assert page.count("<g><title>") == 30
    assert "nothing known yet" in page
    assert "No uptime policy" in page


def test_a_customer_sees_the_availability_of_its_own(
    app: Flask, as_customer: FlaskClient, station: Station
) -> None:
    other = person(Role.CUSTOMER, "Sven", Customer(name="Annan AB", created_at=NOON))
    address = f"/stations/{station.id}/availability"

    assert as_customer.get(address).status_code == 200
    assert signed_in(app, other).get(address).status_code == 404


def test_an_outage_is_planned_on_the_clock_of_the_site(desk: FlaskClient, station: Station) -> None:
    assert station.site
    station.site.time_zone = "Europe/Helsinki"
    db.session.commit()
    typed = {"since": "2030-03-02T08:00", "until": "2030-03-02T10:00", "reason": "Service"}

    form = desk.get(f"/stations/{station.id}/outages/new").text
    desk.post(f"/stations/{station.id}/outages/new", data=typed)

    assert "Europe/Helsinki" in form
    (window,) = windows()
    assert window.since == datetime(2030, 3, 2, 6, tzinfo=UTC)
    assert window.station_id == station.id
    assert "08:00 (Europe/Helsinki)" in desk.get(f"/stations/{station.id}/outages").text


def test_an_outage_of_a_site_stands_at_its_stations(desk: FlaskClient, station: Station) -> None:
    typed = {"since": "2030-03-02T08:00", "until": "2030-03-02T10:00", "reason": "Strömlöst"}

    desk.post(f"/sites/{station.site_id}/outages/new", data=typed)

    assert "the whole site" in desk.get(f"/stations/{station.id}/outages").text
    assert "Strömlöst" in desk.get("/outages").text
    assert "Strömlöst" in desk.get("/outages?time=future&q=hamnen").text
    assert "Strömlöst" not in desk.get("/outages?time=past").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"until": "2030-03-02T10:00", "reason": "x"}, "From when?"),
        ({"since": "2030-03-02T10:00", "until": "2030-03-02T10:00", "reason": "x"}, "before it"),
        ({"since": "2030-03-02T08:00", "until": "2030-03-02T10:00"}, "Say why"),
        ({"since": "2030-03-31T02:30", "until": "2030-04-02T10:00", "reason": "x"}, "not exist"),
    ],
)
def test_an_outage_that_cannot_be_says_why(
    desk: FlaskClient, station: Station, typed: dict[str, str], words: str
) -> None:
    answer = desk.post(f"/stations/{station.id}/outages/new", data=typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert windows() == []


def test_an_outage_is_ended_before_its_time_and_once(
    desk: FlaskClient, station: Station, operator: Person
) -> None:
    at = now()
    since, until = at - timedelta(hours=1), at + timedelta(hours=1)
    window = MaintenanceWindow.plan(station, since, until, "Service", operator, at)
    db.session.commit()

    desk.post(f"/outages/{window.id}/end")
    ended = windows()[0].until
    assert ended < until

    again = desk.post(f"/outages/{window.id}/end", follow_redirects=True)
    assert "it is over already" in again.text
    assert windows()[0].until == ended


def test_the_catalogue_is_read_by_the_house_and_changed_by_administrators(
    desk: FlaskClient, as_admin: FlaskClient, as_customer: FlaskClient
) -> None:
    assert "Ground fault" in desk.get("/faults").text
    assert 'name="debounce_s"' not in desk.get("/faults/ground_failure").text
    assert desk.post("/faults/ground_failure").status_code == 403
    assert 'name="debounce_s"' in as_admin.get("/faults/ground_failure").text
    assert as_customer.get("/faults").status_code == 403


FAULT = {
    "severity": "S2",
    "debounce_s": "30",
    "quiet_s": "600",
    "opens_ticket": "y",
    "auto_attempts": "1",
    "responsible": "evse",
    "sv": "Jordfel",
    "en": "Earth fault",
    "advice_sv": "Åk",
    "advice_en": "Go",
    "why": "Samma i hela branschen",
}


def test_a_changed_fault_tells_what_it_was(as_admin: FlaskClient) -> None:
    as_admin.post("/faults/ground_failure", data=FAULT)

    fault = FaultCode.with_code("ground_failure")
    assert fault
    assert (fault.en, fault.debounce_s) == ("Earth fault", 30)
    page = as_admin.get("/faults/ground_failure").text
    assert "Ground fault → Earth fault" in page
    assert "Samma i hela branschen" in page


def test_what_says_a_fault_in_ocpp_2_is_a_line_each_and_can_be_added(
    as_admin: FlaskClient,
) -> None:
    page = as_admin.get("/faults/filter_blocked").text
    assert "*.FilterPressure\n*.DifferentialPressure\n" in page.replace("\r", "")

    as_admin.post("/faults/filter_blocked", data={**FAULT, "ocpp2": " Mat.Load \r\n\r\nF77\r\n"})
    fault = FaultCode.with_code("filter_blocked")
    assert fault
    assert fault.ocpp2 == ["Mat.Load", "F77"]
    as_admin.post("/faults/filter_blocked", data=FAULT)
    assert fault.ocpp2 == ["Mat.Load", "F77"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("debounce_s", "-1"),
        ("quiet_s", "soon"),
        ("auto_attempts", "11"),
        ("sv", ""),
        ("severity", "S9"),
    ],
)
def test_a_fault_that_cannot_be_is_not_kept(as_admin: FlaskClient, name: str, value: str) -> None:
    answer = as_admin.post("/faults/ground_failure", data={**FAULT, name: value})

    assert answer.status_code == 422
    assert f'id="{name}-wrong"' in answer.text
    fault = FaultCode.with_code("ground_failure")
    assert fault
    assert fault.en == "Ground fault"


def test_there_is_no_such_fault(desk: FlaskClient) -> None:
    assert desk.get("/faults/nonsense").status_code == 404
