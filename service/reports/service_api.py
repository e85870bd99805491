"""Service reports in the JSON API: their revisions, their files, and their correction."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from marshmallow import fields

from service.core import clock, problems
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import Body, Day, FlagText, Instant, Shown, Text, WholeText, Why, one_of
from service.core.paging import Listed, by
from service.core.problems import ProblemError
from service.people.api import seen
from service.reports.service_labels import VERDICT
from service.reports.service_reports import ReplacedError, ReportRequest, ServiceReport
from service.reports.service_views import answer

problems.means(
    ReplacedError, lambda _: ProblemError(409, "It is being replaced already.", "wrong-state")
)


class RevisionShape(Shown):
    id = fields.Integer()
    revision = fields.Integer()
    reason = fields.String(allow_none=True)
    made_at = Instant()
    sha256 = fields.String()


class ServiceReportShape(Shown):
    inside = ("mailed_to",)
    id = fields.Integer()
    number = fields.String(metadata={"description": "The same for all revisions."})
    revision = fields.Integer()
    replaces_id = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "Why it was corrected."})
    visit_id = fields.Integer()
    site_id = fields.Integer()
    station_ids = fields.List(fields.Integer())
    on = fields.Date(metadata={"description": "On the calendar of the site."})
    language = fields.String()
    verdict = fields.String(validate=one_of(*VERDICT))
    photos = fields.Integer()
    made_at = Instant()
    size = fields.Integer(metadata={"description": "Bytes of the PDF."})
    sha256 = fields.String(metadata={"description": "Of the PDF."})
    fingerprint = fields.String(metadata={"description": "Of its contents, as printed on it."})
    mailed_to = fields.String(allow_none=True)


class ServiceReportDetailShape(ServiceReportShape):
    is_newest = fields.Boolean()
    revisions = fields.List(fields.Nested(RevisionShape), metadata={"description": "Newest first."})


class ServiceReportQuery(Listed):
    number = by(ServiceReport.number, Text(20))
    visit_id = by(ServiceReport.visit_id, WholeText())
    site_id = by(ServiceReport.site_id, WholeText())
    station_id = by(lambda key: ServiceReport.station_ids.contains([key]), WholeText())
    verdict = by(ServiceReport.verdict, fields.String(validate=one_of(*VERDICT)))
    since = by(lambda day: ServiceReport.on >= day, Day(data_key="from"))
    until = by(lambda day: ServiceReport.on <= day, Day(data_key="to"))
    is_newest = by(
        lambda wanted: ServiceReport.holds() if wanted else ~ServiceReport.holds(),
        FlagText(data_key="newest", metadata={"description": "Only revisions that hold."}),
    )


class RequestShape(Shown):
    id = fields.Integer()
    visit_id = fields.Integer()
    replaces_id = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    asked_at = Instant()


service_reports = Collection(
    "service-reports",
    "What was done on a visit, on paper. A correction is another revision.",
    ServiceReport,
    ServiceReportShape,
    "service report",
    detail=ServiceReportDetailShape,
    newest_first=True,
)
service_reports.lists(ServiceReportQuery)
service_reports.shows()


@service_reports.file("/service-reports/<int:report_id>/document", "application/pdf", Body)
def service_report_document(asked: dict[str, Any], report_id: int) -> Response:
    """Get the PDF of a service report, as it was given out."""
    return answer(seen(ServiceReport, report_id))


@service_reports.post("/service-reports/<int:report_id>/revision", RequestShape, Why, status=202)
def correct_report(asked: dict[str, Any], report_id: int) -> ReportRequest:
    """Ask for another revision, which names this one. It is made within a minute."""
    report = seen(ServiceReport, report_id)
    request = ReportRequest.to_correct(report, asked["reason"], g.person, clock.now())
    db.session.commit()
    return request
