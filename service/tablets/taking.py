"""Taking an operation in: once by its id, applied as a fact, and never lost.

Everything here happens in one transaction, which the caller commits before it answers: so an answer
means that the operation is kept, and its effect with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from service.core.db import db
from service.core.files import Blob
from service.core.live import announce
from service.people.models import Person
from service.people.tablets import Tablet
from service.tablets import raw, times
from service.tablets.applying import apply
from service.tablets.bodies import BODIES, Envelope
from service.tablets.fact import Fact
from service.tablets.models import Operation, OperationRival
from service.tablets.raw import Said
from service.tablets.visiting import visit_of
from service.tablets.words import Kind, OperationState
from service.visits.service_visits import ServiceVisit


class MissingBlobsError(Exception):
    """Files that it names are not here yet. Nothing was kept: it comes again after them."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class OtherBodyError(Exception):
    """The id was used for something else. Both are kept."""


@dataclass(frozen=True)
class Taken:
    operation: Operation
    is_new: bool


def take(said: Said, tablet: Tablet, at: datetime) -> Taken:
    """Keep and apply what a tablet sent. Raises MissingBlobsError, OtherBodyError."""
    text = raw.written(said)
    key = raw.uuid_of(said)
    _alone(str(key) if key else raw.fingerprint(text))
    if known := _known(key, tablet, text):
        return _again(known, tablet, text, at)
    fact = _readable(said, tablet, at)
    if isinstance(fact, ValidationError):
        return Taken(_refuse(key, said, text, messages(fact), tablet, at), True)
    if missing := Blob.missing(fact.blobs):
        raise MissingBlobsError(missing)
    return Taken(_apply(fact, said, text), True)


def fact_of(said: Said, tablet: Tablet, skew_ms: int | None, received: datetime) -> Fact:
    """What a tablet said, checked. Raises ValidationError with words by field."""
    clean = raw.cleaned(said)
    asked = Envelope().load(clean)
    body = _body(asked["kind"], asked["body"])
    visit = _visit(asked["visit_id"])
    skew = None if skew_ms is None else timedelta(milliseconds=skew_ms)
    when = times.judge(asked["at"], received, skew)
    named = [*asked["blobs"], *_files_of(asked)]
    return Fact(
        uuid=asked["id"],
        kind=asked["kind"],
        body=body,
        plain=asked["body"],
        visit=visit,
        blobs=list(dict.fromkeys(named)),
        tablet=tablet,
        person=_maker(asked["person_id"], tablet),
        at=when.at,
        received_at=received,
        doubt=when.review,
        seq=asked["seq"],
        zone=asked["zone"] or "",
        said_at=asked["at"],
        skew_ms=skew_ms,
    )


def _files_of(asked: dict[str, Any]) -> Iterable[str]:
    """A draft may speak of what was taken out of it again: its envelope names what it has."""
    return () if asked["kind"] is Kind.DRAFT else raw.files_of(asked["body"])


def _readable(said: Said, tablet: Tablet, at: datetime) -> Fact | ValidationError:
    try:
        return fact_of(said, tablet, tablet.skew_ms, at)
    except ValidationError as wrong:
        return wrong


def _body(kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    try:
        asked: dict[str, Any] = BODIES[kind]().load(body)
    except ValidationError as wrong:
        raise ValidationError({"body": messages(wrong)}) from None
    return asked


def messages(wrong: ValidationError) -> dict[str, Any]:
    """Words by field."""
    found = wrong.messages
    return found if isinstance(found, dict) else {"body": found}


def _visit(key: int | None) -> ServiceVisit | None:
    visit = visit_of(key)
    if key is not None and visit is None:
        raise ValidationError({"visit_id": ["There is none with this id."]})
    return visit


def _maker(key: int | None, tablet: Tablet) -> Person:
    """An app from before says none."""
    if key is None or key == tablet.person_id:
        return tablet.person
    maker = db.session.get(Person, key)
    if maker is None:
        raise ValidationError({"person_id": ["There is none with this id."]})
    return maker


def _alone(key: str) -> None:
    """The same one, sent twice at once, is taken one after the other."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _known(key: UUID | None, tablet: Tablet, text: str) -> Operation | None:
    if key is not None:
        return Operation.with_uuid(key)
    print_ = raw.fingerprint(text)
    same = select(Operation).where(Operation.tablet_id == tablet.id, Operation.uuid.is_(None))
    return db.session.scalars(same.where(Operation.fingerprint == print_)).one_or_none()


def _again(known: Operation, tablet: Tablet, text: str, at: datetime) -> Taken:
    if known.fingerprint == raw.fingerprint(text):
        return Taken(known, False)
    rival = insert(OperationRival).values(
        operation_id=known.id,
        tablet_id=tablet.id,
        person_id=tablet.person_id,
        received_at=at,
        skew_ms=tablet.skew_ms,
        raw=text,
        fingerprint=raw.fingerprint(text),
    )
    db.session.execute(rival.on_conflict_do_nothing())
    announce("operation", known.id, at)
    raise OtherBodyError(str(known.uuid))


def _apply(fact: Fact, said: Said, text: str) -> Operation:
    """Whatever happens in applying, the operation is kept."""
    outcome = apply(fact)
    words = "\n".join(one for one in (fact.doubt, outcome.review) if one) or None
    if words and fact.visit:
        asked = fact.visit.ask("operation", fact.received_at, kind=fact.kind.value, words=words)
        asked.op = fact.uuid
    operation = Operation(
        uuid=fact.uuid,
        tablet=fact.tablet,
        person=fact.tablet.person,
        visit_id=fact.visit.id if fact.visit else None,
        seq=fact.seq,
        kind=fact.kind.value,
        at=fact.at,
        said_at=fact.said_at,
        zone=fact.zone,
        skew_ms=fact.skew_ms,
        received_at=fact.received_at,
        body=fact.plain,
        blobs=fact.blobs,
        state=OperationState.REVIEW if words else OperationState.APPLIED,
        took_effect=outcome.took_effect,
        review=words,
        raw=text,
        fingerprint=raw.fingerprint(text),
    )
    return _kept(operation, fact.received_at)


def _refuse(
    key: UUID | None, said: Said, text: str, errors: dict[str, Any], tablet: Tablet, at: datetime
) -> Operation:
    kind, visit = said.get("kind"), said.get("visit_id")
    operation = Operation(
        uuid=key,
        tablet=tablet,
        person=tablet.person,
        visit_id=visit if type(visit) is int and 0 < visit < 2**63 else None,
        kind=raw.cleaned(kind)[:40] if isinstance(kind, str) else "",
        at=at,
        zone="",
        skew_ms=tablet.skew_ms,
        received_at=at,
        blobs=[],
        state=OperationState.REFUSED,
        took_effect=False,
        errors=_texts(errors),
        raw=text,
        fingerprint=raw.fingerprint(text),
    )
    return _kept(operation, at)


def _kept(operation: Operation, at: datetime) -> Operation:
    db.session.add(operation)
    db.session.flush()
    announce("operation", operation.id, at)
    return operation


def _texts(errors: Any) -> Any:
    """Places in a list are numbers; JSON's names are texts."""
    if isinstance(errors, dict):
        return {raw.cleaned(str(name)): _texts(one) for name, one in errors.items()}
    return errors
