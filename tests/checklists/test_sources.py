"""Where limits are known from is told in both languages; what a person wrote, as it was written."""

from __future__ import annotations

from flask import Flask
from flask_babel import force_locale

from service.checklists import catalogue
from service.checklists.sources import SHIPPED, source

ENGLISH = {"type", "pulsating", "smooth", "state", "manuals", "house", "circuit", "up", "warning"}


def test_each_source_of_the_catalogue_is_known(app: Flask) -> None:
    with force_locale("en"):
        assert {str(one) for one in SHIPPED} == {row["source"] for row in catalogue.limits()}


def test_no_source_of_the_catalogue_is_english_on_a_swedish_page(app: Flask) -> None:
    with force_locale("sv"):
        told = [source(row["source"]) for row in catalogue.limits()]

    for one in told:
        assert not ENGLISH & set(one.replace(",", " ").replace(":", " ").split()), one
    assert "Megger MFT1800 s. 41; IEC 61008/61009: 2×IΔn" in told


def test_a_persons_own_source_stands_as_it_was_written(app: Flask) -> None:
    with force_locale("sv"):
        assert source("Name") == "Name"
        assert source(None) == ""
