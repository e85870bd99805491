"""What the clock does for work orders and service visits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, text

from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.plans.occurrences import Occurrence
from service.plans.recalls import RecallStation
from service.plans.words import (
    ANOTHER_SITE,
    BIGGER_SERVICE,
    DONE_APART,
    NOT_CONCERNED,
    OPEN,
    RETIRED,
    OccurrenceState,
    RecallState,
)
from service.stations.models import Station
from service.visits import carrying, checking_in, positions, verifying
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitReview, VisitWindow
from service.visits.visit_states import VisitState

RULE = "lines without work"
# Why a line is let go, and of which it holds.
ENDED = (
    (RETIRED, Station.retired_at.is_not(None)),
    (ANOTHER_SITE, Station.site_id.is_distinct_from(WorkOrder.site_id)),
    (NOT_CONCERNED, RecallStation.state == RecallState.NOT_AFFECTED),
)
# Of a date that is not to be done any more; where neither stands here, its row says why.
CLOSED = {
    OccurrenceState.DONE: DONE_APART,
    OccurrenceState.SUPERSEDED: BIGGER_SERVICE,
}


# Dates move when plans do: what orders keep of them follows.
KEEP_DUE = """
UPDATE work_order SET due_on = found.due_on FROM (
    SELECT work_order.id, min(occurrence.latest_on) AS due_on FROM work_order
    LEFT JOIN work_order_line AS line ON line.work_order_id = work_order.id AND line.state = 'open'
    LEFT JOIN occurrence ON occurrence.id = line.occurrence_id
        AND occurrence.state IN ('forecast', 'due', 'overdue')
    WHERE work_order.state IN ('draft', 'unscheduled', 'scheduled', 'in_progress', 'on_hold')
    GROUP BY work_order.id
) AS found
WHERE found.id = work_order.id AND work_order.due_on IS DISTINCT FROM found.due_on
"""


def keep_due_days(_at: datetime) -> None:
    """The latest day of each open order is that of its dates as they are now."""
    db.session.execute(text(KEEP_DUE))


def ask_about_forgotten(at: datetime) -> None:
    """Nobody checked out, and the outage has ended by itself: is somebody still there?"""
    running = exists().where(
        VisitWindow.visit_id == ServiceVisit.id,
        VisitWindow.window_id == MaintenanceWindow.id,
        MaintenanceWindow.until > at,
    )
    asked = exists().where(
        VisitReview.visit_id == ServiceVisit.id, VisitReview.question == checking_in.FORGOTTEN
    )
    forgotten = select(ServiceVisit).where(
        ServiceVisit.state == VisitState.ON_SITE,
        ServiceVisit.checked_out_at.is_(None),
        ServiceVisit.checked_in_at <= at - checking_in.LONGEST,
        ~running,
        ~asked,
    )
    for visit in db.session.scalars(forgotten.with_for_update(of=ServiceVisit, skip_locked=True)):
        visit.ask(checking_in.FORGOTTEN, at)


def verify_check_outs(at: datetime) -> None:
    """Each outlet that was left is seen Available, or the dispatcher hears of it."""
    verifying.verify(at)


def forget_positions(at: datetime) -> None:
    """Where somebody was a month ago is nobody's business."""
    positions.forget(at)


def let_go_of_what_ended(at: datetime) -> None:
    """Nothing more is done at a station that is gone, stands elsewhere, or is not concerned, nor
    for a date that was done apart, skipped, or is asked for no more.
    """
    for why, ended in ENDED:
        lines = WorkOrderLine.open_ones().join(WorkOrderLine.order).join(WorkOrderLine.station)
        gone = lines.outerjoin(WorkOrderLine.recall_station).where(ended)
        for line in db.session.scalars(gone.with_for_update(of=WorkOrderLine, skip_locked=True)):
            carrying.give_up(line, why, RULE, at)
    dates = WorkOrderLine.open_ones().join(WorkOrderLine.occurrence).add_columns(Occurrence)
    closed = dates.where(Occurrence.state.not_in(OPEN)).order_by(WorkOrderLine.id)
    alone = closed.with_for_update(of=WorkOrderLine, skip_locked=True)
    for line, date in db.session.execute(alone):
        carrying.give_up(line, CLOSED.get(date.state) or date.reason or "", RULE, at)
