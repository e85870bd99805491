"""What is wrong with an import, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.stations import labels
from service.stations.sheet import LARGEST_BYTES, MOST_ROWS, SheetError

PROBLEM: dict[str, Any] = {
    "missing": _l("This cell must be filled in."),
    "more_cells": _l("The row has more cells than there are headings: is a separator in a text?"),
    "bad_character": _l("There are characters in it that are no text."),
    "too_long": _l("The text is too long."),
    "not_identity": _l("1 to 48 letters (A–Z), digits and * - _ = : + | @ . and no blanks."),
    "taken": _l("Another station has this identity already: %(value)s."),
    "twice": _l("Row %(value)s of this file has the same identity."),
    "needs_customer": _l("A site belongs to a customer: say which."),
    "customer_retired": _l("This customer is retired."),
    "model_retired": _l("This model is offered for new stations no more."),
    "needs_site": _l("The row says where the station stands, but not the name of the site."),
    "needs_both": _l("Latitude and longitude belong together: give both."),
    "needs_maker": _l("A model has a maker: say which."),
    "needs_model": _l("The row tells about a model, but not its name."),
    "needs_current": _l("This model is new here: say ac or dc."),
    "differs": _l("Row %(value)s of this file says something else about the same thing."),
    "unknown_access": _l("Write public or internal."),
    "unknown_authorization": _l("Write known_tags, accept_all or refuse."),
    "unknown_current": _l("Write ac or dc."),
    "unknown_profile": _l("Write 1 or 2."),
    "profile_0": _l("Profile 0 is allowed one station at a time, on its connection page."),
    "unknown_zone": _l("Write a time zone such as Europe/Stockholm."),
    "not_a_number": _l("This is not a number."),
    "out_of_range": _l("The number is too small or too large."),
    "not_a_date": _l("Write the date as 2026-03-02."),
    "odd_year": _l("Is the year right? Dates lie between 1900 and 2200."),
}
SHEET: dict[str, Any] = {
    "too_large": _l("The file is larger than %(megabytes)s MB. Divide it."),
    "too_many": _l("The file has more than %(most)s rows. Divide it."),
    "unreadable": _l("The file cannot be read as a table. Save it as CSV (UTF-8) and try again."),
    "empty": _l("The file has no rows below its headings."),
    "no_column": _l("The first row must have the headings %(columns)s."),
    "column_twice": _l("Two columns have the same heading: %(columns)s."),
}
ENCODING = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
}
SEPARATOR: dict[str, Any] = {",": _l("comma"), ";": _l("semicolon"), "\t": _l("tab")}
LIMITS = {"megabytes": LARGEST_BYTES // 1024 // 1024, "rows": MOST_ROWS}


def problem(one: dict[str, Any], words: Mapping[str, Any] = PROBLEM) -> str:
    return str(words[one["code"]]) % {"value": one["value"], "told": one.get("told", "")}


def column(name: str) -> Any:
    return labels.column(name) if name else _("the whole row")


def sheet_error(wrong: SheetError) -> str:
    facts = dict(wrong.facts)
    if "columns" in facts:
        facts["columns"] = ", ".join(facts["columns"])  # type: ignore[arg-type]
    return str(SHEET[wrong.code]) % facts
