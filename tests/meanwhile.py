"""Two at once at the same rows, one of them halfway through."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep

from flask import Flask
from sqlalchemy import Engine, text

from service.core.db import db, unit_of_work

PATIENCE_S = 5
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def while_another(app: Flask, owner: Engine, does: str, work: Callable[[], object]) -> None:
    """The work comes while somebody's transaction is not over yet, and has to wait for it."""

    def here() -> None:
        with app.app_context(), unit_of_work():
            work()

    mine, patience = Thread(target=here), monotonic() + PATIENCE_S
    with owner.connect() as other, owner.connect() as looking:
        other.execute(text(does))
        mine.start()
        while not looking.scalar(WAITING) and monotonic() < patience:
            looking.rollback()
            sleep(0.005)
        other.commit()
    mine.join()
    db.session.rollback()
