"""The macros make whole elements, whatever the field."""

from html.parser import HTMLParser

import pytest
from flask import Flask, render_template_string
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from service.core.forms import WebForm

VOID = {"input", "br", "img"}
PAGE = """{% from 'macros.html' import errors, field %}{{ errors(form) }}
{% for it in form if it.name != 'csrf_token' -%}
{{ field(it, unit='kW', hint='A hint') }}
{%- endfor %}"""


class EveryForm(WebForm):
    text = StringField("Text", [InputRequired()])
    long = TextAreaField("Long")
    number = IntegerField("Number")
    choice = SelectField("Choice", choices=[SelectChoice("a", "A")])
    radio = RadioField("Radio", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    yes = BooleanField("Yes")


class Nesting(HTMLParser):
    """Follows which elements are open, and collects the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.ids: set[str] = set()
        self.described: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.ids |= {facts["id"] or ""} if "id" in facts else set()
        self.described |= set((facts.get("aria-describedby") or "").split())
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(app: Flask) -> Nesting:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), app.test_request_context(method="POST", data={"number": "many"}):
        form = EveryForm()
        form.validate()
        read = Nesting()
        read.feed(render_template_string(PAGE, form=form))
        return read


def test_every_field_closes_what_it_opens(page: Nesting) -> None:
    assert page.open == []
    assert "<" not in page.text


def test_a_field_is_described_by_what_is_there(page: Nesting) -> None:
    assert page.described
    assert page.described <= page.ids


def test_what_is_wrong_stands_beside_the_field_and_in_the_summary(page: Nesting) -> None:
    assert page.text.count("Not a valid integer value.") == 2
    assert "4 things are not right yet" in page.text
