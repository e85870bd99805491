"""What a tablet asks is read in Swedish and settled in one go; photos are shown to their own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.people.models import Customer, Person, Role
from service.tablets.models import Operation
from service.visits import reasons
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitReview
from service.visits.visit_states import VisitState
from tests.conftest import person, signed_in
from tests.tablets.conftest import Hand, kept, photo, sha_of
from tests.tablets.test_visits import here, items, run

__all__ = ["run"]


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    disa = person(Role.DISPATCHER, "Disa")
    disa.language = "sv"
    db.session.commit()
    return signed_in(app, disa)


@pytest.fixture
def asked(hand: Hand, visit: ServiceVisit) -> ServiceVisit:
    """Two that could not be applied, and one that took effect with a question."""
    hand.do("finish", visit_id=visit.id, lines=[])
    hand.do("note", visit_id=visit.id, station_id=999, text="Inte där")
    hand.do("check_in", visit_id=visit.id)
    hand.do("part", visit_id=visit.id, part_id=999, text="Packning", quantity="1")
    return here(visit)


def settle_all(browser: FlaskClient, visit: ServiceVisit, what: str, why: str = "Ringt") -> Any:
    path = f"/tablets/operations/visits/{visit.id}/settlement"
    return browser.post(path, data={"what": what, "why": why})


def still_asked() -> list[Operation]:
    return [one for one in kept() if one.is_open]


def test_a_visit_s_page_says_in_swedish_what_its_tablet_asks(
    desk: FlaskClient, asked: ServiceVisit
) -> None:
    page = desk.get(f"/visits/{asked.id}")

    assert page.status_code == 200
    assert "Det kunde inte verkställas: ett besök som är" in page.text
    assert "Det finns ingen reservdel 999." in page.text
    assert f"/tablets/operations?visit={asked.id}" in page.text
    assert f"/service-visits/{asked.id}/reports" in page.text


def test_an_operation_says_its_reason_in_swedish(desk: FlaskClient, asked: ServiceVisit) -> None:
    page = desk.get(f"/tablets/operations/{kept()[0].id}").text

    assert re.search("ett besök som är ”.+” kan inte bli ”.+”", page)
    assert "cannot become" not in page


def test_what_is_open_on_a_list_is_named_as_the_list_names_it(
    desk: FlaskClient, hand: Hand, visit: ServiceVisit, run: dict[str, Any]
) -> None:
    asks = [key for key, _place in items(run)]
    hand.do("submit", visit_id=visit.id, run=run["uuid"])

    page = desk.get(f"/visits/{visit.id}").text
    told = re.search("Checklistan lämnades in fast något är öppet: (.+?) ·", page)

    assert told is not None
    assert told[1].count("; ") == 8
    assert "(Stationen)" in told[1]
    assert not [key for key in asks if key in told[1]]
    assert "|" not in told[1]


@pytest.mark.parametrize("reason", reasons.REASONS, ids=reasons.english)
def test_every_reason_is_found_again_in_what_was_said(app: Flask, reason: Any) -> None:
    told = {name: "x1" for name in ("name", "code", "lines", "key", "items", "known", "old", "at")}
    told |= {name: "x1" for name in ("before", "after", "item", "run", "why", "maker", "sender")}
    told |= {"number": "V-00012", "title": "x1"}
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        said = reasons.said(reasons.english(reason) % told)

        assert said == str(reason) % told
        assert said != reasons.english(reason) % told


def test_what_no_rule_has_said_stays_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert reasons.said("Nyckeln hänger\ni kuren") == "Nyckeln hänger\ni kuren"


def test_all_of_a_visit_is_settled_with_one_reason(desk: FlaskClient, asked: ServiceVisit) -> None:
    assert "Avgör allt" in desk.get(f"/tablets/operations?visit={asked.id}").text
    assert settle_all(desk, asked, "dismiss").status_code == 303

    assert still_asked() == []
    assert not here(asked).open_reviews
    answers = set(db.session.scalars(select(VisitReview.answer)))
    assert answers == {"Ringt"}
    assert "Avgör allt" not in desk.get(f"/tablets/operations?visit={asked.id}").text


def test_what_can_be_applied_counts_and_the_rest_stays_asked(
    desk: FlaskClient, asked: ServiceVisit
) -> None:
    """The end that came before the beginning counts now; the station is still not there."""
    settle_all(desk, asked, "apply")

    assert [one.kind for one in still_asked()] == ["note"]
    assert here(asked).state is VisitState.FINISHED


def test_without_a_reason_nothing_of_a_visit_is_settled(
    desk: FlaskClient, asked: ServiceVisit
) -> None:
    settle_all(desk, asked, "dismiss", "")
    assert len(still_asked()) == 3


def test_a_technician_settles_no_visit(app: Flask, tove: Person, asked: ServiceVisit) -> None:
    own = signed_in(app, tove)
    assert "Avgör allt" not in own.get(f"/tablets/operations?visit={asked.id}").text
    assert settle_all(own, asked, "dismiss").status_code == 403


@pytest.fixture
def pictured(hand: Hand, visit: ServiceVisit, run: dict[str, Any]) -> str:
    """A photo on an answer; the list is not handed in yet."""
    content = photo("orange")
    hand.put(content)
    key, place = items(run, type="verdict")[0]
    answer = {"value": "ok", "note": "", "photos": [sha_of(content)]}
    said = {"visit_id": visit.id, "run": run["uuid"], "item": key, "place": place}
    hand.do("check_in", visit_id=visit.id)
    hand.do("answer", **said, answer=answer)
    return sha_of(content)


def test_a_customer_sees_the_photos_of_own_runs_once_they_are_submitted(
    as_customer: FlaskClient, hand: Hand, visit: ServiceVisit, run: dict[str, Any], pictured: str
) -> None:
    assert as_customer.get(f"/files/{pictured}").status_code == 404

    hand.do("submit", visit_id=visit.id, run=run["uuid"])
    answer = as_customer.get(f"/files/{pictured}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_another_customer_sees_none_of_them(
    app: Flask, hand: Hand, visit: ServiceVisit, run: dict[str, Any], pictured: str
) -> None:
    hand.do("submit", visit_id=visit.id, run=run["uuid"])
    other = Customer(name="Annan AB", created_at=visit.created_at)
    db.session.add(other)
    db.session.commit()
    browser = signed_in(app, person(Role.CUSTOMER, "Kim", other))

    assert browser.get(f"/files/{pictured}").status_code == 404


def test_a_visit_whose_list_is_not_handed_in_has_its_page_for_the_customer(
    as_customer: FlaskClient, visit: ServiceVisit, run: dict[str, Any], pictured: str
) -> None:
    page = as_customer.get(f"/visits/{visit.id}")

    assert page.status_code == 200
    assert "Frågor" not in page.text
    assert "/tablets/operations" not in page.text
