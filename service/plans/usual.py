"""The tasks that a new plan starts with: the trade's usual ones, to be checked by the manual."""

from __future__ import annotations

from typing import Any

from service.contracts.words import WorkKind
from service.people.skills import Skill
from service.plans.models import MaintenancePlan
from service.plans.words import Anchor
from service.stations.register import StationModel
from service.stations.words import Capability, Current

YEARLY: dict[str, Any] = {"months": 12, "early_days": 30, "late_days": 30}
HALF_YEARLY: dict[str, Any] = {"months": 6, "early_days": 21, "late_days": 21}
# Kind, Swedish, English, minutes, the code of the skill, when and why.
TASKS: tuple[tuple[WorkKind, str, str, int, str, dict[str, Any]], ...] = (
    (
        WorkKind.VISUAL_INSPECTION,
        "Okulär besiktning",
        "Visual inspection",
        15,
        "field_technician",
        HALF_YEARLY | {"anchor": Anchor.CAPPED, "coastal_percent": 50},
    ),
    (
        WorkKind.RCD_EXERCISE,
        "Motionera jordfelsbrytare med knappen",
        "Exercise the RCD by its button",
        5,
        "field_technician",
        HALF_YEARLY | {"anchor": Anchor.CAPPED},
    ),
    (
        WorkKind.RCD_TEST,
        "Prova jordfelsbrytare med instrument",
        "Test the RCD by instrument",
        20,
        "rcd_instrument",
        YEARLY
        | {
            "anchor": Anchor.CAPPED,
            "legal_max_months": 14,
            "legal_basis": "ELSÄK-FS 2022:3",
            "trend": True,
            # The instrument trips the device: its mechanism has moved, too.
            "supersedes": ["exercise-the-rcd-by-its-button"],
        },
    ),
    (
        WorkKind.CABLE_CONNECTOR,
        "Kabel och kontaktdon",
        "Cable and connector",
        15,
        "field_technician",
        YEARLY | {"anchor": Anchor.CAPPED},
    ),
    (
        WorkKind.CLEANING,
        "Rengöring vid behov",
        "Cleaning if needed",
        15,
        "field_technician",
        YEARLY
        | {"anchor": Anchor.FLOATING, "season_from": 4, "season_to": 10, "dusty_percent": 50},
    ),
    (
        WorkKind.FIRMWARE,
        "Kontrollera fast programvara",
        "Check the firmware",
        10,
        "field_technician",
        YEARLY | {"anchor": Anchor.FLOATING},
    ),
)
FILTER = (
    WorkKind.AIR_FILTER,
    "Byt luftfilter",
    "Change the air filter",
    20,
    "field_technician",
    YEARLY | {"anchor": Anchor.CAPPED, "dusty_percent": 50},
)
ALL = (*TASKS, FILTER)


def has_filter(model: StationModel) -> bool:
    """As the register says; where it says nothing, what turns direct current blows air through."""
    if Capability.AIR_FILTER in model.capabilities:
        return True
    return model.current is Current.DC and Capability.LIQUID_COOLING not in model.capabilities


def add_usual_tasks(plan: MaintenancePlan, by: Any, at: Any) -> None:
    for kind, *_rest in ALL if has_filter(plan.model) else TASKS:
        add_usual_task(plan, kind, by, at)


def add_usual_task(plan: MaintenancePlan, kind: WorkKind, by: Any, at: Any) -> None:
    """Raises NotADraftError."""
    _kind, sv, en, minutes, skill, when = next(one for one in ALL if one[0] is kind)
    named = {"kind": kind, "title_sv": sv, "title_en": en, "minutes": minutes}
    plan.add_task(by, at, **named, skill=Skill.with_code(skill), **when)


def left_out(plan: MaintenancePlan) -> list[tuple[WorkKind, str, str]]:
    """The usual tasks of which the plan has none of the kind: kind, Swedish, English."""
    there = {task.kind for task in plan.tasks}
    return [(kind, sv, en) for kind, sv, en, *_rest in ALL if kind not in there]
