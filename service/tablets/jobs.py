"""What the clock does for what tablets sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from service.core.db import db
from service.visits.positions import KEPT_FOR


def forget_told_positions(at: datetime) -> None:
    """Operations stay as they came, but for where somebody was: that is not kept for ever.

    The application may change none of them: it asks the owner's function.
    """
    db.session.execute(select(func.forget_operation_positions(at - KEPT_FOR)))
