import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, LastAdministratorError, Person, Role
from service.people.web_sessions import change_person
from tests.conftest import NOON, person, signed_in
from tests.meanwhile import while_another


def test_the_list_shows_people_and_hides_services(as_admin: FlaskClient, operator: Person) -> None:
    db.session.add(
        Person(
            name="Robot 7", role=Role.OPERATIONS, is_service=True, created_at=operator.created_at
        )
    )
    db.session.commit()
    page = as_admin.get("/people").text

    assert operator.name in page
    assert "Robot 7" not in page
    assert "Robot 7" in as_admin.get("/people?kind=service").text


def test_a_person_is_found_by_a_part_of_the_address(
    as_admin: FlaskClient, operator: Person
) -> None:
    page = as_admin.get("/people?q=olle").text
    assert "Olle" in page
    assert "<td>ada." not in page


def test_a_change_of_a_person_stands_in_the_history(
    as_admin: FlaskClient, operator: Person
) -> None:
    form = {"name": "Olle", "email": operator.email, "role": "dispatcher", "active": "y"}
    as_admin.post(f"/people/{operator.id}", data=form)
    edits = select(History).where(History.verb == "edit", History.subject_id == operator.id)

    assert db.session.scalars(edits).one().details["role"] == ["operations", "dispatcher"]


def test_a_wrong_change_says_so_and_keeps_what_was_typed(
    as_admin: FlaskClient, operator: Person
) -> None:
    form = {"name": "Olle", "email": "no address", "role": "dispatcher"}
    answer = as_admin.post(f"/people/{operator.id}", data=form)

    assert answer.status_code == 422
    assert "no address" in answer.text
    assert operator.role is Role.OPERATIONS


def test_the_last_administrator_stays(as_admin: FlaskClient, admin: Person) -> None:
    form = {"name": admin.name, "email": admin.email, "role": "technician", "active": "y"}
    answer = as_admin.post(f"/people/{admin.id}", data=form)

    assert answer.status_code == 409
    assert admin.role is Role.ADMINISTRATOR
    assert as_admin.get("/people").status_code == 200


def test_of_two_who_disable_each_other_at_once_one_stays(
    app: Flask, owner: Engine, admin: Person
) -> None:
    other, refused = person(Role.ADMINISTRATOR, "Bo"), []

    def disable_the_other() -> None:
        bo = db.session.get_one(Person, other.id)
        try:
            change_person(bo, {"active": False}, "test", NOON)  # type: ignore[arg-type]
        except LastAdministratorError:
            refused.append(bo.name)
            db.session.rollback()

    disabling = f"UPDATE person SET active = false WHERE id = {admin.id}"  # noqa: S608
    while_another(app, owner, disabling, disable_the_other)

    assert refused == ["Bo"]
    assert Person.administrator_exists()


def test_an_administrator_who_is_not_the_last_may_go(as_admin: FlaskClient, admin: Person) -> None:
    other = person(Role.ADMINISTRATOR, "Bo Administratör")
    form = {"name": other.name, "email": other.email, "role": "technician", "active": "y"}

    assert as_admin.post(f"/people/{other.id}", data=form).status_code == 302


def test_somebody_who_is_not_there_is_not_found(as_admin: FlaskClient) -> None:
    assert as_admin.get("/people/999999").status_code == 404
    assert as_admin.post("/people/999999/sessions/end").status_code == 404


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DISPATCHER, Role.OPERATIONS])
def test_only_administrators_see_the_people(
    as_admin: FlaskClient, admin: Person, role: Role
) -> None:
    browser = signed_in(as_admin.application, person(role))
    assert browser.get("/people").status_code == 403
    assert browser.get(f"/people/{admin.id}").status_code == 403


def test_one_changes_ones_own_name_and_language(
    as_technician: FlaskClient,
) -> None:
    as_technician.post("/profile", data={"name": "Tekla", "language": "sv"})
    tekla = db.session.scalars(select(Person)).one()

    assert (tekla.name, tekla.language) == ("Tekla", "sv")
    assert 'lang="sv"' in as_technician.get("/profile").text


def test_nobody_gives_themselves_a_role(as_technician: FlaskClient) -> None:
    form = {"name": "Tekla", "language": "", "role": "administrator", "active": "y"}
    as_technician.post("/profile", data=form)
    assert db.session.scalars(select(Person)).one().role is Role.TECHNICIAN


def test_a_customers_person_sees_no_other_person(
    app: object, customer: Customer, admin: Person
) -> None:
    kim = person(Role.CUSTOMER, customer=customer)
    assert db.session.scalars(Person.visible_to(kim)).all() == [kim]
