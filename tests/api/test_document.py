"""The OpenAPI document: it is valid, complete and true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.db import db
from service.people.models import Person
from service.stations.models import Station
from service.tablets.bodies import BODIES
from service.tablets.words import Kind
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Program
from tests.conftest import NOON

STANDARD = json.loads(Path(__file__).with_name("openapi-3.1.json").read_text())


@pytest.fixture
def document(browser: FlaskClient) -> dict[str, Any]:
    """Read without a token: it is no secret."""
    answer = browser.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json or {})


def test_the_document_is_one_of_openapi_3_1(document: dict[str, Any]) -> None:
    jsonschema_rs.Draft202012Validator(STANDARD, validate_formats=False).validate(document)


def test_every_schema_in_it_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"#(/components/[^"]+)"', json.dumps(document))):
        place: Any = document
        for part in reference.strip("/").split("/"):
            place = place[part]
        assert place


def test_every_address_of_the_api_stands_in_it(app: Flask, document: dict[str, Any]) -> None:
    told = {
        (re.sub(r"\{[^}]+\}", "{}", path), method.upper())
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    served = {
        (re.sub(r"<[^>]+>", "{}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        # Beside its own, what tablets send their operations to.
        if rule.endpoint.startswith("api.") or rule.endpoint == "tablet_operations.take"
    }

    assert told == served
    assert len(told) > 50


def test_every_operation_says_what_it_does_and_how_errors_look(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method in set(item) - {"parameters"}:
            assert item[method]["summary"].endswith("."), path
            assert "default" in item[method]["responses"], path
    problem = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert set(problem) == {"application/problem+json"}
    assert document["security"] == [{"bearer": []}]


@pytest.mark.parametrize(
    "path",
    [
        "/customers",
        "/sites",
        "/models",
        "/stations",
        "/stations/{}",
        "/tickets",
        "/tickets/{}",
        "/remote-actions",
        "/fault-codes",
        "/history",
    ],
)
def test_what_is_answered_is_what_the_document_says(
    admin: Program, document: dict[str, Any], station: Station, operator: Person, path: str
) -> None:
    Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    db.session.commit()
    body = {"action": "clear_cache", "reason": "Try", "ticket_id": 1}
    admin.post(f"/stations/{station.id}/remote-actions", body, status=202)
    place = next(
        item["get"] for told, item in document["paths"].items() if _same(told, f"/api/v1{path}")
    )
    schema = place["responses"]["200"]["content"]["application/json"]["schema"]

    answer = admin.get(path.replace("{}", "1"))

    assert answer
    whole = {**schema, "components": document["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(answer)


def _same(told: str, path: str) -> bool:
    return re.sub(r"\{[^}]+\}", "{}", told) == path


def test_people_read_it_as_a_page_without_anybody_elses_scripts(browser: FlaskClient) -> None:
    answer = browser.get("/api/v1/")

    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "POST /api/v1/stations/{station_id}/remote-actions" in page
    assert "https://" not in page
    assert not re.search(r"<script(?![^>]*src=)|<style|style=| on[a-z]+=", page)


def test_every_kind_of_operation_that_tablets_send_has_its_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    envelope = schemas["TabletOperation"]["properties"]
    named = {one["$ref"].rpartition("/")[2] for one in envelope["body"]["anyOf"]}
    told = dict(re.findall(r"(\w+): (\w+)", envelope["body"]["description"]))

    assert (
        set(envelope["kind"]["enum"]) == set(told) == {kind.value for kind in Kind} == set(BODIES)
    )
    assert set(told.values()) == named <= set(schemas)
    for kind, body in BODIES.items():
        read = {one.data_key or name for name, one in body().fields.items()}
        assert set(schemas[told[kind.value]]["properties"]) == read, kind
