"""A short checklist as somebody writes it, and runs of it at a station."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

from service.checklists.models import (
    Answer,
    ChecklistRun,
    ChecklistTemplate,
    ChecklistVersion,
    Limit,
)
from service.checklists.words import RunState, Verdict
from service.core.db import db
from service.stations.models import Station
from service.stations.words import EvidenceKind

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def both(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


def document() -> dict[str, Any]:
    look = {
        "key": "vis.mount",
        "label": both("Infästning", "Mounting"),
        "type": "verdict",
        "required": True,
        "photo_if": ["fail"],
    }
    kind = {
        "key": "rcd.type",
        "label": both("Typ av jordfelsbrytare", "RCD type"),
        "type": "choice",
        "required": True,
        "choices": [
            {"key": "a", "label": both("Typ A", "Type A"), "verdict": "ok"},
            {"key": "ac", "label": both("Typ AC", "Type AC"), "verdict": "fail"},
        ],
    }
    time_ = {
        "key": "rcd.t1x",
        "label": both("Utlösningstid", "Trip time"),
        "type": "number",
        "required": True,
        "safety": True,
        "limit": "rcd.t1x",
        "over": both("Löste inte ut", "Did not trip"),
        "show_if": {"item": "rcd.type", "is": ["a"]},
    }
    button = {
        "key": "rcd.button",
        "label": both("Testknapp", "Test button"),
        "type": "verdict",
        "depends_on": ["rcd.t1x"],
    }
    see = {"key": "look", "title": both("Syn", "Look"), "per": "station", "items": [look]}
    rcd = {
        "key": "rcd",
        "title": both("Jordfelsbrytare", "RCD"),
        "per": "rcd",
        "items": [kind, time_, button],
    }
    return {"schema": 1, "sections": [see, rcd]}


def limit(key: str = "rcd.t1x", **facts: Any) -> Limit:
    usual: dict[str, Any] = {
        "unit": "ms",
        "max": 300.0,
        "plausible_min": 1.0,
        "source": "IEC 61008",
    }
    usual |= {"evidence": EvidenceKind.AUTHORITY, "valid_from": date(2020, 1, 1)}
    return Limit.create("test", AT, key=key, **usual | facts)


def draft(key: str = "ac", content: dict[str, Any] | None = None) -> ChecklistVersion:
    titles = {"title_sv": "Kontroll", "title_en": "Inspection"}
    template = ChecklistTemplate.create("test", AT, key=key, **titles)
    version = template.write(content or document(), "test", AT)
    db.session.commit()
    return version


def published(key: str = "ac") -> ChecklistVersion:
    if "rcd.t1x" not in Limit.by_key():
        limit()
    version = draft(key)
    version.publish("test", AT)
    db.session.commit()
    return version


def measure(
    station: Station,
    version: ChecklistVersion,
    on: str,
    *numbers: float | None,
    item: str = "rcd.t1x",
    place: str = "rcd:1",
    state: RunState = RunState.SUBMITTED,
    amends: ChecklistRun | None = None,
) -> ChecklistRun:
    """A run of that day; of several numbers each one amends the one before. None: no trip."""
    at = datetime.combine(date.fromisoformat(on), time(9), UTC)
    run = ChecklistRun(
        station=station,
        version=version,
        facts={},
        places=["visit", "station", "rcd:1"],
        state=state,
        started_at=at,
        submitted_at=None if state is RunState.OPEN else at,
        amends_id=amends.id if amends else None,
        amends_why="Fel enhet" if amends else None,
    )
    db.session.add(run)
    for number in numbers:
        is_bad = number is None or number > 300
        run.answers.append(
            Answer(
                op=uuid4(),
                item=item,
                place=place,
                value=None,
                number=number,
                over=number is None,
                verdict=Verdict.FAIL if is_bad else Verdict.OK,
                note="",
                photos=[],
                at=at,
                received_at=at,
                station_id=station.id,
            )
        )
        db.session.flush()
    db.session.commit()
    return run
