"""An operation is taken exactly once, whatever the network does, and none is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.models import Person, Role
from service.people.tablets import Tablet
from service.stations.components import Component
from service.stations.models import Station
from service.tablets import applying
from service.tablets.fact import Fact
from service.tablets.models import OperationRival
from service.tablets.words import Kind, OperationState
from service.tickets.models import Ticket
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, kept, photo, sha_of

HOSTILE = "<script>alert(1)</script>{{7*7}}\0\ud800 ‮ =HYPERLINK(1) '; DROP TABLE operation;--"


def fault(hand: Hand, station: Station, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"station_id": station.id, "connector": 1, "title": "Cracked"}
    facts["priority"] = "P3"
    return hand.made("new_fault", **(facts | more))


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_an_operation_is_kept_and_applied(hand: Hand, station: Station) -> None:
    sent = fault(hand, station)
    answer = hand.send(sent)

    assert answer.status_code == 201
    assert answer.json["state"] == "applied"
    (row,) = kept()
    assert (str(row.uuid), row.kind, row.person_id) == (sent["id"], "new_fault", hand.person.id)
    assert row.body == sent["body"]
    assert tickets() == 1


def test_the_same_again_has_the_first_answer_and_no_second_effect(
    hand: Hand, station: Station
) -> None:
    sent = fault(hand, station)
    first = hand.send(sent)
    again = [hand.send(sent) for _ in range(10)]

    assert [one.status_code for one in again] == [200] * 10
    assert all(one.json == first.json for one in again)
    assert (len(kept()), tickets()) == (1, 1)


def test_the_order_of_its_keys_makes_no_other_operation(hand: Hand, station: Station) -> None:
    sent = fault(hand, station)
    hand.send(sent)

    assert hand.send(dict(reversed(sent.items()))).status_code == 200


def test_sent_by_many_at_once_it_is_one(hand: Hand, station: Station) -> None:
    sent = fault(hand, station)
    with ThreadPoolExecutor(6) as threads:
        codes = sorted(one.status_code for one in threads.map(hand.send, [sent] * 6))

    assert codes == [200] * 5 + [201]
    assert (len(kept()), tickets()) == (1, 1)


def test_the_same_id_with_another_body_is_refused_and_both_are_kept(
    hand: Hand, station: Station
) -> None:
    sent = fault(hand, station)
    hand.send(sent)
    other = {**sent, "body": {**sent["body"], "title": "Burnt"}}
    answers = [hand.send(other) for _ in range(3)]

    assert {one.status_code for one in answers} == {422}
    assert answers[0].json["type"].endswith("other-body")
    rival = db.session.scalars(select(OperationRival)).one()
    assert "Burnt" in rival.raw
    assert (len(kept()), tickets()) == (1, 1)


def test_what_names_a_photo_that_is_not_here_waits_for_it(hand: Hand, station: Station) -> None:
    content = photo()
    sent = fault(hand, station, photos=[sha_of(content)])
    early = hand.send(sent)
    hand.put(content)

    assert early.status_code == 409
    assert early.json["missing"] == [sha_of(content)]
    assert hand.send(sent).status_code == 201
    assert kept()[0].blobs == [sha_of(content)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "explode"}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-03-02T12:00:00"}, "at"),
        ({"seq": -1}, "seq"),
        ({"visit_id": 4711}, "visit_id"),
        ({"visit_id": "1"}, "visit_id"),
        ({"body": []}, "body"),
        ({"body": {"title": "no station"}}, "body"),
        ({"blobs": ["../../etc/passwd"]}, "blobs"),
        ({"technician_id": 1}, "technician_id"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_came(
    hand: Hand, station: Station, wrong: dict[str, Any], field: str
) -> None:
    sent = {**fault(hand, station), **wrong}
    answers = [hand.send(sent), hand.send(sent)]

    assert [one.status_code for one in answers] == [422, 422]
    assert field in answers[0].json["errors"]
    (row,) = kept()
    assert row.state is OperationState.REFUSED
    assert tickets() == 0


def test_even_what_has_no_id_is_kept_once(hand: Hand) -> None:
    answers = [hand.send({"id": "mine", "words": "\0"}) for _ in range(2)]

    assert {one.status_code for one in answers} == {422}
    (row,) = kept()
    assert (row.uuid, row.state) == (None, OperationState.REFUSED)


def test_an_id_with_letters_that_no_database_keeps_is_that_id(hand: Hand, station: Station) -> None:
    sent = fault(hand, station)
    odd = {**sent, "id": f"{sent['id'][:8]}\0{sent['id'][8:]}"}
    answers = [hand.send(odd), hand.send(odd), hand.send(sent)]

    assert [one.status_code for one in answers] == [201, 200, 422]
    assert len(kept()) == 1
    assert tickets() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b'{"a":NaN}', b'{"a":1e999}'])
def test_what_is_no_json_is_a_bad_request(hand: Hand, body: bytes) -> None:
    answer = hand.call("POST", "operations", data=body, content_type="application/json")

    assert answer.status_code == 400


def test_what_fails_in_applying_is_kept_with_the_reason(
    hand: Hand, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(fact: Fact) -> str | None:
        here = db.session.get_one(Station, fact.body["station_id"])
        Ticket.open_by_hand(here, "half", fact.body["priority"], fact.person, fact.at)
        raise ZeroDivisionError("over the edge")

    monkeypatch.setitem(applying.APPLY, Kind.NEW_FAULT, broken)
    answer = hand.send(fault(hand, station))

    assert (answer.status_code, answer.json["state"]) == (201, "review")
    assert "over the edge" in (kept()[0].review or "")
    assert tickets() == 0


def test_a_station_that_is_not_there_is_asked_about(hand: Hand, station: Station) -> None:
    answer = hand.send(fault(hand, station, station_id=4711))

    assert answer.json["state"] == "review"
    assert "4711" in answer.json["review"]


def test_nobody_does_anything_in_anothers_name(hand: Hand, station: Station) -> None:
    hand.send(fault(hand, station))

    row = db.session.scalars(select(History).where(History.verb == "open")).one()
    assert row.person_id == hand.person.id


def test_hostile_words_are_kept_as_words(hand: Hand, station: Station) -> None:
    answer = hand.send(fault(hand, station, title=HOSTILE))

    assert answer.status_code == 201
    title = db.session.scalars(select(Ticket.title)).one()
    assert title is not None
    assert title.startswith("<script>alert(1)</script>{{7*7}}")
    assert "\\u0000" in kept()[0].raw


def test_a_clock_that_is_hours_wrong_is_put_right(hand: Hand, station: Station) -> None:
    done = now() - timedelta(hours=1)
    hand.ahead = timedelta(hours=2)
    hand.send({**fault(hand, station), "at": (done + hand.ahead).isoformat()})

    (row,) = kept()
    assert abs(row.at - done) < timedelta(seconds=5)
    assert row.said_at == done + hand.ahead
    assert row.state is OperationState.APPLIED


def test_a_clock_that_is_a_minute_off_is_believed(hand: Hand, station: Station) -> None:
    hand.ahead = timedelta(minutes=-1)
    sent = fault(hand, station)
    hand.send(sent)

    assert kept()[0].at.isoformat() == sent["at"]


@pytest.mark.parametrize("far", [timedelta(days=400), -timedelta(days=400)])
def test_a_day_that_cannot_be_counts_when_it_came(
    hand: Hand, station: Station, far: timedelta
) -> None:
    hand.send({**fault(hand, station), "at": (now() + far).isoformat()})

    (row,) = kept()
    assert row.at == row.received_at
    assert (row.state, tickets()) == (OperationState.REVIEW, 1)


def test_a_revoked_tablet_hands_over_what_it_has(hand: Hand, station: Station) -> None:
    sent = fault(hand, station)
    db.session.get_one(Tablet, hand.tablet_id).revoke("test", now())
    db.session.commit()

    answer = hand.send(sent)
    assert (answer.status_code, answer.json["state"]) == (201, "review")
    assert len(kept()) == 1
    assert tickets() == 0


def test_a_component_takes_the_place_of_the_one_that_came_out(hand: Hand, station: Station) -> None:
    facts = {"station_id": station.id, "kind": "rcd", "maker": "ABB", "type": "B", "evse": 1}
    hand.send(hand.made("component") | {"body": facts | {"serial": "OLD"}})
    old = db.session.scalars(select(Component)).one()
    new = facts | {"serial": "NEW", "removes_id": old.id}
    hand.send(hand.made("component") | {"body": new})

    assert [one.serial for one in Component.installed_at(station.id)] == ["NEW"]


def test_a_swap_keeps_the_device_that_went(hand: Hand, station: Station) -> None:
    answer = hand.do("swap", station_id=station.id, old_serial="A1", new_serial="B2")

    db.session.expire_all()
    assert answer.json["state"] == "applied"
    assert db.session.get_one(Station, station.id).serial_number == "B2"


def test_what_belongs_to_a_visit_and_names_none_is_asked_about(hand: Hand) -> None:
    assert hand.do("check_in", scan=None, position=None).json["state"] == "review"


def test_two_tablets_in_any_order_come_to_the_same(app: Flask, station: Station) -> None:
    """Replies are lost, orders differ, everything is sent many times: one row each."""
    people = [person(Role.TECHNICIAN, name) for name in ("Ada", "Bo")]
    hands = [hand_of(app, one, one.name) for one in people]
    dice = random.Random(4)  # noqa: S311
    made = [(hand, fault(hand, station, title=f"{n}")) for n in range(12) for hand in hands]
    for _ in range(3):
        dice.shuffle(made)
        for hand, operation in made:
            if dice.random() < 0.7:
                assert hand.send(operation).status_code in (200, 201)
    assert all(hand.send(operation).status_code in (200, 201) for hand, operation in made)

    assert sorted(str(one.uuid) for one in kept()) == sorted(one["id"] for _, one in made)
    assert tickets() == len(made)


def test_two_hundred_photos_arrive_once_each(hand: Hand, station: Station) -> None:
    photos = [photo(size=(8 + n, 8)) for n in range(200)]
    dice = random.Random(8)  # noqa: S311
    for content in photos:
        hand.put(content[: dice.randrange(len(content))], sha=sha_of(content))
        hand.put(content)
    shas = [sha_of(content) for content in photos]
    assert hand.send(fault(hand, station, photos=shas)).status_code == 201
    assert kept()[0].blobs == shas


def test_a_person_who_left_hands_over_too(hand: Hand, tove: Person, station: Station) -> None:
    tove.active = False
    db.session.commit()

    assert hand.send(fault(hand, station)).status_code == 201
