"""The day's package: what is in it, what is not, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from service.checklists.models import ChecklistRun
from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Site, Station, StationModel
from service.tablets import package
from service.visits import visiting
from service.visits.service_visits import ServiceVisit
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, planned


def fetch(hand: Hand, since: str = "") -> Any:
    answer = hand.call("GET", f"package?since={since}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_package_holds_the_visit_with_all_that_it_needs(
    hand: Hand, visit: ServiceVisit, station: Station
) -> None:
    told = fetch(hand)

    (one,) = told["visits"]
    assert (one["number"], one["stations"]) == (visit.number, [station.id])
    assert one["lines"][0]["title"] == {
        "sv": f"Look at it {station.id}",
        "en": f"Look at it {station.id}",
    }
    (run,) = one["runs"]
    document = told["versions"][str(run["version_id"])]["document"]
    assert document["sections"]
    assert run["facts"]["current"] == "ac"
    assert "visit" in run["places"]
    here = told["stations"][str(station.id)]
    assert here["code"] == station.code
    assert here["connectors"][0]["number"] == 1
    assert told["person"]["name"] == "Tove Tekniker"
    assert "price" not in str(told)


def test_runs_are_made_once_and_stay_on_their_version(hand: Hand, visit: ServiceVisit) -> None:
    first = fetch(hand)["visits"][0]["runs"]
    version = db.session.scalars(select(ChecklistRun)).one().version
    version.new_version("test", now()).publish("test", now())
    db.session.commit()

    assert fetch(hand)["visits"][0]["runs"] == first
    assert db.session.scalar(select(func.count()).select_from(ChecklistRun)) == 1


def test_answers_come_back_with_the_package(hand: Hand, visit: ServiceVisit) -> None:
    run = fetch(hand)["visits"][0]["runs"][0]
    item, place = _first_item(hand)
    facts = {"run": run["uuid"], "item": item, "place": place, "visit_id": visit.id}
    for value in ("fail", "ok"):
        hand.do("answer", answer={"value": value}, **facts)

    answers = fetch(hand)["visits"][0]["runs"][0]["answers"]
    assert answers[f"{item}|{place}"]["value"] == "ok"


def _first_item(hand: Hand) -> tuple[str, str]:
    told = fetch(hand)
    run = told["visits"][0]["runs"][0]
    for section in told["versions"][str(run["version_id"])]["document"]["sections"]:
        for item in section["items"]:
            places = [one for one in run["places"] if one.partition(":")[0] == section["per"]]
            if item["type"] == "verdict" and places:
                return item["key"], places[0]
    raise AssertionError("the list asks nothing")


def test_what_has_not_changed_is_not_sent_again(hand: Hand, visit: ServiceVisit) -> None:
    rev = fetch(hand)["rev"]
    same = hand.call("GET", f"package?since={rev}")
    db.session.get_one(ServiceVisit, visit.id).edit("test", now(), notes="Ring first")
    db.session.commit()

    assert same.status_code == 304
    assert fetch(hand, rev)["visits"][0]["notes"] == "Ring first"


def test_a_visit_that_went_to_a_colleague_is_gone(
    app: Flask, hand: Hand, visit: ServiceVisit
) -> None:
    fetch(hand)
    other = person(Role.TECHNICIAN, "Ove")
    db.session.get_one(ServiceVisit, visit.id).give_to(other, "test", now())
    db.session.commit()

    told = [fetch(hand), fetch(hand)]
    assert [one["visits"] for one in told] == [[], []]
    assert [one["gone"] for one in told] == [[visit.id]] * 2
    assert [one["id"] for one in fetch(hand_of(app, other))["visits"]] == [visit.id]


def test_a_cancelled_visit_is_gone(hand: Hand, visit: ServiceVisit) -> None:
    fetch(hand)
    visiting.cancel(db.session.get_one(ServiceVisit, visit.id), "snow", "test", now())
    db.session.commit()

    assert fetch(hand)["gone"] == [visit.id]


def test_only_the_days_around_are_in_it(hand: Hand, visit: ServiceVisit) -> None:
    row = db.session.get_one(ServiceVisit, visit.id)
    for days in (15, -8):
        row.edit("test", now(), starts_at=now() + timedelta(days=days))
        db.session.commit()
        assert fetch(hand)["visits"] == []


def test_too_large_a_package_holds_fewer_days(
    hand: Hand, lists: None, tove: Person, station: Station, monkeypatch: Any
) -> None:
    planned(tove, station, hours=1)
    planned(tove, station, hours=24 * 6)
    whole = len(hand.call("GET", "package").data)
    monkeypatch.setattr(package, "MOST_BYTES", whole - 1)

    assert len(fetch(hand)["visits"]) == 1


def test_twenty_visits_take_as_many_statements_as_two(
    hand: Hand, lists: None, tove: Person, site: Site, model: StationModel
) -> None:
    def more(number: int) -> None:
        for n in range(number):
            name = f"{len(db.session.scalars(select(Station)).all())}"
            one = Station.create(f"S{name}", f"ID{name}", "test", now(), site=site, model=model)
            db.session.flush()
            planned(tove, one, hours=n)

    more(2)
    fetch(hand)
    few = _statements(hand)
    more(18)
    fetch(hand)
    many = _statements(hand)

    assert len(fetch(hand)["visits"]) == 20
    assert many == few
    assert many < 45


def _statements(hand: Hand) -> int:
    count = 0

    def seen(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", seen)
    try:
        fetch(hand)
    finally:
        event.remove(db.engine, "before_cursor_execute", seen)
    return count
