"""Pages of instruments, limits and measured values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.checklists import jobs, pictures
from service.checklists.measurements import of_station
from service.checklists.models import Instrument, Limit
from service.checklists.words import InstrumentKind, RunState
from service.core import dates
from service.core.clock import now
from service.core.db import db
from service.core.outbox import Mail
from service.people.models import Person, Role
from service.stations.models import Station
from tests.checklists.written import AT, limit, measure, published
from tests.conftest import person

TODAY = dates.today(AT)
FACTS = {"kind": "rcd_tester", "make": "Metrel", "model": "MI 3155", "serial": "21-0042"}


def instrument(serial: str, until: date | None, carrier: Person | None = None) -> Instrument:
    facts = {"kind": InstrumentKind.RCD_TESTER, "make": "Metrel", "model": "MI 3155"}
    one = Instrument.create(
        "test", AT, serial=serial, calibrated_until=until, person=carrier, **facts
    )
    db.session.commit()
    return one


def mails() -> dict[str, str]:
    return {mail.recipient: mail.body for mail in db.session.scalars(select(Mail))}


def test_an_instrument_is_registered_once(as_admin: FlaskClient) -> None:
    assert as_admin.post("/instruments", data=FACTS).status_code == 303
    again = as_admin.post("/instruments", data=FACTS)

    assert again.status_code == 422
    assert "There is an instrument with this number already" in again.text
    page = as_admin.get("/instruments").text
    assert "21-0042" in page
    assert "not calibrated" in page


def test_the_list_says_which_are_expired_or_soon_will_be(as_technician: FlaskClient) -> None:
    today = dates.today(now())
    for serial, days in (("OLD", -1), ("SOON", 30), ("GOOD", 31)):
        instrument(serial, today + timedelta(days))
    page = as_technician.get("/instruments?standing=soon").text

    assert "2 instruments are expired or expire within 30 days" in page
    assert "OLD" in page
    assert "SOON" in page
    assert "GOOD" not in page
    assert as_technician.get("/instruments/new").status_code == 403


def test_whoever_carries_it_and_the_administrators_are_reminded_once(
    admin: Person,
) -> None:
    carrier = person(Role.TECHNICIAN, "Kim")
    one = instrument("A", TODAY + timedelta(30), carrier)
    instrument("B", TODAY + timedelta(31), carrier)
    for _hour in range(3):
        jobs.remind_of_calibration(AT)

    assert mails().keys() == {carrier.email, admin.email}
    assert "nr A" in mails()[str(carrier.email)]
    assert "nr B" not in mails()[str(carrier.email)]
    assert len(list(db.session.scalars(select(Mail)))) == 2
    one.calibrate(TODAY + timedelta(395), "test", AT)
    jobs.remind_of_calibration(AT + timedelta(370))
    assert len(list(db.session.scalars(select(Mail)))) == 4


def test_one_that_is_retired_reminds_nobody(admin: Person) -> None:
    one = instrument("A", TODAY, None)
    one.retire("test", "Trasig", AT)
    jobs.remind_of_calibration(AT)

    assert mails() == {}


def test_a_retired_instrument_is_changed_no_more(as_admin: FlaskClient) -> None:
    one = instrument("A", TODAY)
    as_admin.post(f"/instruments/{one.id}/retirement", data={"reason": "Trasig"})
    as_admin.post(f"/instruments/{one.id}", data=FACTS)
    again = as_admin.post(f"/instruments/{one.id}/retirement", data={"reason": "Igen"})

    db.session.refresh(one)
    assert (one.serial, again.status_code) == ("A", 303)
    assert "Trasig" in as_admin.get(f"/instruments/{one.id}/history").text


NUMBERS = {
    "max": "250,5",
    "source": "SS 436 40 00 utg. 5",
    "evidence": "authority",
    "valid_from": "2026-04-01",
}


def test_a_limit_changes_with_a_reason_and_the_past_keeps_its_copy(as_admin: FlaskClient) -> None:
    version = published()
    row = Limit.by_key()["rcd.t1x"]
    without = as_admin.post(f"/limits/{row.id}", data=NUMBERS)
    assert without.status_code == 422
    as_admin.post(f"/limits/{row.id}", data=NUMBERS | {"reason": "Ny utgåva"})

    db.session.refresh(row)
    assert (row.max, row.valid_from) == (250.5, date(2026, 4, 1))
    assert "Ny utgåva" in as_admin.get(f"/limits/{row.id}/history").text
    assert version.document["sections"][1]["items"][1]["max"] == 300
    page = as_admin.get(f"/limits/{row.id}").text
    assert "at most 250.5 ms" in page
    assert "Inspection v1" in page


@pytest.mark.parametrize("wrong", [{"min": "300"}, {"max": ""}, {"warn_min": "9", "warn_max": "8"}])
def test_a_limit_that_contradicts_itself_is_refused(
    as_admin: FlaskClient, wrong: dict[str, str]
) -> None:
    row = limit()
    db.session.commit()

    answer = as_admin.post(f"/limits/{row.id}", data=NUMBERS | {"reason": "x"} | wrong)
    assert answer.status_code == 422


def test_technicians_read_limits_and_do_not_change_them(as_technician: FlaskClient) -> None:
    row = limit()
    db.session.commit()

    assert "IEC 61008" in as_technician.get("/limits").text
    assert as_technician.post(f"/limits/{row.id}", data=NUMBERS).status_code == 403


def test_the_panel_shows_first_what_is_nearest_to_its_limit(
    as_admin: FlaskClient, station: Station
) -> None:
    version = published()
    for place, numbers in (("rcd:1", (100, 100, 100)), ("rcd:2", (180, 235, 290))):
        for n, number in enumerate(numbers):
            measure(station, version, f"{2024 + n}-03-01", number, place=place)
    measure(station, version, "2026-03-01", None, place="rcd:3")
    page = as_admin.get(f"/stations/{station.id}/measurements/panel").text

    order = [page.index(words) for words in ("RCD 3", "RCD 2", "RCD 1")]
    assert order == sorted(order)
    assert "Did not trip" in page
    assert "At this pace it passes its limit about 6 May 2026" in page
    assert "Show all 3" in page


def test_the_page_has_the_numbers_of_each_picture_as_a_table(
    as_admin: FlaskClient, station: Station
) -> None:
    version = published()
    measure(station, version, "2025-03-01", 100.25)
    measure(station, version, "2026-03-01", 120, place="rcd:2")
    every = as_admin.get(f"/stations/{station.id}/measurements").text
    one = as_admin.get(f"/stations/{station.id}/measurements?place=rcd:2").text

    assert "100.25&nbsp;ms" in every
    assert "100.25&nbsp;ms" not in one
    assert "120&nbsp;ms" in one
    assert as_admin.get(f"/stations/{station.id}/measurements?place=%00").status_code == 200


def test_what_is_not_handed_in_is_not_measured_yet(
    as_customer: FlaskClient, station: Station
) -> None:
    version = published()
    measure(station, version, "2025-03-01", 100)
    measure(station, version, "2026-03-01", 222, state=RunState.OPEN)
    page = as_customer.get(f"/stations/{station.id}/measurements").text

    assert "100&nbsp;ms" in page
    assert "222" not in page.partition("<main")[2]


def test_a_picture_holds_its_limit_and_every_value(admin: Person, station: Station) -> None:
    version = published()
    for day, number in (("2024-03-01", 100.0), ("2025-03-01", 200.0), ("2026-03-01", None)):
        measure(station, version, day, number)
    (series,) = of_station(admin, station.id)
    seen = pictures.picture(series)

    assert [line.number for line in seen.lines] == [300]
    assert [dot.verdict for dot in seen.dots] == ["ok", "ok", "fail"]
    assert all(0 <= dot.y <= pictures.HEIGHT and 0 <= dot.x <= pictures.WIDTH for dot in seen.dots)
    assert seen.dots[2].y < seen.lines[0].y < seen.dots[1].y < seen.dots[0].y


def test_a_run_that_is_corrected_counts_no_more(admin: Person, station: Station) -> None:
    version = published()
    wrong = measure(station, version, "2026-03-01", 999)
    right = measure(station, version, "2026-03-02", 99, state=RunState.OPEN, amends=wrong)
    assert [one.number for one in of_station(admin, station.id)[0].answers] == [999]

    right.state, right.submitted_at = RunState.SUBMITTED, AT
    db.session.commit()
    assert [one.number for one in of_station(admin, station.id)[0].answers] == [99]
