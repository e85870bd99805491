"""What the clock does for work orders."""

from __future__ import annotations

from datetime import datetime

from service.core.db import db
from service.stations.models import Station
from service.visits import carrying
from service.visits.lines import WorkOrderLine

RULE = "retired stations"


def let_go_of_retired(at: datetime) -> None:
    """Nothing more is done at a station that is gone."""
    gone = WorkOrderLine.open_ones().join(Station).where(Station.retired_at.is_not(None))
    for line in db.session.scalars(gone.with_for_update(of=WorkOrderLine, skip_locked=True)):
        carrying.give_up(line, "The station is retired.", RULE, at)
