"""How service reports are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

from service.monitoring.health import Kind as Look
from service.reports.service_troubles import trouble

__all__ = ["LANGUAGE", "LOOK", "VERDICT", "trouble"]

VERDICT: dict[str, Any] = {
    "ok": _l("Without remarks"),
    "remark": _l("With remarks"),
    "fail": _l("Failed"),
    "none": _l("Nothing was checked"),
    "undone": _l("Not carried out"),
}
LOOK: dict[str, Look] = {
    "ok": Look.OK,
    "remark": Look.WARNING,
    "fail": Look.FAULT,
    "none": Look.UNKNOWN,
    "undone": Look.WARNING,
}
LANGUAGE: dict[str, Any] = {"sv": _l("Swedish"), "en": _l("English")}
