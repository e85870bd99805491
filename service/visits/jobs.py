"""What the clock does for work orders and service visits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, text

from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.stations.models import Station
from service.visits import carrying, checking_in, positions, verifying
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitReview, VisitWindow
from service.visits.visit_states import VisitState

RULE = "retired stations"


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


def let_go_of_retired(at: datetime) -> None:
    """Nothing more is done at a station that is gone."""
    gone = WorkOrderLine.open_ones().join(Station).where(Station.retired_at.is_not(None))
    for line in db.session.scalars(gone.with_for_update(of=WorkOrderLine, skip_locked=True)):
        carrying.give_up(line, "The station is retired.", RULE, at)
