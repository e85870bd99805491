"""Where the limits that the product ships are known from, in the language that is being spoken.

A published list keeps its copy of the text, so it is translated where it is shown. What a person
wrote as a source stands as it was written.
"""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service.checklists import catalogue

# As they stand in `catalogue_limits.csv`: a test holds both together.
SHIPPED = (
    _l("Megger MFT1800 p. 40; IEC 61008/61009: 1×IΔn, 30 mA"),
    _l("Megger MFT1800 p. 41; IEC 61008/61009: 2×IΔn"),
    _l("Megger MFT1800 p. 41; IEC 61008/61009: 5×IΔn"),
    _l("IEC 61008/61009: 0,5–1,0 IΔn, 30 mA"),
    _l("IEC 61008/61009 type A, pulsating DC: 0,35–1,4 IΔn, 30 mA"),
    _l("IEC 62423 type B, smooth DC: 0,5–2 IΔn, 30 mA"),
    _l("IEC 62423 type B, smooth DC: 2×IΔn"),
    _l("IEC 62423 type B, smooth DC: 4×IΔn"),
    _l("IEC 62423 type B, smooth DC: 10×IΔn"),
    _l("IEC 61008/61009 type S: 1×IΔn"),
    _l("IEC 61008/61009 type S: 2×IΔn"),
    _l("IEC 61008/61009 type S: 5×IΔn"),
    _l("IEC 62955: 6 mA DC"),
    _l("IEC 62955: 60 mA DC"),
    _l("IEC 62955: 200 mA DC"),
    _l("IEC 62955: 3–6 mA DC"),
    _l("HT GSC57: limit 50 V (25 V)"),
    _l("Gira 0358 p. 2: TT, 30 mA, 50 V (25 V: 833 Ω)"),
    _l("HD 60364-4-41: TN, 230 V, final circuit"),
    _l("HD 60364-4-41: TT, 230 V, final circuit"),
    _l("HD 60364-6: up to 500 V, tested at 500 V DC"),
    _l("HD 60364-6: SELV/PELV, tested at 250 V DC"),
    _l("Charger makers' manuals: 0,3 Ω up to 5 m, never above 1 Ω"),
    _l("Charger makers' manuals: PE leakage in state C"),
    _l("Charger makers' manuals: touch current, class II"),
    _l("EN 50160: 230 V ±10 %"),
    _l("IEC 61851-1 state A: +12 V"),
    _l("IEC 61851-1 state B: +9 V"),
    _l("IEC 61851-1 state C: +6 V; EVgo F002/F003: 5,47–6,53 V"),
    _l("IEC 61851-1 state D: +3 V"),
    _l("IEC 61851-1: duty cycle × 0,6 A; ±1 A of the setting"),
    _l("EVgo F006: 100 Ω/V at 1 000 V; IEC 61851-23: warning below 500 Ω/V"),
    _l("EVgo F008: 60 V DC at the connector"),
    _l("EVgo F007: capacitance to the chassis"),
    _l("Freezing point of the coolant, house rule"),
    _l("Signal of the modem, house rule"),
    _l("Rise above the surroundings under load, house rule"),
)
TEXTS = frozenset(row["source"] for row in catalogue.limits())


def source(text: str | None) -> str:
    """`Megger MFT1800 s. 40` of `Megger MFT1800 p. 40`."""
    return str(gettext(text)) if text in TEXTS else text or ""
