"""What every import does around its run: tells how far it is, and keeps nothing of half of one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update

from service.core.db import db
from service.core.drafts import Draft
from service.stations import pages
from service.stations.pages import Answer

# Told how many rows are done; False stops it all.
Tell = Callable[[int], bool]


class CancelledError(Exception):
    """Somebody stopped it. Nothing of it is kept."""


def stop(draft: Draft, words: str, page: str) -> Answer:
    """Nothing of the run is kept, but for what a second look found to be wrong."""
    content = draft.content
    db.session.rollback()
    draft.content = content
    draft.give_back()
    db.session.commit()
    return pages.refuse(words, page)


def give_back(draft: Draft) -> None:
    """It broke: as if it had never begun."""
    db.session.rollback()
    draft.give_back()
    db.session.commit()


def tell(draft: Draft) -> Tell:
    """Progress is seen at once, so it is written beside the transaction of the import."""
    kind, draft_id, engine = type(draft), draft.id, db.engine

    def told(done: int) -> bool:
        mine = update(kind).where(kind.id == draft_id).values(done=done)
        with engine.begin() as connection:
            cancelled = connection.execute(mine.returning(kind.cancelled_at)).scalar()
        return cancelled is None

    return told
