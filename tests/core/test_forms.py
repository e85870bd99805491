from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from wtforms import DateField, StringField
from wtforms.validators import InputRequired

from service.core.forms import DecimalField, LocalDateTimeField, WebForm


class TripForm(WebForm):
    name = StringField("Name", [InputRequired()])
    time = DecimalField("Trip time")
    since = LocalDateTimeField("From", zone="Europe/Stockholm")
    on = DateField("Day")


@pytest.fixture
def typing(app: Flask) -> Iterator[Any]:
    app.config["WTF_CSRF_ENABLED"] = False

    def filled(language: str = "en", **values: str) -> TripForm:
        context = app.test_request_context(
            method="POST", data={"name": "A", **values}, headers={"Accept-Language": language}
        )
        for one in (app.app_context(), context):
            one.push()
            opened.append(one)
        form = TripForm()
        form.validate()
        return form

    opened: list[Any] = []
    yield filled
    for context in reversed(opened):
        context.pop()


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0,3", "0.3"), ("0.3", "0.3"), (" 1 234,5 ", "1234.5"), ("−4", "-4"), ("12", "12")],
)
def test_a_number_may_be_typed_with_comma_or_point(typing: Any, typed: str, number: str) -> None:
    form = typing(time=typed)

    assert form.time.data == Decimal(number)
    assert not form.errors


@pytest.mark.parametrize("typed", ["abc", "1,2,3", "NaN", "Infinity", "1e999999999"])
def test_what_is_no_number_says_so_and_stays_in_the_field(typing: Any, typed: str) -> None:
    form = typing(time=typed)

    assert form.time.errors
    assert form.time._value() == typed


def test_an_empty_number_is_none(typing: Any) -> None:
    assert typing(time="  ").time.data is None


def test_a_text_loses_the_blanks_around_it(typing: Any) -> None:
    assert typing(name="  Hamnen 3 ").name.data == "Hamnen 3"


def test_a_text_of_blanks_is_no_text(typing: Any) -> None:
    assert not typing(name="   ").name.data


def test_a_time_is_typed_on_the_clock_of_its_place(typing: Any) -> None:
    form = typing(since="2026-07-01T14:00")

    assert form.since.data == datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_year_that_nobody_plans_in_is_asked_about(typing: Any, typed: str) -> None:
    assert typing(on=typed).on.errors == [
        "Is the year right? Dates lie between 1900 and 2200.",
    ]
    assert typing("sv", on=typed).on.errors[0].startswith("Är året rätt?")


@pytest.mark.parametrize("typed", ["1900-01-01", "2200-12-31"])
def test_every_other_year_is_taken(typing: Any, typed: str) -> None:
    assert not typing(on=typed).errors


def test_a_time_that_the_clock_jumps_over_is_refused(typing: Any) -> None:
    form = typing(since="2026-03-29T02:30")

    assert form.since.errors
    assert form.since.data is None


def test_a_time_is_shown_on_the_clock_of_its_place(app: Flask) -> None:
    with app.app_context(), app.test_request_context():
        form = TripForm(data={"since": datetime(2026, 7, 1, 12, tzinfo=UTC)})

        assert form.since._value() == "2026-07-01T14:00"


@pytest.mark.parametrize(("language", "shown"), [("sv", "0,3"), ("en", "0.3")])
def test_a_number_is_shown_as_its_language_writes_it(app: Flask, language: str, shown: str) -> None:
    with app.app_context(), app.test_request_context(headers={"Accept-Language": language}):
        assert TripForm(data={"time": Decimal("0.3")}).time._value() == shown


def test_what_is_wrong_is_said_in_the_persons_language(typing: Any) -> None:
    assert typing("sv", name="").name.errors == ["Det här fältet är obligatoriskt."]
    assert typing("en", name="").name.errors == ["This field is required."]


def test_a_form_that_nobody_sent_is_not_valid(app: Flask) -> None:
    with app.test_request_context():
        assert not TripForm().validate()
