"""What nobody sends on purpose: it is answered, kept or refused with words, and stops no queue."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.checklists.models import Answer, Finding
from service.core.clock import now
from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.stations.models import Station
from service.tickets.models import Ticket
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.tablets.conftest import Hand, hand_of, photo, sha_of
from tests.tablets.test_visits import here, items, run

__all__ = ["run"]

# As they stand in the JSON text.
ODD = {
    "nested": f"{'[' * 40}1{']' * 40}",
    "nested deeply": f"{'[' * 900}1{']' * 900}",
    "nested without end": f"{'[' * 9000}1{']' * 9000}",
    "of 400 digits": "1" + "0" * 400,
    "beyond 64 bits": str(2**70),
    "next to nothing": "5e-324",
    "a list": "[1, 2]",
    "half letters": '{"\\u0000": {"\\ud800": "\\udfff"}}',
    "true": "true",
}


def answered(hand: Hand, visit: ServiceVisit | None, run: dict[str, Any], **given: Any) -> Any:
    """An answer to the first item of words."""
    key, place = items(run, type="verdict")[0]
    said = {"visit_id": visit.id if visit else None, "run": run["uuid"], "item": key}
    return hand.do("answer", given.pop("at", None), **said, place=place, answer=given)


def fail(hand: Hand, visit: ServiceVisit, run: dict[str, Any], at: datetime | None = None) -> None:
    told = answered(hand, visit, run, at=at, value="fail", note="Broken", photos=[])
    assert told.status_code == 201


def rows(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def all_have_work() -> bool:
    found = list(db.session.scalars(select(Finding)))
    assert found
    return all(one.ticket_id or one.work_order_line_id for one in found)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_an_odd_value_stops_no_queue(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any], value: str
) -> None:
    key, place = items(run, type="number")[0]
    facts = {"run": run["uuid"], "item": key, "place": place}
    said = hand.made("answer", visit_id=visit.id, **facts, answer={"value": "?", "number": "?"})
    body = json.dumps(said).replace('"?"', value)
    answer = hand.call("POST", "operations", data=body, content_type="application/json")

    assert answer.status_code in (201, 400, 422)
    assert hand.call("GET", "package").status_code == 200


@pytest.mark.parametrize("value", [2**70, 1e300, -1e300], ids=str)
def test_a_number_beyond_64_bits_is_judged_as_the_number_that_it_is(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any], value: float
) -> None:
    key, place = items(run, type="number")[0]
    said = {"visit_id": visit.id, "run": run["uuid"], "item": key, "place": place}
    assert hand.do("answer", **said, answer={"value": value}).status_code == 201

    assert db.session.scalars(select(Answer.number)).one() == pytest.approx(float(value))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("ahead", [timedelta(hours=-5), timedelta(hours=5)])
def test_the_ends_of_the_calendar_are_asked_about(
    hand: Hand, visit: ServiceVisit, at: str, ahead: timedelta
) -> None:
    """Put right by a wrong clock they would lie outside of it."""
    hand.ahead = ahead
    answer = hand.send(hand.made("note", visit_id=visit.id, text="x") | {"at": at})

    assert (answer.status_code, answer.json["state"]) == (201, "review")


def test_more_minutes_than_a_week_are_refused_with_words(hand: Hand, visit: ServiceVisit) -> None:
    said = hand.made("time", visit_id=visit.id) | {"body": {"kind": "work", "minutes": 10_081}}
    answer = hand.send(said)

    assert answer.status_code == 422
    assert "10080" in str(answer.json["errors"]["body"]["minutes"])


@pytest.mark.parametrize("place", ["evse:\u00b2", "evse:99999999999999999999", "evse:", "rcd:c7"])
def test_danger_has_its_ticket_wherever_it_is_said_to_be(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any], place: str
) -> None:
    answer = hand.do(
        "stop", visit_id=visit.id, run=run["uuid"], item="x", place=place, why="It glows"
    )

    assert answer.json["state"] == "applied"
    assert rows(Ticket) == 1


def test_what_fails_in_the_database_tells_no_statement(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    component = {"station_id": visit.stations[0].id, "kind": "rcd", "evse": 999}
    told = str(hand.send(hand.made("component", visit_id=visit.id) | {"body": component}).json)

    assert "INSERT" not in told
    assert "SELECT" not in told


def test_who_leaves_before_coming_was_there_for_a_moment(hand: Hand, visit: ServiceVisit) -> None:
    came = now() - timedelta(minutes=10)
    hand.do("check_in", came, visit_id=visit.id)
    answer = hand.do("check_out", came - timedelta(minutes=80), visit_id=visit.id)

    assert answer.json["state"] == "applied"
    windows = db.session.scalars(select(MaintenanceWindow)).all()
    assert [one.until - one.since for one in windows] == [timedelta(seconds=1)]
    assert here(visit).checked_out_at == here(visit).checked_in_at


def test_the_visit_of_a_station_retired_meanwhile_goes_its_way(
    hand: Hand, visit: ServiceVisit, station: Station, run: dict[str, Any]
) -> None:
    db.session.get_one(Station, station.id).retired_at = now()
    db.session.commit()
    hand.do("check_in", visit_id=visit.id)
    hand.do("stop", visit_id=visit.id, run=run["uuid"], item="x", place="evse:1", why="It glows")
    hand.do("submit", visit_id=visit.id, run=run["uuid"])
    hand.do("finish", visit_id=visit.id, lines=[])

    assert here(visit).state is VisitState.FINISHED
    assert rows(Ticket) == 1


def test_what_was_found_becomes_work_though_the_visit_ended_first(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    """Another tablet hands the list in, or a dispatcher lets it count after all."""
    hand.do("check_in", visit_id=visit.id)
    fail(hand, visit, run)
    hand.do("finish", visit_id=visit.id, lines=[])
    hand.do("submit", visit_id=visit.id, run=run["uuid"])

    assert all_have_work()


def test_what_an_answer_finds_that_comes_late_becomes_work(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    hand.do("check_in", visit_id=visit.id)
    hand.do("submit", visit_id=visit.id, run=run["uuid"])
    hand.do("finish", visit_id=visit.id, lines=[])
    fail(hand, visit, run, now() - timedelta(minutes=20))

    assert all_have_work()


def test_two_tablets_hand_the_same_list_in_and_it_finds_once(
    app: Flask, hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    hand.do("check_in", visit_id=visit.id)
    fail(hand, visit, run)
    both = [hand, hand_of(app, hand.person, "Another")]
    told = [one.do("submit", visit_id=visit.id, run=run["uuid"]) for one in both]

    assert [one.status_code for one in told] == [201, 201]
    assert rows(Finding) == 1


def test_photos_that_are_no_list_are_none(
    hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    answered(hand, visit, run, value="ok", photos="abc")

    assert [one.photos for one in db.session.scalars(select(Answer))] == [[]]


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/webp", "text/html", ""])
@pytest.mark.parametrize("content", [b"", b"<svg onload='1'/>", b"<html><script>1", b"\x89PNG\r\n"])
def test_what_is_no_image_is_kept_under_no_name(hand: Hand, mime: str, content: bytes) -> None:
    assert hand.put(content, mime).status_code == 422
    assert hand.call("HEAD", f"blobs/{sha_of(content)}").status_code == 404


def test_a_signature_of_two_megabytes_is_too_large(hand: Hand, visit: ServiceVisit) -> None:
    picture = photo(kind="PNG")
    hand.put(picture, "image/png")
    said: dict[str, Any] = {"visit_id": visit.id, "name": "Karin", "png": sha_of(picture)}
    small, large = ([[[n, n, 0.5] for n in range(count)]] for count in (20_000, 200_000))

    assert hand.do("sign", **said, strokes=small).status_code == 201
    assert hand.do("sign", **said, strokes=large).status_code == 413
