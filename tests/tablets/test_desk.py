"""What the desk sees of what tablets sent, how it settles a question, and what a tablet asks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from service.core.clock import now
from service.core.db import db
from service.core.settings import Setting
from service.people.models import Customer, Person, Role
from service.people.tablets import Tablet
from service.remote.models import RemoteAction
from service.sessions.models import Tag
from service.stations.models import Station
from service.tablets.models import OperationRival, OperationSettlement
from service.tickets.models import Ticket
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.conftest import person, signed_in
from tests.tablets.conftest import Hand, hand_of, kept, photo, sha_of
from tests.tablets.test_taking import HOSTILE, fault

PAGE = "/tablets/operations"


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return signed_in(app, person(Role.DISPATCHER, "Disa"))


def settle(browser: FlaskClient, path: str, what: str, why: str = "Rang her") -> Any:
    return browser.post(f"{PAGE}/{path}/settlement", data={"what": what, "why": why})


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


@pytest.fixture
def rival(hand: Hand, station: Station) -> OperationRival:
    sent = fault(hand, station, title="First")
    hand.send(sent)
    hand.send({**sent, "body": {**sent["body"], "title": "Second"}})
    return db.session.scalars(select(OperationRival)).one()


def test_an_operation_is_shown_as_it_came(desk: FlaskClient, hand: Hand, station: Station) -> None:
    hand.send(fault(hand, station, title=HOSTILE))
    page = desk.get(f"{PAGE}/{kept()[0].id}").text

    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert "Lenovo 3" in desk.get(PAGE).text


def test_both_bodies_of_an_id_are_shown_and_one_may_count_beside_the_other(
    desk: FlaskClient, rival: OperationRival
) -> None:
    page = desk.get(f"{PAGE}/{rival.operation_id}").text
    answer = settle(desk, f"rivals/{rival.id}", "apply")

    assert "First" in page
    assert "Second" in page
    assert answer.status_code == 303
    assert tickets() == 2


def test_the_list_asks_the_database_as_often_for_ten_tablets_as_for_two(
    app: Flask, desk: FlaskClient, station: Station
) -> None:
    where = station.id

    def more(number: int) -> None:
        for n in range(number):
            hand = hand_of(app, person(Role.TECHNICIAN, f"Tekniker {n} av {number}"))
            said = hand.made("note", station_id=where, text="Once")
            hand.send(said)
            hand.send({**said, "body": {"text": "Twice"}})

    more(2)
    desk.get("/tablets/operations")
    few = _statements(desk)
    more(8)

    assert _statements(desk) == few


def _statements(desk: FlaskClient) -> int:
    asked: list[Any] = []
    listen = (db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    db.session.expunge_all()
    event.listen(*listen)
    assert desk.get("/tablets/operations").status_code == 200
    event.remove(*listen)
    return len(asked)


def test_a_rival_is_settled_once(desk: FlaskClient, rival: OperationRival) -> None:
    for _ in range(2):
        settle(desk, f"rivals/{rival.id}", "apply")

    assert tickets() == 2
    assert len(db.session.scalars(select(OperationSettlement)).all()) == 1


def test_what_was_not_applied_counts_once_a_dispatcher_says_so(
    desk: FlaskClient, hand: Hand, station: Station
) -> None:
    db.session.get_one(Tablet, hand.tablet_id).revoke("test", now())
    db.session.commit()
    hand.send(fault(hand, station))
    settle(desk, str(kept()[0].id), "apply")

    assert tickets() == 1
    said = kept()[0].settlement
    assert said is not None
    assert (said.by.name, said.why) == ("Disa", "Rang her")


def test_what_stays_as_it_is_has_no_effect(
    app: Flask, desk: FlaskClient, visit: ServiceVisit
) -> None:
    stranger = hand_of(app, person(Role.TECHNICIAN, "Ove"))
    stranger.do("check_in", visit_id=visit.id, scan=None, position=None)
    settle(desk, str(kept()[0].id), "dismiss")

    row = db.session.get_one(ServiceVisit, visit.id)
    assert row.state is VisitState.CONFIRMED
    assert row.open_reviews == []
    assert desk.get(f"{PAGE}?asked=yes").text.count("/tablets/operations/") < 3


def test_without_a_reason_nothing_is_settled(desk: FlaskClient, rival: OperationRival) -> None:
    assert settle(desk, f"rivals/{rival.id}", "apply", "").status_code == 422
    assert tickets() == 1


def test_what_took_effect_is_not_applied_again(
    app: Flask, desk: FlaskClient, hand: Hand, visit: ServiceVisit
) -> None:
    hand.do("part", visit_id=visit.id, part_id=4711, text="Fuse", quantity="1")

    assert settle(desk, str(kept()[0].id), "apply").status_code == 422


def test_a_technician_sees_the_own_ones_and_settles_none(
    app: Flask, tove: Person, rival: OperationRival
) -> None:
    own, other = signed_in(app, tove), signed_in(app, person(Role.TECHNICIAN, "Ove"))

    assert own.get(f"{PAGE}/{rival.operation_id}").status_code == 200
    assert other.get(f"{PAGE}/{rival.operation_id}").status_code == 404
    assert settle(own, f"rivals/{rival.id}", "apply").status_code == 403


def test_a_photo_is_served_so_that_nothing_in_it_runs(
    app: Flask, desk: FlaskClient, hand: Hand, station: Station
) -> None:
    content = photo()
    hand.put(content)
    hand.send(fault(hand, station, photos=[sha_of(content)]))
    answer = desk.get(f"/files/{sha_of(content)}")

    assert answer.mimetype == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")


def test_a_photo_is_no_stranger_s(
    app: Flask, hand: Hand, customer: Customer, station: Station
) -> None:
    content = photo()
    hand.put(content)
    path = f"/files/{sha_of(content)}"
    strangers = [person(Role.TECHNICIAN, "Ove"), person(Role.CUSTOMER, "Kim", customer)]

    assert [signed_in(app, one).get(path).status_code for one in strangers] == [404, 404]
    assert app.test_client().get(path).status_code == 302


def test_what_a_tablet_sent_is_never_changed(app: Flask, rival: OperationRival) -> None:
    with pytest.raises(Exception, match="permission denied"):
        db.session.execute(db.text("UPDATE operation SET kind = 'note'"))
    db.session.rollback()


def test_a_tablet_sees_a_station_as_it_is(hand: Hand, station: Station) -> None:
    told = hand.call("GET", f"stations/{station.id}/live").json

    assert [one["number"] for one in told["connectors"]] == [1, 2]
    assert told["connected"] is False


def test_a_tablet_asks_a_station_as_the_desk_does(hand: Hand, station: Station) -> None:
    asked = {"kind": "reset", "fields": {"type": "soft"}, "reason": "Stuck"}
    answer = hand.call("POST", f"stations/{station.id}/remote", json=asked)

    assert answer.status_code == 202
    row = db.session.scalars(select(RemoteAction)).one()
    assert row.requested_by_id == hand.person.id
    assert hand.call("GET", f"remote/{row.id}").json["state"] == "queued"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "change_configuration", "fields": {}, "reason": "x"}, 403),
        ({"kind": "reset", "fields": {"type": "loud"}, "reason": "x"}, 422),
        ({"kind": "reset", "fields": {"type": "soft"}}, 422),
    ],
)
def test_what_a_technician_may_not_ask_is_refused(
    hand: Hand, station: Station, asked: dict[str, Any], status: int
) -> None:
    answer = hand.call("POST", f"stations/{station.id}/remote", json=asked)

    assert answer.status_code == status
    assert db.session.scalars(select(RemoteAction)).all() == []


def test_a_test_charge_is_on_the_house_s_own_tag_whatever_is_sent(
    hand: Hand, station: Station, admin: Person
) -> None:
    asked = {"kind": "remote_start", "fields": {"connector": 1, "id_tag": "ADRIVER"}, "reason": "x"}
    path = f"stations/{station.id}/remote"
    refused = hand.call("POST", path, json=asked)
    assert (refused.status_code, refused.json["type"]) == (409, "/api/v1/#no-test-tag")

    tag = Tag.create("HOUSE-1", admin, now())
    Setting.change("test_tag", "house-1", admin, now())
    db.session.commit()
    assert hand.call("POST", path, json=asked).status_code == 202
    row = db.session.scalars(select(RemoteAction)).one()
    assert row.fields == {"connector": 1, "id_tag": "HOUSE-1"}

    tag.blocked_at = now()
    db.session.commit()
    assert hand.call("POST", path, json=asked).status_code == 409


def test_a_draft_never_counts_whoever_says_so(desk: FlaskClient, hand: Hand) -> None:
    sent = hand.made("draft", form="fault", typed={"n0": "Half", "photos": ["ab" * 32]})
    assert hand.send(sent).get_json()["state"] == "review"
    draft = kept()[0]
    assert 'value="apply"' not in desk.get(f"{PAGE}/{draft.id}").text

    assert settle(desk, str(draft.id), "apply").status_code == 422
    assert settle(desk, str(draft.id), "dismiss").status_code == 303
    db.session.expire_all()
    assert not kept()[0].is_open
    assert not kept()[0].took_effect
