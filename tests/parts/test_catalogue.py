"""What the product is born with: every row whole, and nothing of what is there overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.db import db
from service.parts import catalogue
from service.parts.models import Part, WearPart
from service.people.skills import Skill
from service.stations import catalogue as models
from service.stations.knowledge import ModelEvidence, ProtectiveDevice
from service.stations.models import StationModel
from service.stations.words import Capability, EvidenceKind, Per, Place, RcdType
from tests.conftest import NOON

KNOWN = {(row["maker"], row["name"]) for row in models.models()}


@pytest.fixture
def loaded(app: Flask) -> None:
    catalogue.load(db.session.connection())


def count(kind: Any) -> int:
    return len(db.session.scalars(select(kind)).all())


@pytest.mark.parametrize("rows", [models.evidence, models.protection, catalogue.wear_parts])
def test_every_row_is_of_a_model_of_the_catalogue(rows: Any) -> None:
    assert {(row["maker"], row["name"]) for row in rows()} - KNOWN == set()


def test_every_model_stands_there_once_and_has_evidence() -> None:
    assert len(KNOWN) == len(models.models())
    assert {(row["maker"], row["name"]) for row in models.evidence()} == KNOWN


def test_every_word_is_one_that_pages_can_say() -> None:
    assert {word for row in models.models() for word in row["capabilities"]} <= set(Capability)
    assert {row["rcd_type"] for row in models.protection()} <= set(RcdType)
    assert {row["place"] for row in models.protection()} <= set(Place)
    assert {row["per"] for row in models.protection()} <= set(Per)


def test_what_somebody_has_read_says_where() -> None:
    for row in models.evidence():
        is_default = row["kind"] == EvidenceKind.DEFAULT
        assert bool(row["verified_at"]) is not is_default, row["says"]
        assert bool(row["document"]) is not is_default, row["says"]


def test_whatever_is_told_is_told_in_both_languages() -> None:
    assert all(row["says"] and row["says_en"] for row in models.evidence())
    assert all(bool(row["note"]) == bool(row["note_en"]) for row in models.protection())


def test_a_verified_model_has_evidence_that_somebody_has_read() -> None:
    read = {(row["maker"], row["name"]) for row in models.evidence() if row["verified_at"]}
    verified = {(row["maker"], row["name"]) for row in models.models() if row["verified_at"]}

    assert ("Etrel", "INCH Duo") in verified
    assert verified <= read
    assert len(verified) < len(KNOWN) / 4


@pytest.mark.usefixtures("loaded")
def test_the_catalogue_is_loaded_whole() -> None:
    assert count(StationModel) == len(KNOWN)
    assert count(ModelEvidence) == len(models.evidence())
    assert count(ProtectiveDevice) == len(models.protection())
    assert count(WearPart) == count(Part) == len(catalogue.wear_parts())
    assert count(Skill) == 5


@pytest.mark.usefixtures("loaded")
def test_loading_it_again_changes_nothing() -> None:
    catalogue.load(db.session.connection())

    assert count(StationModel) == len(KNOWN)
    assert count(ModelEvidence) == len(models.evidence())
    assert count(WearPart) == len(catalogue.wear_parts())


def test_a_model_that_is_there_already_stays_as_it_is(app: Flask) -> None:
    facts = {"maker": "Zaptec", "name": "Pro", "current": "ac", "connectors": 3}
    own = StationModel.create("test", NOON, **facts)
    catalogue.load(db.session.connection())
    db.session.refresh(own)

    assert (own.connectors, own.visit_months, own.evidence) == (3, None, [])
    assert count(StationModel) == len(KNOWN)


def test_a_model_with_an_article_number_is_another_one(app: Flask) -> None:
    facts = {"maker": "Zaptec", "name": "Pro", "current": "ac", "article_number": "ZM000101"}
    StationModel.create("test", NOON, **facts)
    catalogue.load(db.session.connection())

    assert count(StationModel) == len(KNOWN) + 1
