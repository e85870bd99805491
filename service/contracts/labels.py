"""The words of contracts as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.contracts.words import WorkKind

WORK_KIND = {
    WorkKind.VISUAL_INSPECTION: _l("Visual inspection"),
    WorkKind.AIR_FILTER: _l("Air filter"),
    WorkKind.RCD_EXERCISE: _l("RCD exercised by its button"),
    WorkKind.RCD_TEST: _l("RCD tested by instrument"),
    WorkKind.CLEANING: _l("Cleaning"),
    WorkKind.CABLE_CONNECTOR: _l("Cable and connector"),
    WorkKind.FIRMWARE: _l("Firmware"),
    WorkKind.OTHER: _l("Other work"),
}
