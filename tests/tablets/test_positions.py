"""Why somebody pauses, and where somebody was: told by a tablet, seen by the house, forgotten."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from service.core.clock import now
from service.core.db import db
from service.people.models import Role
from service.tablets import jobs as tablet_jobs
from service.visits import jobs, positions
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import Moment, PauseKind, VisitState
from tests.conftest import person, signed_in
from tests.tablets.conftest import Hand, kept

HERE = {"lat": 57.70887, "lon": 11.97456, "accuracy": 11.6, "at": "2026-03-02T08:00:00Z"}


def here(visit: ServiceVisit) -> ServiceVisit:
    db.session.expire_all()
    return db.session.get_one(ServiceVisit, visit.id)


def pause(hand: Hand, visit: ServiceVisit, **body: str) -> Any:
    return hand.send(hand.made("pause", visit_id=visit.id) | {"body": body})


def placed(visit: ServiceVisit) -> None:
    visit.site.latitude, visit.site.longitude = Decimal("57.71"), Decimal("11.97")
    db.session.commit()


@pytest.fixture
def come(hand: Hand, visit: ServiceVisit) -> ServiceVisit:
    placed(visit)
    assert hand.do("check_in", visit_id=visit.id, scan=None, position=HERE).status_code == 201
    return here(visit)


def test_a_position_is_kept_with_the_check_in(come: ServiceVisit) -> None:
    (one,) = come.positions
    assert (one.moment, one.lat, one.lon, one.accuracy_m) == (
        Moment.CHECK_IN,
        57.70887,
        11.97456,
        12,
    )
    assert one.taken_at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert positions.distance_m(one, come.site) == 299


def test_a_check_in_and_a_check_out_need_none(hand: Hand, visit: ServiceVisit) -> None:
    hand.do("check_in", visit_id=visit.id, scan=None)
    hand.do("check_out", visit_id=visit.id, position=None)

    assert here(visit).state is VisitState.CHECKED_OUT
    assert here(visit).positions == []


def test_a_check_out_may_tell_one_too(hand: Hand, come: ServiceVisit) -> None:
    hand.do("check_out", visit_id=come.id, position={"lat": 57.71, "lon": 11.97})

    assert [one.moment for one in here(come).positions] == [Moment.CHECK_IN, Moment.CHECK_OUT]
    assert here(come).positions[1].accuracy_m is None


def test_a_position_that_is_nowhere_is_refused_and_kept(hand: Hand, visit: ServiceVisit) -> None:
    answer = hand.do("check_in", visit_id=visit.id, scan=None, position={"lat": 91, "lon": 0})

    assert answer.status_code == 422
    assert len(kept()) == 1


def test_the_page_shows_the_distance_and_no_customer_sees_it(app: Any, come: ServiceVisit) -> None:
    inside = signed_in(app, person(Role.DISPATCHER, "Disa"))
    customer = person(Role.CUSTOMER, "Kim Kund", customer=come.site.customer)

    assert "299 m from the site (± 12 m)" in inside.get(f"/visits/{come.id}").text
    outside = signed_in(app, customer).get(f"/visits/{come.id}")
    assert "from the site" not in outside.text


def test_after_thirty_days_it_is_nowhere_any_more(hand: Hand, come: ServiceVisit) -> None:
    before = kept()[0]
    body, mark = dict(before.body or {}), before.fingerprint
    for days, left in ((29, 1), (31, 0)):
        at = now() + timedelta(days=days)
        jobs.forget_positions(at)
        tablet_jobs.forget_told_positions(at)
        db.session.commit()
        assert len(here(come).positions) == left

    after = kept()[0]
    body.pop("position")
    assert (after.body, after.fingerprint) == (body, mark)
    assert "57.70887" not in after.raw
    assert json.loads(after.raw)["body"] == body


def test_the_application_cannot_change_an_operation_itself(come: ServiceVisit) -> None:
    with pytest.raises(Exception, match="permission denied"):
        db.session.execute(text("UPDATE operation SET raw = ''"))
    db.session.rollback()


def test_a_pause_says_why(hand: Hand, come: ServiceVisit) -> None:
    pause(hand, come, kind="part", why="Säkringen")
    assert here(come).state is VisitState.PAUSED
    pause(hand, come, kind="break", why="")
    hand.do("resume", visit_id=come.id)

    (one,) = here(come).pauses
    assert (one.kind, one.words, one.until is None) == (PauseKind.PART, "Säkringen", False)


def test_an_app_from_before_the_reasons_pauses_all_the_same(hand: Hand, come: ServiceVisit) -> None:
    hand.do("pause", visit_id=come.id, why="lunch")

    assert [(one.kind, one.words) for one in here(come).pauses] == [(PauseKind.OTHER, "lunch")]


def test_a_reason_that_is_none_is_refused(hand: Hand, come: ServiceVisit) -> None:
    assert pause(hand, come, kind="nap").status_code == 422


def test_the_desk_pauses_and_goes_on(app: Any, come: ServiceVisit) -> None:
    desk = signed_in(app, person(Role.DISPATCHER, "Disa"))
    address = f"/visits/{come.id}"
    assert "say why" in desk.post(f"{address}/pause", data={}, follow_redirects=True).text
    asked = {"kind": "access", "words": "Porten"}
    page = desk.post(f"{address}/pause", data=asked, follow_redirects=True).text

    assert "waits to be let in: Porten" in page
    desk.post(f"{address}/pause/end")
    assert here(come).state is VisitState.ON_SITE
