"""What the clock does for work orders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from service.core.db import db
from service.stations.models import Station
from service.visits import carrying
from service.visits.lines import WorkOrderLine

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


def let_go_of_retired(at: datetime) -> None:
    """Nothing more is done at a station that is gone."""
    gone = WorkOrderLine.open_ones().join(Station).where(Station.retired_at.is_not(None))
    for line in db.session.scalars(gone.with_for_update(of=WorkOrderLine, skip_locked=True)):
        carrying.give_up(line, "The station is retired.", RULE, at)
