"""A small checklist with one of everything, and the package of the day that holds it."""

from __future__ import annotations

from typing import Any

RUN = "0d5c7a3e-1111-4222-8333-944444444444"
VISIT = 12


def item(key: str, kind: str, sv: str, en: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": {"sv": sv, "en": en}, **more}


def number(key: str, sv: str, en: str, unit: str, **more: Any) -> dict[str, Any]:
    return item(key, "number", sv, en, unit=unit, **more)


def section(key: str, per: str, sv: str, en: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "per": per, "title": {"sv": sv, "en": en}, "items": list(items)}


OVER = {"sv": "Löste inte ut (> 300 ms)", "en": "Did not trip (> 300 ms)"}
HELP = {"sv": "Slå av strömmen först.", "en": "Switch the power off first."}

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "sections": [
        section(
            "prep",
            "station",
            "Förberedelse",
            "Preparation",
            item("inop", "auto", "Satt ur drift", "Set inoperative", auto="inoperative"),
            item(
                "lockout",
                "verdict",
                "Frånkopplat och låst",
                "Isolated and locked",
                required=True,
                safety=True,
                help=HELP,
                authorisation="electrician",
            ),
            item(
                "enclosure",
                "verdict",
                "Kapsling och lås",
                "Enclosure and lock",
                required=True,
                photo_if=["fail", "remark"],
                note_if=["fail", "remark"],
            ),
            item("label", "verdict", "Märkning läsbar", "Labels legible", required=True),
            item("serial", "text", "Serienummer", "Serial number"),
            item("overview", "photo", "Bild av stationen", "Photo of the station"),
        ),
        section(
            "rcd",
            "rcd",
            "Jordfelsbrytare",
            "RCD",
            item(
                "rcd.type",
                "choice",
                "Typ",
                "Type",
                required=True,
                choices=[
                    {"key": "a", "label": {"sv": "Typ A", "en": "Type A"}, "verdict": "ok"},
                    {"key": "ac", "label": {"sv": "Typ AC", "en": "Type AC"}, "verdict": "fail"},
                ],
            ),
            number(
                "rcd.t1x",
                "Utlösningstid vid 1 × IΔn",
                "Trip time at 1 × IΔn",
                "ms",
                required=True,
                safety=True,
                max=300,
                warn_max=200,
                plausible_min=1,
                over=OVER,
                after=["rcd.type"],
                note_if=["fail"],
                photo_if=["fail"],
            ),
            number(
                "rcd.t5x",
                "Utlösningstid vid 5 × IΔn",
                "Trip time at 5 × IΔn",
                "ms",
                required=True,
                max=40,
                depends_on=["rcd.t1x"],
                ask_again_if={"not": {"item": "rcd.t5x", "less_than_item": "rcd.t1x"}},
            ),
            item(
                "rcd.charge",
                "verdict",
                "Provladdning",
                "Test charge",
                required=True,
                depends_on=["rcd.t1x"],
            ),
        ),
        section(
            "end",
            "visit",
            "Avslut",
            "End",
            item("parts", "part", "Bytta delar", "Parts replaced"),
            item("who", "signature", "Teknikerns underskrift", "Technician's signature"),
        ),
    ],
}

LAST = {
    "rcd.t1x|rcd:1": [
        {"at": "2025-03-04T10:00:00Z", "number": 24, "value": "24", "verdict": "ok"},
        {"at": "2024-03-05T10:00:00Z", "number": 22, "value": "22", "verdict": "ok"},
        {"at": "2023-03-06T10:00:00Z", "number": 19, "value": "19", "verdict": "ok"},
    ],
    "label|station": [
        {"at": "2025-03-04T10:00:00Z", "number": None, "value": "ok", "verdict": "ok"}
    ],
}


def run(document: dict[str, Any] = DOCUMENT, **more: Any) -> dict[str, Any]:
    facts = {"current": "ac", "work": ["rcd_test"], "authorisations": ["electrician"]}
    places = ["visit", "station", "evse:1", "rcd:1"]
    base = {"uuid": RUN, "station_id": 5, "version_id": 3, "state": "open", "answers": {}}
    return {**base, "facts": facts, "places": places, **more}


def package(document: dict[str, Any] = DOCUMENT, **of_run: Any) -> dict[str, Any]:
    line = {
        "id": 71,
        "kind": "service",
        "station_id": 5,
        "title": {"sv": "Jordfelsprov", "en": "RCD test"},
        "due_on": "2026-12-01",
        "early_until": "2099-01-01",
    }
    visit = {
        "id": VISIT,
        "number": "V-00012",
        "state": "on_site",
        "site": {"id": 2, "name": "Hamnen"},
        "stations": [5],
        "runs": [run(document, **of_run)],
        "lines": [line, {**line, "id": 72, "title": {"sv": "Städning", "en": "Cleaning"}}],
        "tickets": [],
    }
    station = {
        "id": 5,
        "name": "Hamnen 3",
        "model": "Eve Double",
        "firmware": "5.1.0",
        "connectors": [{"number": 1, "status": "Unavailable", "since": "2026-11-24T10:02:00Z"}],
        "components": [],
        "last": LAST,
    }
    title = {"sv": "Jordfelsbrytare, växelström", "en": "RCD, AC"}
    return {
        "rev": 1,
        "visits": [visit],
        "stations": {"5": station},
        "versions": {"3": {"template": "rcd", "number": 1, "title": title, "document": document}},
        "parts": [{"id": 9, "number": "F-100", "name": "Filter", "unit": "st"}],
        "instruments": [
            {
                "id": 1,
                "make": "Megger",
                "model": "EVCC300",
                "serial": "A1",
                "calibrated_until": "2099-01-01",
            },
            {
                "id": 2,
                "make": "Metrel",
                "model": "MI 3155",
                "serial": "B2",
                "calibrated_until": "2024-01-01",
            },
        ],
    }
