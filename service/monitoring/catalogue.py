"""The fault catalogue that the product is born with; from then on its rows are edited."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

# Seconds of health before a ticket may close by itself, by severity (S1 waits for a person).
QUIET_S = {"S1": 600, "S2": 600, "S3": 1800, "S4": 0}


def rows() -> list[dict[str, Any]]:
    """One row per fault, as `FaultCode` takes it, but for what says it in OCPP 2.x."""
    return [_row(line) for line in _lines("fault_codes.csv")]


def parts() -> dict[str, list[str]]:
    """What says each fault in OCPP 2.x: the parts of the standard's appendix 3, with the variable
    that is wrong where it says yes or passes a limit, and the codes of ChargeX (CX…)."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for line in _lines("fault_parts.csv"):
        said[line["code"]].append(line["said"])
    return dict(said)


def whole() -> list[dict[str, Any]]:
    """Each row with what says it in OCPP 2.x."""
    said = parts()
    return [{**row, "ocpp2": said.get(row["code"], [])} for row in rows()]


def _lines(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _row(line: dict[str, str]) -> dict[str, Any]:
    return {
        **line,
        "debounce_s": int(line["debounce_s"]),
        "quiet_s": QUIET_S[line["severity"]],
        "opens_ticket": line["opens_ticket"] == "yes",
        "auto_attempts": int(line["auto_attempts"]),
        "needs_check_before_close": line["needs_check_before_close"] or None,
    }
