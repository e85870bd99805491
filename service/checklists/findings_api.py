"""What runs found, in the JSON API: with what takes care of each."""

from __future__ import annotations

from sqlalchemy import ColumnElement, not_

from service.checklists.models import Finding
from service.checklists.runs_api import LATER, FindingShape
from service.checklists.words import Verdict
from service.core.collection import Collection
from service.core.fields import FlagText, WholeText, choice
from service.core.paging import Listed, by


def _is_open(wanted: bool) -> ColumnElement[bool]:
    return Finding.is_loose() if wanted else not_(Finding.is_loose())


class FindingQuery(Listed):
    station_id = by(Finding.station_id, WholeText())
    run_id = by(Finding.run_id, WholeText())
    visit_id = by(lambda key: Finding.run_id.in_(LATER["visit_id"](key)), WholeText())
    verdict = by(Finding.verdict, choice(Verdict))
    safety = by(Finding.safety, FlagText())
    open_ = by(
        _is_open,
        FlagText(
            data_key="open",
            metadata={"description": "Whether no ticket and no work order takes care of it yet."},
        ),
    )


findings = Collection(
    "findings",
    "What submitted checklists found: remarks and failures.",
    Finding,
    FindingShape,
    "finding",
    newest_first=True,
)
findings.lists(FindingQuery)
findings.shows()
