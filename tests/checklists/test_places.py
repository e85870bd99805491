"""Where in a station answers are given, and what is known of it when a run begins."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from service.checklists import runs
from service.checklists.places import facts_of, places_of
from service.core.db import db
from service.stations.models import Current, Site, Station, StationModel
from service.stations.words import Environment
from tests.conftest import NOON


@dataclass
class Part:
    id: int
    kind: str
    evse: int | None = None


def fast(site: Site, *capabilities: str) -> Station:
    model = StationModel(
        maker="ABB",
        name="Terra 184",
        current=Current.DC,
        connectors=2,
        capabilities=list(capabilities),
        created_at=NOON,
    )
    db.session.add(model)
    return Station.create("Fast", "DC1", "test", NOON, site=site, model=model)


def test_each_outlet_has_its_rcd(station: Station) -> None:
    assert places_of(station) == ["station", "evse:1", "evse:2", "rcd:1", "rcd:2"]


def test_the_visit_is_asked_where_somebody_says_so(station: Station) -> None:
    assert places_of(station, with_visit=True)[:2] == ["visit", "station"]


@pytest.mark.parametrize(
    ("parts", "rcds"),
    [
        ([Part(7, "rcd", 1)], ["rcd:2", "rcd:c7"]),
        ([Part(7, "rcd", 1), Part(8, "rcd", 2)], ["rcd:c7", "rcd:c8"]),
        ([Part(7, "rcd")], ["rcd:c7"]),
        ([Part(7, "cable", 1)], ["rcd:1", "rcd:2"]),
    ],
)
def test_an_rcd_in_the_register_has_its_own_name(
    station: Station, parts: list[Part], rcds: list[str]
) -> None:
    places = places_of(station, parts)

    assert [one for one in places if one.startswith("rcd")] == rcds


def test_a_dc_outlet_has_no_rcd(site: Site) -> None:
    charger = fast(site)

    assert places_of(charger) == ["station", "evse:1", "evse:2"]
    assert places_of(charger, [Part(7, "rcd")])[-1] == "rcd:c7"


def test_a_dc_charger_with_an_ac_outlet_has_one(site: Site) -> None:
    assert places_of(fast(site, "ac_outlet"))[-2:] == ["rcd:1", "rcd:2"]


def test_what_is_known_of_the_station(station: Station) -> None:
    station.environment = Environment.DUSTY

    assert facts_of(station, ["rcd_test", "cleaning", "cleaning"], ["electrician"]) == {
        "current": "ac",
        "work": ["cleaning", "rcd_test"],
        "fixed_cable": None,
        "connectors": 2,
        "environment": "dusty",
        "model": "Alfen Eve Double",
        "capabilities": [],
        "authorisations": ["electrician"],
    }


def test_a_cable_in_the_register_is_a_fixed_one(station: Station, site: Site) -> None:
    assert facts_of(station, [], (), [Part(7, "cable", 1)])["fixed_cable"] is True
    assert facts_of(fast(site), [])["fixed_cable"] is True


def test_a_station_of_no_model_is_one_of_the_many(site: Site) -> None:
    bare = Station.create("Bare", "B1", "test", NOON, site=site)
    db.session.commit()

    assert facts_of(bare, [])["current"] == "ac"
    assert facts_of(bare, [])["model"] is None
    assert places_of(bare) == ["station"]


@pytest.mark.parametrize(
    ("work", "key", "expected"),
    [
        (["rcd_test"], None, "ac"),
        (["commissioning"], None, "commissioning"),
        (["rcd_test"], "dc", "dc"),
        (["rcd_test"], "somebody's own words", "ac"),
    ],
)
def test_the_list_follows_from_the_work(
    lists: None, station: Station, work: list[str], key: str | None, expected: str
) -> None:
    version = runs.version_for(station, work, key)

    assert version
    assert version.template.key == expected


def test_a_dc_charger_has_its_own_list(lists: None, site: Site) -> None:
    version = runs.version_for(fast(site), ["air_filter"])

    assert version
    assert version.template.key == "dc"


def test_where_nothing_is_published_there_is_no_list(station: Station) -> None:
    assert runs.version_for(station, ["rcd_test"]) is None
