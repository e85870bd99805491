"""What is built into one station, and another device in its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, Person, Role
from service.stations.components import Component, RemovedError
from service.stations.models import (
    ComponentKind,
    RetiredError,
    SameDeviceError,
    Site,
    Station,
    StationSerial,
)
from tests.conftest import NOON, person

WHY = "Löste inte ut"


@pytest.fixture
def rcd(station: Station) -> Component:
    one = Component.install(
        station, ComponentKind.RCD, "test", NOON, evse=1, maker="Doepke", serial="D-1"
    )
    db.session.commit()
    return one


def verbs(row: Component | Station) -> list[str]:
    return [deed.verb for deed in db.session.scalars(History.of(row))]


def test_a_component_is_there_since_its_day_at_the_site(station: Station) -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    one = Component.install(station, ComponentKind.FAN, "test", late)

    assert one.installed_on == date(2026, 3, 3)
    assert Component.installed_at(station.id) == [one]


def test_a_component_that_is_replaced_stays_as_what_was_there(rcd: Component) -> None:
    new = rcd.replace("test", NOON + timedelta(days=1), WHY, serial="D-2")

    assert (new.kind, new.evse, new.replaces_id) == (ComponentKind.RCD, 1, rcd.id)
    assert (rcd.removed_on, rcd.removed_why) == (date(2026, 3, 3), WHY)
    assert Component.of_station(rcd.station_id) == [new, rcd]
    assert (verbs(rcd), verbs(new)) == (["remove", "install"], ["install"])


def test_what_is_removed_changes_no_more(rcd: Component) -> None:
    rcd.remove("test", NOON, WHY)

    with pytest.raises(RemovedError):
        rcd.edit("test", NOON, serial="D-9")
    with pytest.raises(RemovedError):
        rcd.replace("test", NOON)


def test_nothing_comes_out_before_it_went_in(rcd: Component) -> None:
    rcd.remove("test", NOON, WHY, on=date(2020, 1, 1))

    assert rcd.removed_on == rcd.installed_on


def test_one_component_is_replaced_by_one(rcd: Component, station: Station) -> None:
    rcd.replace("test", NOON)
    with pytest.raises(IntegrityError):
        Component.install(station, ComponentKind.RCD, "test", NOON, replaces_id=rcd.id)


def test_nothing_is_built_into_a_retired_station(station: Station, operator: Person) -> None:
    station.retire(operator, "Riven", NOON)
    with pytest.raises(RetiredError):
        Component.install(station, ComponentKind.FAN, "test", NOON)


def test_a_customer_sees_only_what_is_built_into_own_stations(
    rcd: Component, customer: Customer
) -> None:
    owner = person(Role.CUSTOMER, customer=customer)
    stranger = person(Role.CUSTOMER, "Sven", Customer(name="Annan", created_at=NOON))
    seen = [db.session.scalars(Component.visible_to(one)).all() for one in (owner, stranger)]

    assert seen == [[rcd], []]


@pytest.mark.parametrize("table", ["component", "station_serial"])
def test_the_database_shows_a_customer_no_stranger_s_devices(
    rcd: Component, station: Station, table: str
) -> None:
    station.swap("A", "B", "test", NOON)
    stranger = Customer(name="Annan", created_at=NOON)
    db.session.add(stranger)
    db.session.commit()
    count = text(f"SELECT count(*) FROM {table}")  # noqa: S608  a name of ours
    seen = []
    for customer_id in (stranger.id, station.site.customer_id if station.site else 0):
        db.session.execute(
            text("SELECT set_config('app.customer', :it, true)"), {"it": str(customer_id)}
        )
        seen.append(db.session.scalar(count))

    assert seen == [0, 1]


@pytest.fixture
def old(station: Station) -> Station:
    """A station whose charger has spoken."""
    station.serial_number, station.firmware_version = "OLD-1", "6.1"
    station.reported_maker, station.reported_model, station.reported_serial = "Alfen", "Eve", "OLD"
    db.session.commit()
    return station


def test_a_swapped_device_leaves_the_station_its_identity_key_and_past(old: Station) -> None:
    key = old.give_key("test", NOON)
    before = (old.id, old.code, old.ocpp_identity, old.key_hash)
    old.swap("OLD-1", "NEW-1", "test", NOON, "Vattenskada")

    assert key
    assert (old.id, old.code, old.ocpp_identity, old.key_hash) == before
    assert old.serial_number == "NEW-1"
    assert verbs(old)[0] == "swap"


def test_what_was_known_of_the_old_device_is_forgotten_and_kept_with_it(old: Station) -> None:
    gone = old.swap("OLD-1", "NEW-1", "test", NOON)

    assert (old.firmware_version, old.reported_maker) == (None, None)
    assert (old.reported_model, old.reported_serial) == (None, None)
    assert (gone.serial_number, gone.firmware_version, gone.until_at) == ("OLD-1", "6.1", NOON)


def test_a_new_device_that_has_spoken_already_keeps_what_it_said(old: Station) -> None:
    old.reported_serial, old.firmware_version = "NEW-1", "7.0"
    gone = old.swap("OLD-1", "NEW-1", "test", NOON)

    assert (old.reported_serial, old.firmware_version) == ("NEW-1", "7.0")
    assert gone.firmware_version is None


def test_the_next_swap_begins_where_the_last_one_ended(old: Station) -> None:
    later = NOON + timedelta(days=400)
    old.swap("OLD-1", "NEW-1", "test", NOON)
    old.swap("NEW-1", "NEW-2", "test", later)

    told = [(it.serial_number, it.from_at, it.until_at) for it in StationSerial.of_station(old.id)]
    assert told == [("NEW-1", NOON, later), ("OLD-1", None, NOON)]


def test_a_swap_that_is_told_late_changes_the_past_alone(old: Station) -> None:
    later = NOON + timedelta(days=9)
    old.swap("SECOND", "THIRD", "test", later)
    old.swap("FIRST", "SECOND", "test", NOON)

    told = [(it.serial_number, it.from_at, it.until_at) for it in StationSerial.of_station(old.id)]
    assert told == [("SECOND", NOON, later), ("FIRST", None, NOON)]
    assert old.serial_number == "THIRD"


def test_who_stands_before_it_knows_its_serial_better_than_the_register(old: Station) -> None:
    gone = old.swap("PLATE-7", "NEW-1", "test", NOON)

    assert gone.serial_number == "PLATE-7"
    deed = db.session.scalars(History.of(old).limit(1)).one()
    assert deed.details == {"serial_number": ["PLATE-7", "NEW-1"], "register": "OLD-1"}


def test_a_device_is_not_swapped_for_itself(old: Station) -> None:
    with pytest.raises(SameDeviceError):
        old.swap("X", "OLD-1", "test", NOON)


@pytest.mark.parametrize(("with_components", "left"), [(True, 0), (False, 1)])
def test_components_leave_with_the_old_device_where_that_is_told(
    rcd: Component, with_components: bool, left: int
) -> None:
    rcd.station.swap(None, "NEW", "test", NOON, WHY, with_components=with_components)

    assert len(Component.installed_at(rcd.station_id)) == left


def test_a_technician_writes_down_and_replaces_a_component(
    as_technician: FlaskClient, station: Station
) -> None:
    page = f"/stations/{station.id}"
    facts = {"kind": "rcd", "maker": "Doepke", "evse": "1", "installed_on": "2026-03-02"}
    as_technician.post(f"{page}/components", data=facts)
    one = db.session.scalars(select(Component)).one()
    as_technician.post(
        f"{page}/components/{one.id}/replacement", data={**facts, "serial": "D-2", "why": WHY}
    )

    panel = as_technician.get(f"{page}/components").text
    assert "D-2" in panel
    assert WHY in panel
    assert [it.serial for it in Component.installed_at(station.id)] == ["D-2"]


def test_a_component_without_a_kind_is_asked_for_again(
    as_technician: FlaskClient, station: Station
) -> None:
    answer = as_technician.post(f"/stations/{station.id}/components", data={"evse": "0"})

    assert answer.status_code == 422
    assert db.session.scalars(select(Component)).all() == []


def test_a_component_is_not_changed_by_another_station_s_address(
    as_technician: FlaskClient, rcd: Component, site: Site
) -> None:
    other = Station.create("Torget", "CP2", "test", NOON, site=site)
    db.session.commit()
    for path in ("removal", "replacement", "edit"):
        address = f"/stations/{other.id}/components/{rcd.id}/{path}"
        method = as_technician.get if path == "edit" else as_technician.post
        assert method(address, data={"reason": WHY}).status_code == 404
    assert rcd.is_there


def test_a_removal_asks_for_its_reason(as_technician: FlaskClient, rcd: Component) -> None:
    address = f"/stations/{rcd.station_id}/components/{rcd.id}/removal"
    as_technician.post(address, data={"reason": " "})
    assert rcd.is_there
    as_technician.post(address, data={"reason": WHY})
    assert rcd.removed_why == WHY


def test_the_page_tells_which_devices_stood_there(as_technician: FlaskClient, old: Station) -> None:
    answer = as_technician.post(
        f"/stations/{old.id}/swap",
        data={"old_serial": "OLD-1", "new_serial": "NEW-1", "reason": "Vattenskada"},
    )
    page = as_technician.get(answer.location).text

    assert "NEW-1" in page
    assert "OLD-1" in page


@pytest.mark.parametrize("serial", ["", "OLD-1"])
def test_a_swap_without_another_device_is_asked_for_again(
    as_technician: FlaskClient, old: Station, serial: str
) -> None:
    form = {"old_serial": "X", "new_serial": serial, "reason": "x"}

    assert as_technician.post(f"/stations/{old.id}/swap", data=form).status_code == 422
    assert StationSerial.of_station(old.id) == []
