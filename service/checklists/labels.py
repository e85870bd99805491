"""How the words of checklists are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

from service.checklists.words import (
    InstrumentKind,
    ItemType,
    RunState,
    SectionPer,
    Verdict,
    VersionState,
)

VERSION_STATE: dict[VersionState, Any] = {
    VersionState.DRAFT: _l("draft"),
    VersionState.PUBLISHED: _l("published"),
    VersionState.RETIRED: _l("retired"),
}
RUN_STATE: dict[RunState, Any] = {
    RunState.OPEN: _l("not submitted"),
    RunState.SUBMITTED: _l("submitted"),
    RunState.REVIEWED: _l("reviewed"),
}
VERDICT: dict[Verdict, Any] = {
    Verdict.OK: _l("OK"),
    Verdict.REMARK: _l("remark"),
    Verdict.WARN: _l("near its limit"),
    Verdict.FAIL: _l("fail"),
    Verdict.NOT_APPLICABLE: _l("not applicable"),
}
ITEM_TYPE: dict[ItemType, Any] = {
    ItemType.VERDICT: _l("OK, remark, fail or not applicable"),
    ItemType.NUMBER: _l("number"),
    ItemType.CHOICE: _l("choice"),
    ItemType.TEXT: _l("text"),
    ItemType.PHOTO: _l("photo"),
    ItemType.SIGNATURE: _l("signature"),
    ItemType.PART: _l("parts used"),
    ItemType.AUTO: _l("from the charger"),
}
SECTION_PER: dict[SectionPer, Any] = {
    SectionPer.VISIT: _l("once a visit"),
    SectionPer.STATION: _l("once a station"),
    SectionPer.EVSE: _l("for each outlet"),
    SectionPer.RCD: _l("for each RCD"),
}
INSTRUMENT: dict[InstrumentKind, Any] = {
    InstrumentKind.MULTIFUNCTION: _l("installation tester"),
    InstrumentKind.RCD_TESTER: _l("RCD tester"),
    InstrumentKind.INSULATION_TESTER: _l("insulation tester"),
    InstrumentKind.EVSE_TESTER: _l("charging point tester"),
    InstrumentKind.MULTIMETER: _l("multimeter"),
    InstrumentKind.CURRENT_CLAMP: _l("current clamp"),
    InstrumentKind.TORQUE_WRENCH: _l("torque wrench"),
    InstrumentKind.THERMAL_CAMERA: _l("thermal camera"),
    InstrumentKind.OTHER: _l("another instrument"),
}
