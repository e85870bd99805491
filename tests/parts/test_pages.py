"""The pages of parts, kits and wear parts: who sees them, who changes them, what is refused."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.parts.models import Kit, KitLine, Part, WearPart
from service.people.models import Person
from service.stations.models import StationModel
from tests.conftest import NOON

PART = {"number": "HYC-MAT", "name": "Filtermatta", "unit": "set", "price": "1 240,50"}
PART |= {"vat_percent": "25", "maker": "Alpitronic", "notes": ""}


@pytest.fixture
def mat(operator: Person) -> Part:
    part = Part.create(operator, NOON, number="HYC-MAT", name="Filtermatta", price_ore=124_050)
    db.session.commit()
    return part


@pytest.fixture
def kit(operator: Person) -> Kit:
    kit = Kit.create(operator, NOON, code="HYC", name="Årsservice")
    db.session.commit()
    return kit


def only(kind: type) -> object:
    return db.session.scalars(select(kind)).one()


def test_a_part_is_kept_with_its_price_in_ore(as_admin: FlaskClient) -> None:
    answer = as_admin.post("/parts", data=PART)

    part = db.session.scalars(select(Part)).one()
    assert answer.location == f"/parts/{part.id}"
    assert (part.number, part.unit, part.price_ore, part.notes) == (
        "HYC-MAT",
        "set",
        124_050,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": ""}, "This field is required"),
        ({"number": "hyc-mat"}, "There is a part of this number already"),
        ({"price": "1,005"}, "at most two decimals"),
        ({"price": "-1"}, "Number must be between"),
        ({"vat_percent": "101"}, "Number must be between"),
        ({"unit": "barrel"}, "unit-wrong"),
    ],
)
def test_a_part_that_cannot_be_is_refused_beside_its_field(
    as_admin: FlaskClient, mat: Part, typed: dict[str, str], words: str
) -> None:
    answer = as_admin.post("/parts", data=PART | {"number": "OTHER"} | typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert only(Part) is mat


def test_a_part_is_shown_and_changed_with_the_price_as_it_was_typed(
    as_admin: FlaskClient, mat: Part
) -> None:
    assert 'value="1240.50"' in as_admin.get(f"/parts/{mat.id}/edit").text

    as_admin.post(f"/parts/{mat.id}", data=PART | {"price": ""})

    assert (mat.price_ore, mat.maker) == (None, "Alpitronic")
    assert "Saved." in as_admin.get(f"/parts/{mat.id}").text


def test_a_part_is_retired_with_a_reason_and_leaves_the_list(
    as_admin: FlaskClient, mat: Part
) -> None:
    as_admin.post(f"/parts/{mat.id}/retirement")
    assert not mat.retired_at

    as_admin.post(f"/parts/{mat.id}/retirement", data={"reason": "Slut"})

    assert mat.retired_at
    assert f'href="/parts/{mat.id}"' not in as_admin.get("/parts").text
    assert f'href="/parts/{mat.id}"' in as_admin.get("/parts?shown=retired").text
    assert "Slut" in as_admin.get(f"/parts/{mat.id}/history").text


def test_the_list_is_downloaded_with_its_prices(as_admin: FlaskClient, mat: Part) -> None:
    assert "1240.5" in as_admin.get("/parts?format=csv").text.replace(",", ".")


def test_a_kit_is_made_and_packed(as_admin: FlaskClient, mat: Part) -> None:
    as_admin.post("/kits", data={"code": "HYC", "name": "Årsservice"})
    kit = db.session.scalars(select(Kit)).one()
    as_admin.post(f"/kits/{kit.id}/lines", data={"part_id": mat.id, "quantity": "0,5"})

    assert [(line.part, line.quantity) for line in kit.lines] == [(mat, Decimal("0.5"))]
    page = as_admin.get(f"/kits/{kit.id}").text
    assert "Filtermatta" in page
    assert "0.5 piece" in page
    assert "HYC · Årsservice" in as_admin.get(f"/parts/{mat.id}").text


@pytest.mark.parametrize("quantity", ["0", "-1", "0,0001", "many", ""])
def test_a_kit_is_packed_with_no_such_quantity(
    as_admin: FlaskClient, kit: Kit, mat: Part, quantity: str
) -> None:
    line = {"part_id": mat.id, "quantity": quantity}

    assert as_admin.post(f"/kits/{kit.id}/lines", data=line).status_code == 422
    assert kit.lines == []


def test_a_retired_part_cannot_be_chosen(as_admin: FlaskClient, kit: Kit, mat: Part) -> None:
    as_admin.post(f"/parts/{mat.id}/retirement", data={"reason": "Slut"})
    line = {"part_id": mat.id, "quantity": "1"}

    assert as_admin.post(f"/kits/{kit.id}/lines", data=line).status_code == 422


def test_a_line_is_taken_out_of_its_own_kit_alone(
    as_admin: FlaskClient, kit: Kit, mat: Part
) -> None:
    as_admin.post(f"/kits/{kit.id}/lines", data={"part_id": mat.id, "quantity": "1"})
    other = Kit.create("test", NOON, code="X", name="X")
    db.session.commit()
    line = db.session.scalars(select(KitLine)).one()

    assert as_admin.post(f"/kits/{other.id}/lines/{line.id}/removal").status_code == 404
    assert as_admin.post(f"/kits/{kit.id}/lines/{line.id}/removal").status_code == 303
    assert kit.lines == []


def test_a_code_of_a_kit_is_given_once(as_admin: FlaskClient, kit: Kit) -> None:
    assert as_admin.post("/kits", data={"code": "hyc", "name": "Another"}).status_code == 422
    as_admin.post(f"/kits/{kit.id}", data={"code": "hyc", "name": "The same"})
    assert kit.name == "The same"


def test_what_wears_out_stands_on_the_models_page(
    as_admin: FlaskClient, model: StationModel, mat: Part
) -> None:
    path = f"/models/{model.id}/wear-parts"
    as_admin.post(path, data={"part_id": mat.id, "months": "12", "note": ""})
    worn = db.session.scalars(select(WearPart)).one()

    panel = as_admin.get(path).text
    assert path in as_admin.get(f"/models/{model.id}").text
    assert "Filtermatta" in panel
    assert "12 months" in panel
    assert "check the manufacturer" in panel

    as_admin.post(f"{path}/{worn.id}/removal")
    assert "Nothing is known to wear out" in as_admin.get(path).text


def test_a_wear_part_is_removed_by_its_own_model_alone(
    as_admin: FlaskClient, model: StationModel, mat: Part
) -> None:
    other = StationModel.create("test", NOON, maker="X", name="1", current="ac")
    worn = WearPart.name(model, mat, "test", NOON)
    db.session.commit()

    path = f"/models/{other.id}/wear-parts/{worn.id}/removal"
    assert as_admin.post(path).status_code == 404
    assert only(WearPart) is worn


def test_the_house_reads_and_administrators_alone_change(
    as_technician: FlaskClient, mat: Part, kit: Kit, model: StationModel
) -> None:
    pages = ("/parts", f"/parts/{mat.id}", "/kits", f"/kits/{kit.id}")
    for path in (*pages, f"/models/{model.id}/wear-parts"):
        page = as_technician.get(path)
        assert page.status_code == 200, path
        assert 'method="post" action="/kits' not in page.text
        assert "Retire" not in page.text
    assert as_technician.post("/parts", data=PART).status_code == 403
    assert as_technician.get("/kits/new").status_code == 403


def test_a_customer_sees_no_parts(as_customer: FlaskClient, mat: Part) -> None:
    assert as_customer.get("/parts").status_code == 403
    assert "/parts" not in as_customer.get("/models").text
