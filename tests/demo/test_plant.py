import json
import re
import stat
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select

from service.checklists import series
from service.checklists.models import ChecklistRun, Finding, Instrument
from service.checklists.words import Verdict
from service.commands import processes
from service.contracts.models import ServiceContract
from service.contracts.words import Renewal
from service.contracts.words import State as ContractState
from service.core.db import db
from service.demo import fleet
from service.demo.credentials import Credentials
from service.demo.plant import new_password, plant
from service.monitoring.models import MaintenanceWindow, StateInterval
from service.parts.models import KitLine, Part
from service.people.models import Customer, Person
from service.people.roles import Role
from service.people.skills import PersonSkill
from service.people.tablets import Tablet, TabletState
from service.reports import service_page
from service.reports.service_making import ask_for_reports, make_waiting
from service.reports.service_photos import photos
from service.reports.service_reports import ServiceReport
from service.sessions.models import ChargingSession, Tag
from service.stations import keys
from service.stations.models import Site, Station, StationModel
from service.tickets.models import Ticket
from service.tickets.states import OPEN, Resolution, State
from service.visits import verifying
from service.visits.service_visits import ServiceVisit
from tests.conftest import NOON


def count(query: Any) -> int:
    return db.session.scalar(query) or 0


def everything(kind: type) -> int:
    return count(select(func.count()).select_from(kind))


def test_the_fleet_is_large_and_varied(planted: Credentials) -> None:
    models = count(select(func.count(func.distinct(Station.model_id))))
    sites = count(select(func.count(func.distinct(Station.site_id))))
    owners = count(select(func.count(func.distinct(Site.customer_id))))

    assert (everything(Station), models, sites, owners) == (48, 11, 16, 7)
    assert everything(Customer) == 7


def test_every_station_is_of_a_model_of_the_catalogue(planted: Credentials) -> None:
    for key, card in fleet.models().items():
        model = StationModel.named(card.maker, card.name)
        assert model, key
        assert (model.current, model.connectors) == (card.current, card.connectors), key
        assert model.power_kw == Decimal(str(card.power_kw)), key
    assert all(station.model for station in db.session.scalars(select(Station)))


def test_the_technicians_can_something_and_the_shelves_are_full(planted: Credentials) -> None:
    assert everything(PersonSkill) == len(fleet.skills())
    assert everything(Instrument) == len(fleet.instruments())
    assert count(select(func.count()).where(Instrument.person_id.is_not(None))) == 4
    assert everything(KitLine) == sum(len(row["lines"].split()) for row in fleet.kits())
    priced = select(func.count()).where(Part.price_ore.is_not(None))
    assert count(priced) == len(fleet.parts())


def test_every_site_lies_in_sweden_and_has_an_address(planted: Credentials) -> None:
    for site in db.session.scalars(select(Site)):
        assert 55 < (site.latitude or 0) < 69.1
        assert 10.9 < (site.longitude or 0) < 24.2
        assert all([site.address, site.postal_code, site.city])


def test_every_charger_gets_the_key_that_it_connects_with(planted: Credentials) -> None:
    for station in db.session.scalars(select(Station)):
        assert keys.matches(station.key_hash, planted.keys[station.ocpp_identity].encode())


def test_there_is_somebody_of_each_role_with_the_password(planted: Credentials) -> None:
    people = list(db.session.scalars(select(Person)))

    assert {person.role for person in people} == set(Role)
    assert all(verify_password(planted.password, person.password or "") for person in people)
    assert {one.email for one in planted.people} == {person.email for person in people}


def test_the_password_is_random_and_long(planted: Credentials) -> None:
    assert len(planted.password) == 19
    assert new_password() != new_password()


def test_the_secrets_are_for_their_owner_alone(planted: Credentials, planted_app: Flask) -> None:
    path: Path = planted_app.config["SETTINGS"].instance / "secrets" / "demo.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(json.loads(path.read_text())["keys"]) == 48


def test_a_second_start_finds_the_same_fleet(planted: Credentials, planted_app: Flask) -> None:
    again = plant(planted_app, NOON + timedelta(days=1))

    assert again == planted
    assert everything(Station) == 48


def test_the_past_has_tickets_that_ended_in_different_ways(planted: Credentials) -> None:
    ended = list(db.session.scalars(select(Ticket).where(Ticket.state.not_in(OPEN))))

    assert len(ended) >= 10
    assert {ticket.state for ticket in ended} == {State.CLOSED, State.RESOLVED}
    assert {Resolution.REMOTE, Resolution.ON_SITE, Resolution.SELF_CLEARED} <= {
        ticket.resolution for ticket in ended
    }
    assert all(ticket.opened_at < NOON for ticket in ended)


