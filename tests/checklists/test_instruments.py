"""Instruments: carried by somebody, trusted until their calibration ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from service.checklists.models import Instrument
from service.checklists.words import InstrumentKind
from service.core.db import db
from service.core.history import History
from service.core.retired import RetiredError
from service.people.models import Person, Role
from tests.conftest import NOON


def instrument(serial: str = "1042", **facts: Any) -> Instrument:
    names = {"kind": InstrumentKind.MULTIFUNCTION, "make": "Megger", "model": "MFT1845"}
    made = Instrument.create("test", NOON, serial=serial, **names, **facts)
    db.session.commit()
    return made


@pytest.mark.parametrize(
    ("until", "expired"),
    [(None, True), (date(2026, 3, 1), True), (date(2026, 3, 2), False), (date(2027, 1, 1), False)],
)
def test_it_is_trusted_to_the_last_day_of_its_calibration(
    app: Flask, until: date | None, expired: bool
) -> None:
    assert instrument(calibrated_until=until).is_expired(date(2026, 3, 2)) is expired


def test_it_comes_back_calibrated(app: Flask) -> None:
    tester = instrument(calibrated_until=date(2026, 1, 1))

    tester.calibrate(date(2027, 2, 1), "test", NOON, "Certificate 77")
    db.session.commit()

    assert not tester.is_expired(date(2027, 2, 1))
    last = db.session.scalars(History.of(tester)).first()
    assert last
    assert (last.verb, last.why) == ("calibrate", "Certificate 77")
    assert last.details == {"until": "2027-02-01", "before": "2026-01-01"}


def test_one_serial_number_is_one_instrument(app: Flask) -> None:
    instrument()

    with pytest.raises(IntegrityError, match="serial"):
        instrument()


def test_a_retired_one_is_carried_by_nobody(technician: Person) -> None:
    tester = instrument(person=technician)

    tester.retire("test", "fell into the sea", NOON)
    db.session.commit()

    assert tester.person_id is None
    assert tester not in db.session.scalars(Instrument.in_use()).all()
    with pytest.raises(RetiredError):
        tester.calibrate(date(2027, 1, 1), "test", NOON)
    with pytest.raises(RetiredError):
        tester.edit("test", NOON, serial="2")


@pytest.mark.parametrize("role", Role)
def test_the_house_s_people_see_instruments(app: Flask, role: Role) -> None:
    reader = Person(name="R", email="r@x.se", role=role, created_at=NOON)
    tester = instrument()

    seen = db.session.scalars(Instrument.visible_to(reader)).all()

    assert (tester in seen) == (role is not Role.CUSTOMER)
