"""Row-level security: what no query of ours filters, the database does."""

from flask import Flask, g
from sqlalchemy import text

from service.core.db import db
from service.people.models import Customer
from service.stations.models import Site
from tests.conftest import NOON

SITES = text("SELECT name FROM site ORDER BY name")


def two_customers(site: Site) -> None:
    stranger = Customer(name="Annan", created_at=NOON)
    db.session.add(Site(customer=stranger, name="Torget", city="Umeå", created_at=NOON))
    db.session.commit()


def test_the_house_sees_every_customers_rows(app: Flask, site: Site) -> None:
    two_customers(site)
    assert db.session.scalars(SITES).all() == ["Hamnen", "Torget"]


def test_a_customer_sees_no_other_customers_rows_in_any_transaction(app: Flask, site: Site) -> None:
    two_customers(site)
    mine = str(site.customer_id)
    with app.app_context():
        g.customer = mine
        first = db.session.scalars(SITES).all()
        db.session.commit()
        second = db.session.scalars(SITES).all()
        db.session.rollback()
        third = db.session.scalars(SITES).all()

    assert first == second == third == ["Hamnen"]


def test_the_wall_does_not_stay_for_who_comes_next_on_the_connection(
    app: Flask, site: Site
) -> None:
    two_customers(site)
    mine = str(site.customer_id)
    with app.app_context():
        g.customer = mine
        assert db.session.scalars(SITES).all() == ["Hamnen"]
    with app.app_context():
        assert db.session.scalars(SITES).all() == ["Hamnen", "Torget"]
