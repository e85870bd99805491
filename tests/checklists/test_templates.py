"""Templates and their versions: written as drafts, kept once published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from service.checklists.models import ChecklistTemplate, ChecklistVersion, Limit
from service.checklists.templates import (
    DraftExistsError,
    InvalidDocumentError,
    NotADraftError,
)
from service.checklists.words import VersionState
from service.core.db import db
from service.core.history import History
from service.core.retired import RetiredError
from service.people.models import Person, Role
from service.stations.words import Current, EvidenceKind
from tests.checklists.conftest import document_of, item
from tests.conftest import NOON

NEXT_DAY = NOON + timedelta(days=1)


def limit(key: str, **facts: Any) -> Limit:
    source = {"source": "Megger p. 40", "evidence": EvidenceKind.MANUAL}
    made = Limit.create("test", NOON, key=key, unit="ms", valid_from=NOON.date(), **source, **facts)
    db.session.commit()
    return made


def publish(version: ChecklistVersion) -> None:
    version.publish("test", NOON)
    db.session.commit()


def verbs(row: Any) -> list[str]:
    return [one.verb for one in db.session.scalars(History.of(row))]


def test_a_draft_is_published_and_is_what_new_runs_get(draft: ChecklistVersion) -> None:
    publish(draft)

    assert draft.template.published is draft
    assert draft.template.draft is None
    assert draft.published_at == NOON
    assert verbs(draft) == ["publish", "create"]


def test_who_published_it_is_known(draft: ChecklistVersion, technician: Person) -> None:
    draft.publish(technician, NOON)
    db.session.commit()

    assert draft.published_by is technician


def test_a_new_version_begins_with_the_same_document(draft: ChecklistVersion) -> None:
    publish(draft)

    second = draft.new_version("test", NEXT_DAY)
    db.session.commit()

    assert (second.number, second.state) == (2, VersionState.DRAFT)
    assert second.document == draft.document
    assert draft.template.published is draft


def test_publishing_the_next_version_retires_the_one_before(draft: ChecklistVersion) -> None:
    publish(draft)
    second = draft.new_version("test", NEXT_DAY)
    publish(second)

    assert draft.state is VersionState.RETIRED
    assert draft.template.published is second
    assert [one.number for one in draft.template.versions] == [2, 1]


def test_there_is_one_draft_at_a_time(draft: ChecklistVersion) -> None:
    with pytest.raises(DraftExistsError):
        draft.template.write(draft.document, "test", NOON)


def test_a_draft_that_is_given_up_makes_room(draft: ChecklistVersion) -> None:
    draft.retire("test", NOON, "no use")
    again = draft.template.write(document_of(item("door")), "test", NOON)
    db.session.commit()

    assert again.number == 2
    assert draft.template.draft is again


def test_a_draft_may_be_written_anew(draft: ChecklistVersion) -> None:
    draft.edit("test", NOON, document=document_of(item("roof")), notes="A roof")
    db.session.commit()

    assert draft.document["sections"][0]["items"][0]["key"] == "roof"
    assert verbs(draft) == ["edit", "edit_document", "create"]


def test_the_same_document_again_is_no_deed(draft: ChecklistVersion) -> None:
    draft.edit("test", NOON, document=dict(draft.document))

    assert verbs(draft) == ["create"]


def test_a_published_version_is_not_edited(draft: ChecklistVersion) -> None:
    publish(draft)

    with pytest.raises(NotADraftError):
        draft.edit("test", NOON, notes="New words")
    with pytest.raises(NotADraftError):
        draft.publish("test", NOON)


def test_an_invalid_document_is_not_published(template: ChecklistTemplate) -> None:
    draft = template.write(document_of(item("door", after=["moon"])), "test", NOON)

    with pytest.raises(InvalidDocumentError) as refused:
        draft.publish("test", NOON)

    assert refused.value.errors == {"sections[0].items[0].after[0]": ["there is no item “moon”"]}
    assert draft.state is VersionState.DRAFT


def test_publishing_copies_the_limits_as_they_are_today(template: ChecklistTemplate) -> None:
    trip = limit("rcd.t1x", max=300)
    draft = template.write(document_of(item("t", type="number", limit="rcd.t1x")), "test", NOON)
    publish(draft)
    trip.edit("test", NEXT_DAY, "another edition", max=250)
    second = draft.new_version("test", NEXT_DAY)
    publish(second)

    def copied(version: ChecklistVersion) -> tuple[Any, ...]:
        one = version.document["sections"][0]["items"][0]
        return one["max"], one["unit"], one["source"]

    assert copied(draft) == (300, "ms", "Megger p. 40")
    assert copied(second) == (250, "ms", "Megger p. 40")
    assert verbs(trip) == ["edit", "create"]


def test_a_limit_that_no_row_has_is_not_published(template: ChecklistTemplate) -> None:
    draft = template.write(document_of(item("t", type="number", limit="moon")), "test", NOON)

    with pytest.raises(InvalidDocumentError, match="there is no limit “moon”"):
        draft.publish("test", NOON)


def test_limits_contradict_nobody(app: Flask) -> None:
    with pytest.raises(IntegrityError, match="range"):
        limit("odd", min=5, max=3)


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}'",
        "notes = 'x'",
        "number = 9",
        "state = 'draft'",
        "published_at = now()",
        "published_by_id = NULL, published_at = NULL",
    ],
)
def test_the_database_keeps_what_is_published_even_from_its_owner(
    draft: ChecklistVersion, owner: Engine, change: str
) -> None:
    publish(draft)

    with (
        owner.begin() as connection,
        pytest.raises(IntegrityError, match="a published checklist never changes"),
    ):
        connection.execute(text(f"UPDATE checklist_version SET {change}"))  # noqa: S608


def test_a_retired_version_is_not_published_again(draft: ChecklistVersion, owner: Engine) -> None:
    publish(draft)
    draft.retire("test", NOON)
    db.session.commit()

    with owner.begin() as connection, pytest.raises(IntegrityError, match="never changes"):
        connection.execute(text("UPDATE checklist_version SET state = 'published'"))


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM checklist_version",
        "UPDATE checklist_version SET template_id = 1",
        "UPDATE checklist_answer SET note = 'another'",
        "DELETE FROM checklist_answer",
        "UPDATE checklist_run SET facts = '{}'",
        "UPDATE checklist_run SET version_id = 1",
        "DELETE FROM checklist_run",
        "UPDATE finding SET text = 'another'",
        "DELETE FROM finding",
    ],
)
def test_the_product_has_no_right_to_change_what_was_answered(app: Flask, deed: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text(deed))


def test_one_list_is_the_default_of_each_current(app: Flask) -> None:
    titles = {"title_sv": "Prov", "title_en": "Test"}
    old, new = (
        ChecklistTemplate.create(
            "test", NOON, key=key, current=Current.AC, is_default=True, **titles
        )
        for key in ("old", "new")
    )
    db.session.commit()

    assert ChecklistTemplate.default_for(Current.AC) is new
    assert not old.is_default
    old.edit("test", NOON, is_default=True)
    db.session.commit()
    assert ChecklistTemplate.default_for(Current.AC) is old
    assert ChecklistTemplate.default_for(Current.DC) is None


def test_a_default_is_of_a_current(template: ChecklistTemplate) -> None:
    with pytest.raises(IntegrityError, match="default"):
        template.edit("test", NOON, is_default=True)


def test_a_retired_template_stays_as_it_was(template: ChecklistTemplate) -> None:
    template.retire("test", "another is better", NOON)

    with pytest.raises(RetiredError):
        template.write(document_of(item("door")), "test", NOON)
    assert template not in db.session.scalars(ChecklistTemplate.in_use()).all()


@pytest.mark.parametrize("role", Role)
def test_whoever_it_is_sees_what_is_in_force(draft: ChecklistVersion, role: Role) -> None:
    reader = Person(name="R", email="r@x.se", role=role, created_at=NOON)
    publish(draft)
    second = draft.new_version("test", NOON)
    db.session.commit()

    seen = db.session.scalars(ChecklistVersion.visible_to(reader)).all()

    assert draft in seen
    assert (second in seen) == (role is not Role.CUSTOMER)
