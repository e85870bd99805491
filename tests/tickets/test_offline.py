"""A station that is silent, and a site whose stations vanish together."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.db import db
from service.monitoring.link_models import Contact, Node
from service.monitoring.models import StateInterval
from service.people.models import Person
from service.stations.models import Site, Station, StationModel
from service.tickets import jobs
from service.tickets.states import State
from tests.conftest import NOON, signed_in
from tests.saying import boot, heartbeat, say, status, tickets

MINUTE = timedelta(minutes=1)
AFTER = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def link(station: Station) -> None:
    """A link that has listened since the morning."""
    Node.beat("link", "link", NOON - timedelta(hours=4))
    db.session.commit()


def look(at: datetime) -> None:
    Node.beat("link", "link", at)
    jobs.call_silent_stations(at, AFTER)
    db.session.commit()


def neighbours(site: Site, model: StationModel, count: int) -> list[Station]:
    made = [
        Station.create(f"Hamnen {n}", f"N{n}", "test", NOON, site=site, model=model)
        for n in range(count)
    ]
    db.session.commit()
    return made


def test_five_minutes_without_a_frame_is_offline(station: Station) -> None:
    say(status(station, NOON))
    look(NOON + AFTER)
    assert tickets() == []

    look(NOON + AFTER + timedelta(seconds=1))
    assert [ticket.fault for ticket in tickets()] == ["offline"]


def test_the_ledger_says_offline_from_when_it_was_last_heard(station: Station) -> None:
    say(status(station, NOON))
    look(NOON + 6 * MINUTE)
    say(heartbeat(station, NOON + 20 * MINUTE))

    rows = db.session.scalars(select(StateInterval).order_by(StateInterval.id)).all()
    mine = [row for row in rows if row.connector_id == rows[0].connector_id]
    assert [row.state for row in mine] == ["available", "offline", "available"]
    assert [row.to_at for row in mine[:-1]] == [row.from_at for row in mine[1:]]
    assert mine[2].from_at == NOON + 20 * MINUTE


def test_twice_the_heartbeat_is_waited_for(station: Station) -> None:
    say(boot(station, NOON))
    contact = db.session.get_one(Contact, station.id)
    contact.heartbeat_s = 600
    db.session.commit()
    look(NOON + 19 * MINUTE)
    assert tickets() == []

    look(NOON + 21 * MINUTE)
    assert len(tickets()) == 1


def test_a_connected_charger_is_asked_before_it_is_called_offline(station: Station) -> None:
    say(status(station, NOON))
    contact = db.session.get_one(Contact, station.id)
    contact.connection_id = 7
    db.session.commit()
    look(NOON + 9 * MINUTE)
    assert tickets() == []

    contact = db.session.get_one(Contact, station.id)
    contact.probed_at = NOON + 9 * MINUTE
    db.session.commit()
    look(NOON + 10 * MINUTE)
    assert len(tickets()) == 1


def test_nobody_is_offline_while_no_link_listens(station: Station) -> None:
    say(status(station, NOON))
    jobs.call_silent_stations(NOON + timedelta(hours=1), AFTER)
    assert tickets() == []


def test_a_fresh_link_listens_as_long_before_it_judges(station: Station) -> None:
    say(status(station, NOON))
    Node.leave("link")
    Node.beat("link", "link", NOON + 60 * MINUTE)
    look(NOON + 64 * MINUTE)
    assert tickets() == []

    look(NOON + 66 * MINUTE)
    assert len(tickets()) == 1


def test_a_station_that_is_heard_again_has_recovered(station: Station) -> None:
    say(status(station, NOON))
    look(NOON + 6 * MINUTE)
    say(heartbeat(station, NOON + 8 * MINUTE))

    [ticket] = tickets()
    assert ticket.recovered_at == NOON + 8 * MINUTE


def test_stations_that_vanish_together_are_one_ticket(
    station: Station, site: Site, model: StationModel
) -> None:
    everyone = [station, *neighbours(site, model, 3)]
    say(*(status(one, NOON + n * timedelta(seconds=20)) for n, one in enumerate(everyone)))
    for minute in range(5, 9):
        look(NOON + minute * MINUTE)

    open_ones = [ticket for ticket in tickets() if ticket.is_open]
    assert [(one.site_id, one.station_id) for one in open_ones] == [(site.id, None)]
    assert open_ones[0].occurrences == 4


def test_the_page_of_a_sites_ticket_names_who_went_with_it(
    app: Flask, operator: Person, station: Station, site: Site, model: StationModel
) -> None:
    [other] = neighbours(site, model, 1)
    say(status(station, NOON), status(other, NOON))
    look(NOON + 6 * MINUTE)
    ticket = next(one for one in tickets() if one.is_open)

    page = signed_in(app, operator).get(f"/tickets/{ticket.id}")

    assert page.status_code == 200
    assert "Several stations of the site at once" in page.text
    assert f"{other.name} is part of it" in page.text


def test_the_sites_ticket_recovers_when_all_are_back(
    station: Station, site: Site, model: StationModel
) -> None:
    [other] = neighbours(site, model, 1)
    say(status(station, NOON), status(other, NOON))
    look(NOON + 6 * MINUTE)
    say(heartbeat(station, NOON + 7 * MINUTE))
    assert [one.recovered_at for one in tickets() if one.is_open] == [None]

    say(heartbeat(other, NOON + 9 * MINUTE))
    assert [one.recovered_at for one in tickets() if one.is_open] == [NOON + 9 * MINUTE]


def test_a_site_that_vanishes_again_keeps_its_open_ticket(
    station: Station, site: Site, model: StationModel
) -> None:
    [other] = neighbours(site, model, 1)
    say(status(station, NOON), status(other, NOON))
    look(NOON + 6 * MINUTE)
    say(heartbeat(station, NOON + 8 * MINUTE), heartbeat(other, NOON + 8 * MINUTE))
    look(NOON + 15 * MINUTE)

    [ticket] = [one for one in tickets() if one.is_open]
    assert (ticket.station_id, ticket.recovered_at) == (None, None)


def test_stations_that_vanish_hours_apart_have_tickets_of_their_own(
    station: Station, site: Site, model: StationModel
) -> None:
    [other] = neighbours(site, model, 1)
    say(status(station, NOON))
    look(NOON + 6 * MINUTE)
    say(status(other, NOON + 60 * MINUTE))
    look(NOON + 66 * MINUTE)

    assert [ticket.station_id for ticket in tickets()] == [station.id, other.id]
    assert {ticket.state for ticket in tickets()} == {State.NEW}


def test_three_boots_in_an_hour_are_a_boot_loop(station: Station) -> None:
    for minute in (0, 10, 20):
        say(boot(station, NOON + minute * MINUTE))
    assert [ticket.fault for ticket in tickets()] == ["boot_loop"]

    jobs.end_boot_loops(NOON + 81 * MINUTE)
    db.session.commit()
    assert tickets()[0].recovered_at == NOON + 81 * MINUTE
