"""Service visits on pages: planned from an order, found in a list, answered by the dispatcher."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.people.skills import Skill
from service.stations.models import Site, Station
from service.tickets import jobs as ticket_jobs
from service.visits import checking_in, standing, verifying, visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind
from service.visits.visit_states import VisitState
from tests.conftest import person, signed_in
from tests.saying import say, status, tickets
from tests.visits.conftest import in_words

SOON = "2031-03-10T09:30"


@pytest.fixture
def order(site: Site, station: Station) -> WorkOrder:
    return order_of(site, station, "Tighten the lid")


def order_of(site: Site, station: Station, *texts: str) -> WorkOrder:
    order = WorkOrder.draft(site, Kind.CORRECTIVE, "test", now())
    in_words(order, station, *texts)
    order.release("test", now())
    db.session.commit()
    return order


@pytest.fixture
def planned(order: WorkOrder, technician: Person) -> ServiceVisit:
    return plan(order, technician)


def plan(order: WorkOrder, technician: Person | None, **facts: Any) -> ServiceVisit:
    starts = now() + timedelta(hours=1)
    visit = visiting.plan(order.site, order.lines, starts, "test", now(), technician, **facts)
    db.session.commit()
    return visit


def visits() -> list[ServiceVisit]:
    return list(db.session.scalars(select(ServiceVisit).order_by(ServiceVisit.id)))


def text(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def send(browser: FlaskClient, address: str, **fields: Any) -> str:
    answer = browser.post(address, data=fields, follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def filled(order: WorkOrder, technician: Person, **fields: Any) -> dict[str, Any]:
    lines = [line.id for line in order.lines]
    facts = {"technician_id": technician.id, "starts_at": SOON, "minutes": 45, "lines": lines}
    return facts | fields


def test_a_visit_is_planned_from_an_order(
    as_dispatcher: FlaskClient, order: WorkOrder, technician: Person, site: Site
) -> None:
    page = text(as_dispatcher, f"/work-orders/{order.id}/visits/new")
    assert "Tighten the lid" in page
    assert 'value="60"' in page
    send(as_dispatcher, f"/work-orders/{order.id}/visits/new", **filled(order, technician))

    (visit,) = visits()
    assert (visit.state, visit.technician, visit.minutes) == (
        VisitState.CONFIRMED,
        technician,
        45,
    )
    # Half past nine in Stockholm.
    assert visit.starts_at.isoformat() == "2031-03-10T08:30:00+00:00"
    assert visit.order_lines == order.lines


def test_the_time_is_that_of_the_site(
    as_dispatcher: FlaskClient, order: WorkOrder, technician: Person, site: Site
) -> None:
    site.time_zone = "Europe/Helsinki"
    db.session.commit()
    send(as_dispatcher, f"/work-orders/{order.id}/visits/new", **filled(order, technician))

    (visit,) = visits()
    assert visit.starts_at.isoformat() == "2031-03-10T07:30:00+00:00"
    assert "09:30–10:15" in text(as_dispatcher, f"/visits/{visit.id}")
    assert 'value="2031-03-10T09:30"' in text(as_dispatcher, f"/visits/{visit.id}/edit")


def test_other_orders_of_the_site_are_offered_and_go_along(
    as_dispatcher: FlaskClient, order: WorkOrder, station: Station, site: Site, technician: Person
) -> None:
    other = order_of(site, station, "Paint the post")
    page = text(as_dispatcher, f"/work-orders/{order.id}/visits/new")
    assert "Paint the post" in page
    assert page.count(" checked") == 1
    both = [line.id for one in (order, other) for line in one.lines]
    fields = filled(order, technician, lines=both)
    send(as_dispatcher, f"/work-orders/{order.id}/visits/new", **fields)

    assert len(visits()[0].lines) == 2


def test_a_line_of_another_site_cannot_be_slipped_in(
    as_dispatcher: FlaskClient, order: WorkOrder, technician: Person, customer: Customer
) -> None:
    far = Site(customer=customer, name="Berget", created_at=now())
    there = Station.create("Berget 1", "CP9", "test", now(), site=far)
    other = order_of(far, there, "Elsewhere")
    fields = filled(order, technician, lines=[other.lines[0].id])
    page = send(as_dispatcher, f"/work-orders/{order.id}/visits/new", **fields)

    assert "choose at least one line" in page
    assert visits() == []


@pytest.mark.parametrize(
    ("name", "wrong"), [("starts_at", ""), ("minutes", "0"), ("technician_id", "99")]
)
def test_what_is_wrong_is_said_beside_the_form(
    as_dispatcher: FlaskClient, order: WorkOrder, technician: Person, name: str, wrong: str
) -> None:
    fields = filled(order, technician) | {name: wrong}
    answer = as_dispatcher.post(f"/work-orders/{order.id}/visits/new", data=fields)

    assert answer.status_code == 422
    assert visits() == []


def test_who_lacks_a_skill_is_named_and_may_go(
    as_dispatcher: FlaskClient, due: Any, dispatcher: Person, technician: Person
) -> None:
    skill = Skill.create(
        "test",
        now(),
        code="el",
        name_sv="Elektriker",
        name_en="Electrician",
        is_authorisation=True,
    )
    date = due()
    date.task.authorisation = skill
    order = WorkOrder.draft(date.station.site, Kind.PREVENTIVE, "test", now())
    order.lines.append(WorkOrderLine(station=date.station, occurrence=date, created_at=now()))
    order.release("test", now())
    db.session.commit()
    asked = text(as_dispatcher, f"/work-orders/{order.id}/visits/new")
    assert "Tove Tekniker (lacks Electrician)" in asked
    page = send(as_dispatcher, f"/work-orders/{order.id}/visits/new", **filled(order, technician))

    assert "Tove Tekniker lacks on that day: Electrician." in page
    assert "does not have it on that day" in page
    assert len(visits()) == 1


def test_the_list_has_its_filters(
    as_dispatcher: FlaskClient, planned: ServiceVisit, station: Station, site: Site
) -> None:
    later = plan(order_of(site, station, "Paint"), None)
    later.starts_at = now() + timedelta(days=30)
    db.session.commit()

    def found(query: str) -> list[str]:
        page = text(as_dispatcher, f"/visits?{query}")
        return [one.number for one in visits() if one.number in page]

    assert found("") == [planned.number, later.number]
    assert found("state=tentative") == [later.number]
    assert found("state=ended") == []
    assert found("day=week") == [planned.number]
    assert found("day=past") == []
    assert found(f"technician={planned.technician_id}") == [planned.number]
    assert found("technician=nobody") == [later.number]
    assert found(f"site={site.id}") == [planned.number, later.number]
    assert found("asked=yes") == []
    assert found(f"q={later.number}") == [later.number]
    assert found("q=Hamnen") == [planned.number, later.number]
    assert found("q=Nowhere") == []


@pytest.mark.parametrize("sort", ["number", "-number", "starts_at", "-site", "technician"])
def test_the_list_sorts(as_dispatcher: FlaskClient, planned: ServiceVisit, sort: str) -> None:
    assert planned.number in text(as_dispatcher, f"/visits?sort={sort}")


def test_the_list_is_downloaded(as_dispatcher: FlaskClient, planned: ServiceVisit) -> None:
    file = text(as_dispatcher, "/visits?format=csv")

    assert planned.number in file
    assert "Tove Tekniker" in file


def test_a_visit_is_moved(as_dispatcher: FlaskClient, planned: ServiceVisit) -> None:
    other = person(Role.TECHNICIAN, "Ove")
    fields = {"technician_id": other.id, "starts_at": SOON, "minutes": 90, "notes": "Ring"}
    send(as_dispatcher, f"/visits/{planned.id}/edit", **fields)

    (visit,) = visits()
    assert (visit.technician, visit.minutes, visit.notes) == (other, 90, "Ring")
    assert visit.starts_at.isoformat() == "2031-03-10T08:30:00+00:00"


def test_a_visit_is_sent_out_and_called_off(
    as_dispatcher: FlaskClient, planned: ServiceVisit
) -> None:
    send(as_dispatcher, f"/visits/{planned.id}/dispatch")
    assert visits()[0].state is VisitState.DISPATCHED

    assert "say why" in send(as_dispatcher, f"/visits/{planned.id}/cancellation")
    send(as_dispatcher, f"/visits/{planned.id}/cancellation", reason="sold")
    assert visits()[0].state is VisitState.CANCELLED
    page = send(as_dispatcher, f"/visits/{planned.id}/dispatch")
    assert "does not allow that any more" in page


def test_lines_are_taken_off_and_put_on(
    as_dispatcher: FlaskClient, planned: ServiceVisit, order: WorkOrder
) -> None:
    key = order.lines[0].id
    send(as_dispatcher, f"/visits/{planned.id}/lines/{key}/removal")
    assert visits()[0].lines == []

    assert "Tighten the lid" in text(as_dispatcher, f"/visits/{planned.id}/lines/new")
    assert "choose at least one" in send(as_dispatcher, f"/visits/{planned.id}/lines/new")
    send(as_dispatcher, f"/visits/{planned.id}/lines/new", lines=[key])
    assert [one.work_order_line_id for one in visits()[0].lines] == [key]


def test_a_question_is_answered_on_the_page(
    as_dispatcher: FlaskClient, planned: ServiceVisit, order: WorkOrder, dispatcher: Person
) -> None:
    order.cancel("sold", dispatcher, now())
    db.session.commit()
    (review,) = planned.open_reviews
    page = text(as_dispatcher, f"/visits/{planned.id}")
    assert "its work order let it go" in page
    assert "Tighten the lid: sold" in page

    address = f"/visits/{planned.id}/questions/{review.id}/answer"
    assert "say what becomes" in send(as_dispatcher, address)
    assert "Then we stay at home" in send(as_dispatcher, address, answer="Then we stay at home")
    assert "answered it already" in send(as_dispatcher, address, answer="Or not")
    assert visits()[0].reviews[0].question == standing.TAKEN_OFF


def test_what_is_not_available_stands_on_the_page(
    as_dispatcher: FlaskClient, planned: ServiceVisit, technician: Person
) -> None:
    checking_in.check_in(planned, technician, now(), now())
    db.session.commit()
    assert "Not available after" not in text(as_dispatcher, f"/visits/{planned.id}")

    checking_in.check_out(planned, technician, now(), now())
    db.session.commit()
    page = text(as_dispatcher, f"/visits/{planned.id}")
    assert "not seen Available yet" in page

    verifying.verify(now() + verifying.WITHIN)
    db.session.commit()
    page = text(as_dispatcher, f"/visits/{planned.id}")
    assert "Not available after the visit" in page
    assert "Hamnen 3, outlet 1: no word since the check-out" in page
    assert "Hamnen 3, outlet 1: no word since the check-out" in text(as_dispatcher, "/visits")


def test_a_ticket_says_that_it_was_an_own_test(
    as_dispatcher: FlaskClient, planned: ServiceVisit, station: Station, technician: Person
) -> None:
    came = now() - timedelta(hours=2)
    say(status(station, came + timedelta(minutes=1), "Faulted", "GroundFailure"))
    ticket_jobs.open_ripe_alarms(came + timedelta(minutes=5))
    say(status(station, came + timedelta(minutes=6)))
    checking_in.check_in(planned, technician, came, now())
    db.session.commit()
    (ticket,) = tickets()

    page = text(as_dispatcher, f"/tickets/{ticket.id}")
    assert "raised while a technician worked at the station" in page
    assert planned.number in page


def test_an_order_a_station_and_a_site_show_their_visits(
    as_dispatcher: FlaskClient, planned: ServiceVisit, order: WorkOrder, station: Station
) -> None:
    for address in (
        f"/work-orders/{order.id}/visits",
        f"/stations/{station.id}/visits",
        f"/sites/{order.site_id}/visits",
    ):
        assert planned.number in text(as_dispatcher, address)
    assert f"/work-orders/{order.id}/visits/new" in text(as_dispatcher, f"/work-orders/{order.id}")


def test_the_history_speaks_of_the_visit(as_dispatcher: FlaskClient, planned: ServiceVisit) -> None:
    assert "confirmed" in text(as_dispatcher, f"/visits/{planned.id}/history")


def test_a_customer_sees_the_visit_without_what_is_inside(
    as_customer: FlaskClient, order: WorkOrder, technician: Person, dispatcher: Person
) -> None:
    visit = plan(order, technician, notes="Beware of the dog")
    visit.ask("handed_over", now(), words="secret words")
    db.session.commit()

    listed = text(as_customer, "/visits?state=any")
    page = text(as_customer, f"/visits/{visit.id}")
    assert visit.number in listed
    assert "Tighten the lid" in page
    for hidden in ("Tove", "Beware", "secret words", "Questions"):
        assert hidden not in page + listed + text(as_customer, "/visits?state=any&format=csv")


def test_a_stranger_sees_nothing_of_it(app: Flask, planned: ServiceVisit, order: WorkOrder) -> None:
    stranger = Customer(name="BRF Berget", created_at=now())
    db.session.add(stranger)
    browser = signed_in(app, person(Role.CUSTOMER, "Annan", stranger))

    assert browser.get(f"/visits/{planned.id}").status_code == 404
    assert planned.number not in text(browser, "/visits?state=any")


def test_a_technician_plans_none(app: Flask, planned: ServiceVisit, technician: Person) -> None:
    browser = signed_in(app, technician)

    assert "Move …" not in text(browser, f"/visits/{planned.id}")
    assert browser.get(f"/visits/{planned.id}/edit").status_code == 403
    assert browser.post(f"/visits/{planned.id}/cancellation").status_code == 403
