"""What tablets send, in the API's document: the schemas that their operations are read by."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Rule

from service.tablets.bodies import BODIES, Envelope
from service.tablets.words import Kind

TOKEN = "tablet"  # noqa: S105  the scheme's name
TAG = "tablet-operations"
ABOUT = """One operation a request, exactly once by its id. 201: taken in now; 200: the same was
taken in before, and this is the first answer. 409 `missing-blobs`: send the files first. 422
`other-body`: the id was used for something else. 401, 403, 409, 429 and 5xx: keep it and try again;
another 4xx: it is kept here as it came, and trying again changes nothing."""
TAKEN = {
    "type": "object",
    "required": ["id", "state", "review", "received_at"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": ["applied", "review"]},
        "review": {"type": ["string", "null"]},
        "received_at": {"type": "string", "format": "date-time"},
    },
}


def describe(spec: Any) -> None:
    """Add the tablets' address for operations to the document."""
    scheme = {"type": "apiKey", "in": "header", "name": "X-Tablet"}
    spec.components.security_scheme(TOKEN, scheme)
    for kind, body in BODIES.items():
        spec.components.schema(_name(kind), schema=body)
    spec.components.schema("TabletOperation", schema=Envelope)
    spec.components.schema("TabletOperationTaken", TAKEN)
    _name_bodies(spec.components.schemas["TabletOperation"])
    # smorest's own way of saying an address.
    spec.path(rule=Rule("/api/t/operations"), operations={"post": _operation()})


def _name(kind: Kind) -> str:
    return "Tablet" + "".join(part.capitalize() for part in kind.value.split("_"))


def _name_bodies(envelope: dict[str, Any]) -> None:
    """By kind: which schema the body has."""
    choices = [{"$ref": f"#/components/schemas/{_name(kind)}"} for kind in BODIES]
    envelope["properties"]["body"] = {"anyOf": choices, "description": _table()}


def _table() -> str:
    return "; ".join(f"{kind.value}: {_name(kind)}" for kind in BODIES)


def _operation() -> dict[str, Any]:
    taken = {"$ref": "#/components/schemas/TabletOperationTaken"}
    answer = {"description": "Taken in.", "content": {"application/json": {"schema": taken}}}
    asked = {"schema": {"$ref": "#/components/schemas/TabletOperation"}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    wrong = {"description": "See above.", "content": {"application/problem+json": problem}}
    error = {"$ref": "#/components/responses/DEFAULT_ERROR"}
    return {
        "tags": [TAG],
        "summary": "Hand over an operation.",
        "description": ABOUT,
        "security": [{TOKEN: []}],
        "requestBody": {"required": True, "content": {"application/json": asked}},
        "responses": {"201": answer, "200": answer, "409": wrong, "422": wrong, "default": error},
    }
