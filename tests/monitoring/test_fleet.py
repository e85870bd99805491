"""The state of whole stations: on the page and in the database's own search it is the same."""

from datetime import timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.monitoring import fleet
from service.monitoring.health import WORST, Kind
from service.monitoring.link_models import Contact
from service.monitoring.models import MaintenanceWindow
from service.people.models import Person
from service.stations.models import Connector, Station
from tests.conftest import NOON

SAYINGS = [
    (None, None),
    ("Unknown", "NoError"),
    ("Available", "NoError"),
    ("Charging", "OverVoltage"),
    ("Unavailable", "NoError"),
    ("Unavailable", "OtherError"),
    ("Faulted", "GroundFailure"),
]


def rank_of(station: Station) -> Kind:
    query = select(fleet.rank(NOON)).select_from(Station)
    joined = query.outerjoin(Contact, Contact.station_id == Station.id)
    return WORST[db.session.scalars(joined.where(Station.id == station.id)).one()]


def say(connector: Connector, saying: tuple[str | None, str | None]) -> None:
    connector.status, connector.error_code = saying


@pytest.mark.parametrize("is_offline", [False, True])
def test_the_database_finds_a_station_as_what_its_page_says_it_is(
    station: Station, is_offline: bool
) -> None:
    db.session.add(Contact(station_id=station.id, is_offline=is_offline))

    for sayings in product(SAYINGS, repeat=3):
        for connector, saying in zip(station.connectors, sayings, strict=True):
            say(connector, saying)
        db.session.flush()

        assert rank_of(station) is fleet.health_of(station, is_offline, False).kind, sayings


def test_a_planned_outage_of_the_site_goes_before_everything(
    station: Station, operator: Person
) -> None:
    assert station.site
    until = NOON + timedelta(hours=1)
    MaintenanceWindow.plan(station.site, NOON, until, "new cable", operator, NOON)
    say(station.connectors[1], ("Faulted", "GroundFailure"))
    db.session.flush()

    assert rank_of(station) is Kind.SERVICE
    assert fleet.health_of(station, offline=False, in_window=True).kind is Kind.SERVICE


def test_a_charger_that_never_speaks_of_its_whole_is_judged_by_its_connectors(
    station: Station,
) -> None:
    for connector in station.connectors[1:]:
        say(connector, ("Available", "NoError"))

    assert fleet.health_of(station, offline=False, in_window=False).kind is Kind.OK


def test_the_list_is_filtered_by_state(as_operations: FlaskClient, station: Station) -> None:
    say(station.connectors[1], ("Faulted", "GroundFailure"))
    db.session.commit()

    faults, fine = (as_operations.get(f"/stations?state={kind}").text for kind in ("fault", "ok"))

    assert 'class="state fault">Faulted' in faults
    assert "Hamnen 3" not in fine


def test_the_state_of_a_station_says_what_it_last_said(
    as_operations: FlaskClient, station: Station
) -> None:
    one = station.connectors[1]
    one.status, one.error_code, one.info = "Faulted", "Error", "<b>relay</b>"
    one.vendor_error_code, one.reported_at = "E42", NOON
    db.session.commit()

    page = as_operations.get(f"/stations/{station.id}/state").text

    assert "Faulted · Error · E42" in page
    assert "&lt;b&gt;relay" in page
    assert f"changed:station-{station.id} from:body" in page
