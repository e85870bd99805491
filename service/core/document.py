"""The API's document as a person reads it: what each address takes and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    needed: bool
    about: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    about: str
    takes: list[Field]
    status: str
    gives: list[Field]


@dataclass(frozen=True)
class Section:
    name: str
    about: str
    operations: list[Operation]


def sections(document: Document) -> list[Section]:
    """One section a kind of thing, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in ("get", "post", "patch"):
            if method in item:
                one = _operation(document, path, method, item[method])
                found.setdefault(item[method]["tags"][0], []).append(one)
    about = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [
        Section(name, about[name], sorted(found[name], key=_as_told))
        for name in about
        if name in found
    ]


def _as_told(one: Operation) -> tuple[str, str]:
    return one.path, one.method


def _operation(document: Document, path: str, method: str, told: Document) -> Operation:
    status = next(code for code in told["responses"] if code.startswith("2"))
    body = told.get("requestBody", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        about=told.get("description", ""),
        takes=_query(document, told) + _content(document, body),
        status=status,
        gives=_content(document, told["responses"][status]),
    )


def _query(document: Document, told: Document) -> list[Field]:
    return [
        _field(document, one["name"], one["schema"] | {"description": one.get("description", "")})
        for one in told.get("parameters", [])
        if one.get("in") == "query"
    ]


def _content(document: Document, place: Document) -> list[Field]:
    for content in place.get("content", {}).values():
        schema = _resolved(document, content.get("schema", {}))
        needed = schema.get("required", [])
        return [
            _field(document, name, told, name in needed)
            for name, told in schema.get("properties", {}).items()
        ]
    return []


def _field(document: Document, name: str, told: Document, needed: bool = False) -> Field:
    about = told.get("description", "")
    choices = [str(one) for one in _resolved(document, told).get("enum", []) if one is not None]
    words = " | ".join(choices) if len(choices) <= 20 else ""
    return Field(name, _kind(document, told), needed, f"{about} {words}".strip())


def _kind(document: Document, told: Document) -> str:
    told = _resolved(document, told)
    kind = told.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    if "array" in kinds:
        return f"list of {_kind(document, told.get('items', {}))}"
    return " | ".join(str(told.get("format", one)) if one == "string" else one for one in kinds)


def _resolved(document: Document, schema: Document) -> Document:
    """What stands behind a reference, its own or the one of two that is not null."""
    for one in [schema, *schema.get("anyOf", []), *schema.get("allOf", [])]:
        if "$ref" in one:
            found: Document = document["components"]["schemas"][one["$ref"].rpartition("/")[2]]
            return found
    return schema
