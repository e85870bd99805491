"""Every word of ours that a page can show has its name there, and that name has its Swedish."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

import service
from ocpp_link import schema
from service.checklists import labels as checklists
from service.checklists import words as checklist_words
from service.contracts import labels as contracts
from service.contracts import words as contract_words
from service.core import deeds
from service.monitoring import catalogue, status_labels
from service.monitoring import labels as monitoring
from service.monitoring.faults import Severity
from service.monitoring.health import Kind as Health
from service.monitoring.link_models import Direction
from service.monitoring.models import AlarmState
from service.monitoring.reading import Part
from service.parts.words import Unit
from service.people import tablet_labels
from service.people.forms import ROLES
from service.people.links import Purpose
from service.people.roles import Role
from service.people.tablets import TabletState
from service.plans import labels as plans
from service.plans import recall_labels as recalls
from service.plans import words as plan_words
from service.plans.intervals import Origin
from service.remote import labels as remote
from service.remote import outcomes
from service.remote.actions import MESSAGES, ActionState, Effect, Kind
from service.sessions import labels as sessions
from service.sessions.words import Stage, Verdict
from service.stations import labels as stations
from service.stations.words import (
    Access,
    Authorization,
    Capability,
    ComponentKind,
    Current,
    DocumentKind,
    Environment,
    EvidenceKind,
    Per,
    Place,
    RcdType,
)
from service.tablets import labels as tablets
from service.tablets import words as tablet_words
from service.tickets import labels as tickets
from service.tickets.closing import WaitsFor
from service.tickets.states import Priority, Resolution, State, WaitingFor
from service.visits import labels as visits
from service.visits import states as order_states
from service.visits import visit_labels
from service.visits.charges import Charge
from service.visits.refusals import Refusal
from service.visits.visit_states import AbortKind, Moment, PauseKind, TimeKind, VisitState

ROOT = Path(service.__file__).parent
NAMES: dict[type[StrEnum], Mapping[Any, Any]] = {
    Severity: monitoring.SEVERITY,
    Health: status_labels.KIND,
    Role: ROLES,
    Kind: remote.KIND,
    ActionState: remote.STATE,
    Effect: {effect: words for effect, (_look, words) in remote.EFFECT.items()},
    Current: stations.CURRENT,
    Access: stations.ACCESS,
    Authorization: stations.AUTHORIZATION,
    WaitsFor: tickets.CLOSES,
    Priority: tickets.PRIORITY,
    Resolution: tickets.RESOLUTION,
    State: tickets.STATE,
    WaitingFor: tickets.WAITING_FOR,
    Environment: stations.ENVIRONMENT,
    Capability: stations.CAPABILITY,
    EvidenceKind: stations.EVIDENCE,
    RcdType: stations.RCD,
    Place: stations.PLACE,
    ComponentKind: stations.COMPONENT,
    TabletState: tablet_labels.STATE,
    tablet_words.Kind: tablets.KIND,
    tablet_words.OperationState: tablets.STATE,
    tablet_words.Settled: tablets.SETTLED,
    Per: stations.PER,
    DocumentKind: stations.DOCUMENT,
    Unit: visits.UNIT,
    contract_words.WorkKind: contracts.WORK_KIND,
    contract_words.Family: contracts.FAMILY,
    contract_words.Parts: contracts.PARTS,
    contract_words.PricePer: contracts.PRICE_PER,
    contract_words.Renewal: contracts.RENEWAL,
    contract_words.State: contracts.STATE,
    contract_words.ReminderKind: contracts.REMINDER,
    contract_words.CostKind: contracts.COST,
    plan_words.Anchor: plans.ANCHOR,
    plan_words.CatchUp: plans.CATCH_UP,
    plan_words.Event: plans.EVENT,
    plan_words.OccurrenceState: plans.OCCURRENCE_STATE,
    plan_words.PlanState: plans.PLAN_STATE,
    plan_words.Scope: plans.SCOPE,
    plan_words.RecallKind: recalls.KIND,
    plan_words.RecallState: recalls.STATE,
    order_states.Kind: visits.KIND,
    order_states.State: visits.STATE,
    order_states.LineState: visits.LINE,
    Refusal: visits.REFUSED,
    VisitState: visit_labels.STATE,
    AbortKind: visit_labels.ABORT,
    PauseKind: visit_labels.PAUSE,
    Moment: visit_labels.MOMENT,
    TimeKind: visit_labels.TIME,
    checklist_words.VersionState: checklists.VERSION_STATE,
    checklist_words.RunState: checklists.RUN_STATE,
    checklist_words.Verdict: checklists.VERDICT,
    checklist_words.ItemType: checklists.ITEM_TYPE,
    checklist_words.SectionPer: checklists.SECTION_PER,
    checklist_words.InstrumentKind: checklists.INSTRUMENT,
}
# What no page shows: an answer to a charger, the kind of a link, how a frame is read, and the like.
UNSEEN = {
    Verdict,
    Purpose,
    Part,
    Direction,
    AlarmState,
    Charge,
    Origin,
    Stage,
    plan_words.DateState,
}
WORDS: dict[str, Mapping[Any, Any]] = {
    **{kind.__name__: names for kind, names in NAMES.items()},
    "answers": remote.ANSWER,
    "messages": remote.MESSAGE,
    "reasons": sessions.REASON,
    "findings": monitoring.FINDING,
    "no code": monitoring.NO_CODE,
    "deeds": deeds.VERB,
    "questions": visit_labels.QUESTION,
    "actors": deeds.ACTOR,
    "statuses": status_labels.WORD,
    "checks": tickets.CHECK,
    "responsible": monitoring.RESPONSIBLE,
    "rules": {words: remote.outcome_words(words) for words in outcomes.KNOWN},
}
# The same in both languages.
SAME = {
    "AC",
    "OK",
    "multimeter",
    "Offline",
    "S4 information",
    "normal",
    "manual",
    "modem",
    "kg",
    "l",
    "m",
    "Service",
}


def _enums() -> Iterator[type[StrEnum]]:
    for module in pkgutil.walk_packages([str(ROOT)], "service."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    yield from (one for one in StrEnum.__subclasses__() if one.__module__.startswith("service."))


def test_every_enumeration_is_named_or_never_seen() -> None:
    unknown = set(_enums()) - NAMES.keys() - UNSEEN

    assert unknown == set(), "give its words names, and a line in NAMES"


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: str(kind.__name__))
def test_every_word_of_an_enumeration_has_a_name(kind: type[StrEnum]) -> None:
    assert set(NAMES[kind]) == set(kind)


def test_every_deed_that_is_recorded_has_a_name() -> None:
    found = {
        verb
        for file in ROOT.rglob("*.py")
        for verb in re.findall(r'\b_?record\(\s*"(\w+)"', file.read_text())
    }

    assert len(found) > 20
    assert found - deeds.VERB.keys() == set()
    assert {state.value for state in State} - deeds.VERB.keys() == set()
    assert {f"visit_{state.value}" for state in VisitState} - deeds.VERB.keys() == set()


def test_every_rule_that_acts_has_a_name() -> None:
    found = {
        name
        for file in ROOT.rglob("*.py")
        for name in re.findall(r'^RULE = "([^"]+)"', file.read_text(), re.MULTILINE)
    }

    assert len(found) > 3
    assert found - deeds.ACTOR.keys() == set()


def test_every_message_that_can_be_asked_for_has_a_name() -> None:
    assert remote.MESSAGE.keys() == set(MESSAGES)


def test_every_fault_of_the_catalogue_has_a_code_or_says_why_not() -> None:
    said = {row["ocpp16"] for row in catalogue.rows()}

    assert {one for one in said if not one.isalpha()} - monitoring.NO_CODE.keys() == set()


def test_every_finding_of_the_schema_has_a_name() -> None:
    assert set(schema.WORDS.values()) - monitoring.FINDING.keys() == set()


@pytest.mark.parametrize("kind", WORDS)
def test_a_name_is_another_one_in_swedish(house: Flask, kind: str) -> None:
    def named(locale: str) -> dict[Any, str]:
        with house.test_request_context(), force_locale(locale):
            return {
                key: remote.outcome_words(key) if kind == "rules" else str(words)
                for key, words in WORDS[kind].items()
            }

    english, swedish = named("en"), named("sv")
    same = {key for key, words in swedish.items() if words == english[key]}

    assert {swedish[key] for key in same} - SAME == set()


def test_a_person_who_takes_an_action_back_is_quoted(house: Flask) -> None:
    with house.test_request_context(), force_locale("sv"):
        assert remote.outcome_words("Fel station") == "Fel station"
        assert remote.outcome_words(outcomes.CAR_CHARGES) == "en bil laddar där nu"


def test_a_finding_keeps_its_place_and_its_word(house: Flask) -> None:
    with house.test_request_context(), force_locale("sv"):
        assert monitoring.finding("errorCode: missing") == "errorCode: saknas"
        assert monitoring.finding("status: read as Faulted") == "status: läst som Faulted"
