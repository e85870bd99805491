"""Which fault a part of the station means, for chargers that tell their parts apart (OCPP 2.x)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.monitoring.faults import OTHER, UNSPECIFIED, WARNING, Fault
from service.monitoring.words import PartReported, PartsReported, StatusReported, Word

# What says yes only where something is wrong, whatever part it is a variable of.
TROUBLE = frozenset({"problem", "tripped", "overload", "fallback"})
# A problem of these is that of something inside them, passed on up the tree.
WHOLES = frozenset({"chargingstation", "evse", "connector"})
# OCPP 2.1: from here on it is no fault, and no more than a note.
WARNS_FROM, NOTES_FROM = 6, 7

Codes = Mapping[str, str]
Report = StatusReported | PartReported


def reports(words: Iterable[Word]) -> list[Report]:
    """What is said of outlets and parts, in order; what a whole passes on, after its parts."""
    found: list[Report] = []
    for word in words:
        if isinstance(word, StatusReported | PartReported):
            found.append(word)
        elif isinstance(word, PartsReported):
            found.extend(sorted(word.reports, key=is_whole))
    return found


def is_whole(report: Report) -> bool:
    return isinstance(report, PartReported) and report.component.casefold() in WHOLES


def classify(report: PartReported, codes: Codes) -> Fault | None:
    """The fault of the catalogue. `codes` gives it for `component.variable`, `*.variable` and for
    makers' codes, in lower case. None for what is no sign of anything wrong."""
    code = _code(report, codes)
    if code:
        return Fault(code, name_of(report) if code in (OTHER, WARNING) else "")
    return _unnamed(report)


def _code(report: PartReported, codes: Codes) -> str | None:
    component, variable = report.component.casefold(), report.variable.casefold()
    tech = codes.get(report.tech_code.casefold()) if report.tech_code else None
    part = codes.get(f"{component}.{variable}") or codes.get(f"*.{variable}")
    return (tech or part) if component in WHOLES else (part or tech)


def _unnamed(report: PartReported) -> Fault | None:
    """A part that the catalogue does not know."""
    severity = report.severity if report.severity is not None else 0
    if severity >= NOTES_FROM:
        return None
    if report.variable.casefold() not in TROUBLE:
        return Fault(WARNING, name_of(report)) if report.is_measured else None
    if severity >= WARNS_FROM:
        return Fault(WARNING, report.tech_code or name_of(report))
    if is_whole(report) and not report.tech_code:
        return Fault(UNSPECIFIED)
    return Fault(OTHER, report.tech_code or name_of(report))


def name_of(report: PartReported) -> str:
    """`AirCoolingSystem.Problem`, whichever of several it is."""
    return f"{report.component}.{report.variable}"


def mark_of(report: PartReported) -> str:
    """What stands in an alarm for this part until it is well again."""
    which = f"[{report.instance}]" if report.instance else ""
    plug = f"@{report.plug}" if report.plug else ""
    return f"{report.component}{which}{plug}.{report.variable}"


def evidence_of(report: PartReported) -> str:
    return report.raw or f"{mark_of(report)} {report.tech_code}".strip()
