"""Money is whole öre: as it is written, and as it is typed."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from service.core.forms import WebForm
from service.core.money import MoneyField, kronor


class PriceForm(WebForm):
    price = MoneyField("Price")


@pytest.fixture
def typing(app: Flask) -> Iterator[Any]:
    app.config["WTF_CSRF_ENABLED"] = False

    def filled(price: str, language: str = "sv") -> PriceForm:
        context = app.test_request_context(
            method="POST", data={"price": price}, headers={"Accept-Language": language}
        )
        for one in (app.app_context(), context):
            one.push()
            opened.append(one)
        form = PriceForm()
        form.validate()
        return form

    opened: list[Any] = []
    yield filled
    for context in reversed(opened):
        context.pop()


@pytest.mark.parametrize(
    ("ore", "sv", "en"),
    [
        (123_450, "1 234,50 kr", "1,234.50 kr"),
        (5, "0,05 kr", "0.05 kr"),
        (-100, "−1,00 kr", "−1.00 kr"),
        (10**13 + 1, "100 000 000 000,01 kr", "100,000,000,000.01 kr"),
    ],
)
def test_money_is_written_as_the_language_does(ore: int, sv: str, en: str) -> None:
    assert kronor(ore, "sv").replace("\N{NO-BREAK SPACE}", " ") == sv
    assert kronor(ore, "en").replace("\N{NO-BREAK SPACE}", " ") == en


@pytest.mark.parametrize(
    ("typed", "ore"),
    [("1234,5", 123_450), ("1 234.50", 123_450), ("0,01", 1), ("−3", -300), ("1,500", 150)],
)
def test_money_is_typed_in_kronor_and_kept_in_ore(typing: Any, typed: str, ore: int) -> None:
    form = typing(typed)

    assert form.price.data == ore
    assert not form.errors


@pytest.mark.parametrize("typed", ["0,001", "1,2,3", "kr", "1e9", "100000000000000"])
def test_what_is_no_amount_says_so_and_stays_in_the_field(typing: Any, typed: str) -> None:
    form = typing(typed)

    assert form.errors
    assert form.price.data is None
    assert form.price._value() == typed


def test_an_amount_that_is_kept_is_shown_in_kronor(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        form = PriceForm(price=123_450)

        assert form.price._value() == "1234,50"
        assert form.price.data == 123_450
