"""Parts, kits and what wears out: the rules of the rows themselves."""

from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from service.core.db import db
from service.core.history import History
from service.parts.models import Kit, Part, RetiredPartError, WearPart
from service.people.models import Person
from service.stations.models import StationModel
from tests.conftest import NOON

TWO = Decimal(2)


@pytest.fixture
def mat(operator: Person) -> Part:
    return Part.create(operator, NOON, number="HYC-MAT", name="Filtermatta")


@pytest.fixture
def kit(operator: Person) -> Kit:
    return Kit.create(operator, NOON, code="HYC", name="Årsservice HYC")


def told(row: Kit | StationModel) -> list[tuple[str, object]]:
    deeds = db.session.scalars(History.of(row))
    return [(deed.verb, deed.details.get("part")) for deed in deeds]


def test_a_part_is_found_by_its_number_in_any_case(mat: Part) -> None:
    assert Part.with_number("hyc-mat") is mat


def test_a_number_is_given_once(mat: Part) -> None:
    with pytest.raises(IntegrityError):
        Part.create("test", NOON, number="HYC-MAT", name="Another")


def test_a_kit_holds_so_much_of_a_part(kit: Kit, mat: Part, operator: Person) -> None:
    kit.put_in(mat, TWO, operator, NOON)
    kit.put_in(mat, Decimal("0.5"), operator, NOON)

    assert [(line.part, line.quantity) for line in kit.lines] == [(mat, Decimal("0.5"))]
    assert told(kit)[:2] == [("put_in", "HYC-MAT")] * 2


@pytest.mark.parametrize("quantity", [Decimal(0), Decimal(-1)])
def test_a_kit_holds_no_part_less_than_not_at_all(
    kit: Kit, mat: Part, operator: Person, quantity: Decimal
) -> None:
    with pytest.raises(IntegrityError, match="ck_kit_line_quantity"):
        kit.put_in(mat, quantity, operator, NOON)


def test_what_is_taken_out_of_a_kit_is_gone_and_told(kit: Kit, mat: Part, operator: Person) -> None:
    kit.take_out(kit.put_in(mat, TWO, operator, NOON), operator, NOON)
    db.session.commit()

    assert kit.lines == []
    assert told(kit)[0] == ("take_out", "HYC-MAT")


def test_a_retired_part_goes_into_no_kit(kit: Kit, mat: Part, operator: Person) -> None:
    mat.retire(operator, "Tillverkas inte", NOON)

    with pytest.raises(RetiredPartError):
        kit.put_in(mat, TWO, operator, NOON)


def test_a_part_that_retires_stays_where_it_is(kit: Kit, mat: Part, operator: Person) -> None:
    kit.put_in(mat, TWO, operator, NOON)
    mat.retire(operator, "Tillverkas inte", NOON)

    assert kit.put_in(mat, Decimal(3), operator, NOON).quantity == 3
    assert mat not in db.session.scalars(Part.in_use()).all()


def test_a_part_wears_out_in_a_model_once(model: StationModel, mat: Part) -> None:
    WearPart.name(model, mat, "test", NOON, months=12)
    WearPart.name(model, mat, "test", NOON, months=6, note="Dammigt")

    assert [(one.part, one.months, one.note) for one in WearPart.of(model)] == [(mat, 6, "Dammigt")]
    assert told(model)[0] == ("add_wear_part", "HYC-MAT")


def test_a_wear_part_that_is_removed_is_told_of(model: StationModel, mat: Part) -> None:
    WearPart.name(model, mat, "test", NOON).remove("test", NOON)
    db.session.commit()

    assert WearPart.of(model) == []
    assert told(model)[0] == ("remove_wear_part", "HYC-MAT")
