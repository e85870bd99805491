"""Whoever opens an item in the editor and saves it as it is has changed nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.checklists import catalogue, editing
from service.checklists.comparing import differences
from service.checklists.models import ChecklistTemplate, ChecklistVersion
from service.core.db import db
from tests.checklists.written import AT


class Filled(HTMLParser):
    """What a browser would send of the form that saves the chosen part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.inside = False
        self.select, self.options = "", list[tuple[str, bool]]()
        self.area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("id", "").startswith("part-")
        if not self.inside:
            return
        if tag == "input" and "name" in found:
            box = found.get("type") in ("checkbox", "radio")
            if not box or "checked" in found:
                self.values.append((found["name"], found.get("value", "")))
        elif tag == "select":
            self.select, self.options = found["name"], []
        elif tag == "option":
            self.options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self.area = found["name"]
            self.values.append((self.area, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.inside:
            chosen = [value for value, selected in self.options if selected]
            self.values.append((self.select, (chosen or [self.options[0][0]])[0]))
        if tag == "textarea":
            self.area = ""
        if tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area and self.inside:
            self.values[-1] = (self.area, self.values[-1][1] + data.removeprefix("\r\n"))

    @property
    def form(self) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {}
        for name, value in self.values:
            told.setdefault(name, []).append(value)
        return told


def draft_of(key: str) -> ChecklistVersion:
    catalogue.load(db.session.connection())
    template = db.session.scalars(select(ChecklistTemplate).where(ChecklistTemplate.key == key))
    published = template.one().published
    assert published
    draft = published.new_version("test", AT)
    db.session.commit()
    return draft


def save(client: FlaskClient, draft: ChecklistVersion, what: str, key: str) -> Any:
    path = f"/checklists/versions/{draft.id}/editor"
    form = Filled(client.get(f"{path}?{what}={key}").text).form
    assert form
    return client.post(f"{path}/{what}s/{key}", data=form)


@pytest.mark.parametrize("key", ["ac", "dc", "commissioning"])
def test_every_part_of_the_shipped_lists_is_saved_as_it_was(
    as_admin: FlaskClient, key: str
) -> None:
    draft = draft_of(key)
    before = draft.document
    for section in editing.sections(before):
        assert save(as_admin, draft, "section", section["key"]).status_code == 303
    # Those of the first list stand in the others, too.
    seen = set() if key == "ac" else {item["key"] for _s, item in editing.items(_ac())}
    for _section, item in editing.items(before):
        if item["key"] not in seen:
            assert save(as_admin, draft, "item", item["key"]).status_code == 303, item["key"]

    db.session.refresh(draft)
    assert differences(before, draft.document) == []
    assert draft.errors == {}


def _ac() -> dict[str, Any]:
    version = db.session.scalars(
        select(ChecklistVersion)
        .join(ChecklistVersion.template)
        .where(ChecklistTemplate.key == "ac")
        .limit(1)
    ).one()
    return version.document
