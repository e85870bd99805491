"""What can be done to a station, and what cannot."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, Person
from service.people.roles import Role
from service.stations import keys
from service.stations.models import (
    IdentityError,
    IdentityTakenError,
    ProfileNotAllowedError,
    RetiredError,
    Site,
    Station,
    StationModel,
)
from service.stations.register import StillInUseError, retire_customer
from tests.conftest import NOON, person


def deeds(row: Station | Site | StationModel | Customer) -> list[tuple[str, dict[str, object]]]:
    return [(deed.verb, deed.details) for deed in db.session.scalars(History.of(row))]


def test_a_new_station_has_the_connectors_of_its_model_and_one_for_the_whole(
    station: Station,
) -> None:
    assert [connector.number for connector in station.connectors] == [0, 1, 2]
    assert [evse.number for evse in station.evses] == [1, 2]


@pytest.mark.usefixtures("station")
@pytest.mark.parametrize("identity", ["CP1", "cp1"])
def test_an_identity_is_given_once_however_it_is_spelled(identity: str) -> None:
    with pytest.raises(IdentityTakenError):
        Station.create("Another", identity, "test", NOON)

    db.session.commit()
    assert db.session.scalars(select(Station.name)).all() == ["Hamnen 3"]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("identity", ["", "..", "CP 1", "CP/1", "CPÅ", "x" * 49, "CP\n1", "CP#1"])
def test_an_identity_that_no_address_can_hold_is_refused(identity: str) -> None:
    with pytest.raises(IdentityError):
        Station.create("Another", identity, "test", NOON)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("identity", ["CP1", "SE*LAD*E1", "a-b_c=d:e+f|g@h.i", "x" * 48])
def test_an_identity_may_have_every_sign_that_chargers_use(identity: str) -> None:
    assert Station.create("Another", identity, "test", NOON).ocpp_identity == identity


def test_an_edit_is_written_down_with_before_and_after(station: Station, operator: Person) -> None:
    station.edit(operator, NOON, name="Hamnen 4", serial_number=None)

    assert deeds(station)[0] == ("edit", {"name": ["Hamnen 3", "Hamnen 4"]})


def test_an_edit_that_changes_nothing_leaves_no_trace(station: Station, operator: Person) -> None:
    station.edit(operator, NOON, name="Hamnen 3")

    assert [verb for verb, _ in deeds(station)] == ["create"]


def test_a_new_identity_is_found_and_the_old_one_is_free(
    station: Station, operator: Person
) -> None:
    station.edit(operator, NOON, ocpp_identity="CP2")

    assert Station.with_identity("cp2") is station
    assert Station.with_identity("CP1") is None
    assert deeds(station)[0] == ("edit", {"ocpp_identity": ["CP1", "CP2"]})


def test_an_edit_cannot_take_another_stations_identity(station: Station, operator: Person) -> None:
    Station.create("Another", "CP2", "test", NOON)
    db.session.commit()

    with pytest.raises(IdentityTakenError):
        station.edit(operator, NOON, ocpp_identity="cp2")

    assert station.ocpp_identity == "CP1"


def test_a_model_with_more_connectors_adds_them_and_takes_none_away(
    station: Station, operator: Person
) -> None:
    larger = StationModel.create(operator, NOON, maker="X", name="4", current="ac", connectors=4)
    smaller = StationModel.create(operator, NOON, maker="X", name="1", current="ac", connectors=1)

    station.edit(operator, NOON, model=larger)
    station.edit(operator, NOON, model=smaller)

    assert [connector.number for connector in station.connectors] == [0, 1, 2, 3, 4]


def test_a_new_key_kills_the_old_one_and_neither_is_kept_in_clear(station: Station) -> None:
    old, new = station.give_key("test", NOON), station.give_key("test", NOON)

    assert keys.matches(station.key_hash, new.encode())
    assert not keys.matches(station.key_hash, old.encode())
    assert new not in str(station.key_hash)
    assert deeds(station)[0] == ("give_key", {})


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.DISPATCHER, Role.TECHNICIAN])
def test_only_an_administrator_allows_profile_0(station: Station, role: Role) -> None:
    with pytest.raises(ProfileNotAllowedError):
        station.secure(0, person(role), NOON)

    assert station.security_profile == 1


def test_an_administrator_allows_profile_0_and_it_is_written_down(station: Station) -> None:
    station.secure(0, person(Role.ADMINISTRATOR), NOON, "an old charger")

    assert station.security_profile == 0
    assert deeds(station)[0] == ("edit", {"security_profile": [1, 0]})


def test_nobody_but_an_administrator_makes_a_station_of_profile_0(operator: Person) -> None:
    with pytest.raises(ProfileNotAllowedError):
        Station.create("Another", "CP2", operator, NOON, security_profile=0)


def test_whoever_may_not_allow_profile_0_may_still_take_it_away(
    station: Station, operator: Person
) -> None:
    station.secure(0, person(Role.ADMINISTRATOR), NOON)

    station.secure(2, operator, NOON)

    assert station.security_profile == 2


def test_a_retired_station_frees_its_identity_and_lets_nobody_in(
    station: Station, operator: Person
) -> None:
    station.give_key(operator, NOON)

    station.retire(operator, "demolished", NOON)

    assert Station.with_identity("CP1") is None
    assert station.key_hash is None
    assert Station.create("Next", "cp1", operator, NOON).ocpp_identity == "cp1"


@pytest.mark.parametrize("deed", ["edit", "give_key", "retire", "secure"])
def test_nothing_about_a_retired_station_changes(
    station: Station, operator: Person, deed: str
) -> None:
    station.retire(operator, "demolished", NOON)
    deeds_of_it: dict[str, Callable[[], object]] = {
        "edit": lambda: station.edit(operator, NOON, name="Other"),
        "give_key": lambda: station.give_key(operator, NOON),
        "retire": lambda: station.retire(operator, "again", NOON),
        "secure": lambda: station.secure(2, operator, NOON),
    }

    with pytest.raises(RetiredError):
        deeds_of_it[deed]()


def test_a_site_where_stations_stand_cannot_be_retired(station: Station, operator: Person) -> None:
    assert station.site
    with pytest.raises(StillInUseError, match="Hamnen 3"):
        station.site.retire(operator, "sold", NOON)

    station.retire(operator, "demolished", NOON)
    station.site.retire(operator, "sold", NOON)

    assert deeds(station.site)[0][0] == "retire"


def test_a_customer_with_sites_cannot_be_retired(site: Site, operator: Person) -> None:
    with pytest.raises(StillInUseError, match="Hamnen"):
        retire_customer(site.customer, operator, "left", NOON)

    site.retire(operator, "sold", NOON)
    retire_customer(site.customer, operator, "left", NOON)

    assert site.customer.retired_at == NOON


def test_a_customers_person_sees_own_sites_and_stations_alone(station: Station) -> None:
    stranger = person(Role.CUSTOMER, "Sven Sträng", Customer(name="Other", created_at=NOON))
    assert station.site
    owner = person(Role.CUSTOMER, "Eva Ägare", station.site.customer)

    assert db.session.scalars(Station.visible_to(stranger)).all() == []
    assert db.session.scalars(Site.visible_to(stranger)).all() == []
    assert db.session.scalars(Station.visible_to(owner)).all() == [station]