def test_what_is_open_at_the_start_was_opened_by_a_person(planted: Credentials) -> None:
    still_open = db.session.scalars(select(Ticket).where(Ticket.state.in_(OPEN)))

    assert [ticket.fault for ticket in still_open] == ["manual"] * 3


def test_the_ledger_goes_back_weeks_without_a_gap(planted: Credentials) -> None:
    first = db.session.scalar(select(func.min(StateInterval.from_at)))
    running = count(select(func.count()).where(StateInterval.to_at.is_(None)))

    assert first == NOON - timedelta(days=28)
    assert running == sum(card for card in connectors())


def connectors() -> list[int]:
    stations = db.session.scalars(select(Station))
    return [station.model.connectors for station in stations if station.model]


def test_there_are_planned_outages_tags_and_charges(planted: Credentials) -> None:
    # Three of them planned; the last two are visits' own, and one of these goes on.
    assert everything(MaintenanceWindow) == 5
    assert count(select(func.count()).select_from(MaintenanceWindow.on(NOON).subquery())) == 2
    assert everything(Tag) == 12
    assert everything(ChargingSession) > 80
    assert all(one.is_good for one in db.session.scalars(select(ChargingSession)))


def test_a_technician_has_visits_today_and_tomorrow_and_has_finished_one(
    planted: Credentials,
) -> None:
    visits = list(db.session.scalars(select(ServiceVisit).order_by(ServiceVisit.id)))
    days = [(one.starts_at.date() - NOON.date()).days for one in visits]

    assert list(zip(days, (one.state.value for one in visits), strict=True)) == [
        (-1, "finished"),
        (0, "dispatched"),
        (0, "confirmed"),
        (1, "confirmed"),
        (2, "tentative"),
        (0, "on_site"),
    ]
    assert {one.technician for one in visits[:4]} == {visits[0].technician}
    assert all(line.is_done for line in visits[0].order_lines)
    assert visits[0].minutes_worked == 80


def test_contracts_stand_in_every_state_that_asks_for_somebody(planted: Credentials) -> None:
    today = NOON.date()
    contracts = list(db.session.scalars(select(ServiceContract)))

    assert {one.state for one in contracts} == {ContractState.DRAFT, ContractState.ACTIVE}
    assert {one.renewal for one in contracts} == set(Renewal)
    assert any(one.waits_for_decision(today) for one in contracts)
    assert all(one.covers for one in contracts)


def test_some_stations_were_measured_over_two_years_and_one_drifts(planted: Credentials) -> None:
    runs = list(db.session.scalars(select(ChecklistRun).order_by(ChecklistRun.id)))
    assert len(runs) == 12
    assert [one.is_open for one in runs] == [False] * 11 + [True]
    slower = series.of_item(runs[0].station_id, "rcd.t1x", "rcd:1")

    assert [one.number for one in slower] == [312, 252, 224, 197, 168, 142]
    assert (slower[0].at - slower[-1].at).days > 700
    found = db.session.scalars(select(Finding).order_by(Finding.id)).all()
    assert {one.verdict.value for one in found} == {"remark", "fail"}


def test_what_failed_is_a_ticket_and_what_was_remarked_is_work(planted: Credentials) -> None:
    for one in db.session.scalars(select(Finding)):
        assert one.ticket_id if one.verdict is Verdict.FAIL else one.work_order_line_id


def test_a_list_is_half_done_on_a_visit_of_today(planted: Credentials) -> None:
    run = db.session.scalars(select(ChecklistRun).where(ChecklistRun.submitted_at.is_(None))).one()

    assert run.started_at == NOON - timedelta(minutes=30)
    assert len(run.answers) > 5


def test_there_are_tablets_and_one_has_not_handed_over(planted: Credentials) -> None:
    tablets = db.session.scalars(select(Tablet).order_by(Tablet.id)).all()

    assert [one.waiting for one in tablets] == [0, 4]
    assert {one.state(NOON) for one in tablets} == {TabletState.IN_FORCE}


def test_the_finished_visit_becomes_a_report_with_photos(
    planted: Credentials, planted_app: Flask
) -> None:
    # Nothing is printed before it is known whether the charger came back.
    verifying.verify(NOON)
    db.session.flush()
    ask_for_reports(NOON)
    db.session.commit()
    assert make_waiting(planted_app.config["SETTINGS"], photos) == 1
    report = db.session.scalars(select(ServiceReport)).one()

    assert (report.verdict, report.photos) == ("fail", 2)
    assert all(one.blob for one in service_page.photos(report))


def test_a_customer_gets_a_way_into_the_portal(planted: Credentials, planted_app: Flask) -> None:
    told = processes._plant(planted_app)
    link = re.search(r"(/portal/sign-in/\S+)", told)

    assert "lars.westin@parkeraivast.example" in told
    assert link
    assert planted_app.test_client().get(link[1]).status_code == 200
