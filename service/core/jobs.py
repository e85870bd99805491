"""What the clock does for the house itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from service.core.db import db
from service.core.live import Change

# A page that was away for longer asks for everything anew.
CHANGES_KEPT = timedelta(hours=1)


def forget_changes(at: datetime) -> None:
    db.session.execute(delete(Change).where(Change.at < at - CHANGES_KEPT))
