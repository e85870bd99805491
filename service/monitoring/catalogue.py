"""The fault catalogue that the product is born with; from then on its rows are edited."""

import csv
from pathlib import Path
from typing import Any

# Seconds of health before a ticket may close by itself, by severity (S1 waits for a person).
QUIET_S = {"S1": 600, "S2": 600, "S3": 1800, "S4": 0}


def rows() -> list[dict[str, Any]]:
    """One row per fault, as `FaultCode` takes it."""
    with (Path(__file__).parent / "fault_codes.csv").open(newline="", encoding="utf-8") as file:
        return [_row(line) for line in csv.DictReader(file)]


def _row(line: dict[str, str]) -> dict[str, Any]:
    return {
        **line,
        "debounce_s": int(line["debounce_s"]),
        "quiet_s": QUIET_S[line["severity"]],
        "opens_ticket": line["opens_ticket"] == "yes",
        "auto_attempts": int(line["auto_attempts"]),
        "needs_check_before_close": line["needs_check_before_close"] or None,
    }
