"""The code on the cabinet: every station has one, and it leads to its page."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from service.core import codes
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.stations.models import Site, Station
from tests.conftest import NOON, person, signed_in


def test_every_station_has_a_code_of_its_own_however_many_come_at_once(site: Site) -> None:
    db.session.execute(
        text(
            'INSERT INTO station (name, ocpp_identity, identity_key, access, "authorization",'
            " security_profile, created_at, site_id) SELECT 'S', 'C' || n, 'c' || n, 'internal',"
            " 'known_tags', 1, now(), :site FROM generate_series(1, 2000) AS n"
        ),
        {"site": site.id},
    )
    given = db.session.scalars(select(Station.code)).all()

    assert len(set(given)) == 2000
    assert all(codes.read_code(code) == code for code in given)


@pytest.mark.usefixtures("app")
def test_a_code_has_no_letter_that_looks_like_another() -> None:
    assert not set(codes.ALPHABET) & set("01OILU")
    assert len(codes.ALPHABET) == 30
    assert all(codes.read_code(codes.new_code()) for _ in range(100))


@pytest.mark.parametrize("spelled", ["{}", "{}-{}", " {} {} "])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_a_code_is_found_as_people_type_it(station: Station, spelled: str, case: object) -> None:
    parts = (station.code, "") if spelled == "{}" else (station.code[:4], station.code[4:])
    typed = spelled.format(*parts)

    assert Station.with_code(case(typed)) is station  # type: ignore[operator]


@pytest.mark.parametrize("wrong", ["", "ABCD", "ABCD-23450", "0000-0000", "' OR 1=1", "åäöåäöåä"])
def test_what_is_no_code_finds_nothing(station: Station, wrong: str) -> None:
    assert Station.with_code(wrong) is None


def test_one_wrong_letter_is_nobody_s_station(station: Station) -> None:
    Station.create("Next", "CP2", "test", NOON)
    for place in range(codes.LENGTH):
        for letter in set(codes.ALPHABET) - {station.code[place]}:
            code = station.code[:place] + letter + station.code[place + 1 :]
            assert Station.with_code(code) is None


def test_a_camera_leads_to_the_station(as_technician: FlaskClient, station: Station) -> None:
    for code in (station.code, station.label.lower()):
        answer = as_technician.get(f"/s/{code}")
        assert (answer.status_code, answer.location) == (302, f"/stations/{station.id}")


def test_who_is_not_signed_in_signs_in_first_and_comes_back(
    browser: FlaskClient, station: Station
) -> None:
    for code in (station.code, "2222-2222"):
        answer = browser.get(f"/s/{code}")
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")
        assert f"/s/{code}" in unquote(answer.location)


def test_an_unknown_code_is_nothing(as_technician: FlaskClient, station: Station) -> None:
    assert as_technician.get("/s/2222-2222").status_code == 404


def test_another_customer_s_station_is_nothing_either(app: object, station: Station) -> None:
    stranger = person(Role.CUSTOMER, "Sven", Customer(name="Annan", created_at=NOON))

    assert signed_in(app, stranger).get(f"/s/{station.code}").status_code == 404  # type: ignore[arg-type]


def pictures(page: str) -> int:
    return len(re.findall(r'<img src="data:image/svg\+xml', page))


def test_a_label_says_name_and_code_and_has_its_picture(
    as_operations: FlaskClient, station: Station
) -> None:
    page = as_operations.get(f"/stations/{station.id}/label").text

    assert station.label in page
    assert "Hamnen 3" in page
    assert pictures(page) == 1


def test_labels_are_printed_for_what_the_list_shows(
    as_operations: FlaskClient, station: Station, site: Site
) -> None:
    Station.create("Torget 1", "CP2", "test", NOON, site=site)
    db.session.commit()

    assert pictures(as_operations.get("/stations/labels").text) == 2
    chosen = as_operations.get("/stations/labels?q=torget").text
    assert pictures(chosen) == 1
    assert "Torget 1" in chosen
    assert pictures(as_operations.get(f"/sites/{site.id}/labels").text) == 2


def test_a_site_s_labels_leave_out_what_is_retired(
    as_operations: FlaskClient, station: Station, operator: Person
) -> None:
    station.retire(operator, "Riven", NOON)
    db.session.commit()

    assert pictures(as_operations.get(f"/sites/{station.site_id}/labels").text) == 0


@pytest.mark.parametrize("dash", [True, False])
def test_a_station_is_found_by_its_label_in_the_list(
    as_operations: FlaskClient, station: Station, dash: bool
) -> None:
    words = station.label.lower() if dash else station.code

    assert "Hamnen 3" in as_operations.get(f"/stations?q={words}").text
    assert "Hamnen 3" not in as_operations.get("/stations?q=2222-2222").text


def test_the_download_has_the_label(as_operations: FlaskClient, station: Station) -> None:
    assert station.label in as_operations.get("/stations?format=csv").text
