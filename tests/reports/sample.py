"""The facts of a service report, as they are frozen: a whole one, to print and to spoil."""

from __future__ import annotations

import io
from hashlib import sha256
from random import Random
from typing import Any

from PIL import Image

HEADS = ["Kontroll", "Värde", "Gräns", "Utfall", "Anmärkning", "Klockan"]


def photo(number: int = 0, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A JPEG as a tablet sends it: noise, so that it has a photo's weight. Each number its own."""
    wide, tall = size[0] // 4, size[1] // 4
    noise = Random(number).randbytes(3 * wide * tall)  # noqa: S311  no secret
    file = io.BytesIO()
    Image.frombytes("RGB", (wide, tall), noise).resize(size).save(file, "JPEG", quality=80)
    return file.getvalue()


def signature() -> bytes:
    file = io.BytesIO()
    picture = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    for x in range(40, 560):
        for y in range(100 - x % 37, 104 - x % 37):
            picture.putpixel((x, y), (0, 0, 60, 255))
    picture.save(file, "PNG")
    return file.getvalue()


def sha(content: bytes) -> str:
    return sha256(content).hexdigest()


def table(rows: list[list[str]], marks: list[Any] | None = None) -> dict[str, Any]:
    shares = [30, 16, 16, 17, 26, 10]
    kind = {"kind": "table", "heads": HEADS, "shares": shares}
    return {**kind, "rows": rows, "marks": marks or []}


def facts(rows: int = 6, photos: dict[str, bytes] | None = None, text: str = "") -> dict[str, Any]:
    """`text` stands wherever a person may have typed something."""
    shown = [
        {"sha": one, "caption": text or "Hamnen 3, uttag 1: kontakt", "missing": "Fotot saknas."}
        for one in photos or {}
    ]
    said = text or "Ingen åtgärd"
    checks = [
        [said if text else f"Isolationsresistans {n}", "241,5 MΩ", "≥ 1 MΩ", "● Godkänd", said, "9"]
        for n in range(rows)
    ]
    return {
        "schema": 1,
        "language": "sv",
        "title": f"Servicerapport R-00012 · {text or 'BRF Kajen'}",
        "foot": f"R-00012 · revision 1 · {text or 'BRF Kajen, Hamnen'}",
        "page": "Sida %s av %s",
        "heading": "Servicerapport",
        "subtitle": "R-00012 · revision 1 · 2 mars 2026",
        "company": {"name": text or "Laddservice AB", "lines": [text or "Verkstadsgatan 1, Lund"]},
        "verify": {"address": "https://laddvakt.example/v/Zk3v9qLmT0aB4cD5eF6g7h"},
        "blocks": [
            {
                "kind": "verdict",
                "verdict": "remark",
                "text": "▲ Utförd, med anmärkningar",
                "lines": [said, "Nästa tillfälle: 2 mars 2027"],
            },
            {
                "kind": "pair",
                "sides": [
                    {"title": "Kund", "rows": _party(text, "BRF Kajen", "–")},
                    {"title": "Plats", "rows": _party(text, "Hamnen", "Göteborg")},
                ],
            },
            {"kind": "heading", "level": 1, "text": text or "Hamnen 3"},
            table(checks, [[0, 3, "ok"]]),
            {"kind": "text", "lines": [said]},
            {"kind": "small", "lines": [said]},
            {"kind": "facts", "rows": [["Rekommendation", said]]},
            {"kind": "heading", "level": 1, "text": "Foton"},
            {"kind": "photos", "photos": shown},
            {
                "kind": "signatures",
                "people": [
                    {
                        "title": "För kunden",
                        "name": text or "Kim Kund",
                        "sha": sha(signature()),
                        "lines": ["2 mars 2026 14:05"],
                    },
                    {"title": "Tekniker", "name": "Tove", "sha": None, "lines": []},
                ],
            },
            {
                "kind": "check",
                "title": "Äkthet",
                "text": "Koden på första sidan leder till en sida som säger om den gäller.",
                "rows": [["Adress", "https://laddvakt.example/v/Zk3v9qLmT0aB4cD5eF6g7h"]],
            },
        ],
    }


def _party(text: str, name: str, city: str) -> list[list[str]]:
    return [["Namn", text or name], ["Ort", text or city], ["E-post", text or "–"], ["Nr", text]]
