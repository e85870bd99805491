"""A safety item failed on site: at once, whatever else waits."""

from __future__ import annotations

from service.tablets.fact import Fact, NotAppliedError, run_of
from service.tablets.visiting import visit_of_run
from service.visits import stopping


def stop(fact: Fact) -> str | None:
    """Of whichever visit its checklist is: danger asks for no rota."""
    run, body = run_of(fact), fact.body
    visit = visit_of_run(run.id) or fact.visit
    if visit is None:
        raise NotAppliedError("The checklist is no visit's.")
    words = body["why"] or ""
    what = (run, body["item"], body["place"], words)
    row = stopping.stop(visit, *what, fact.person, fact.at, fact.received_at)
    if row.remote_action_id is None and row.action is None:
        return "Nobody asked the station to go out of service."
    return None
