"""The way of a visit as its technician tells it: there, away, done, or not to be done."""

from __future__ import annotations

from service.core.codes import read_code
from service.stations.models import Station
from service.tablets.fact import Fact, of_visit
from service.visits import checking_in, finishing, pausing, positions
from service.visits.finishing import Told
from service.visits.visit_states import AbortKind, Moment, VisitState


def travel(fact: Fact) -> str | None:
    visit = of_visit(fact)
    if visit.state is VisitState.TRAVELLING:
        return None
    checking_in.travel(visit, fact.person, fact.at)
    return None


def check_in(fact: Fact) -> str | None:
    """Told late, the window begins when somebody was there."""
    visit, scan = of_visit(fact), fact.body["scan"]
    checking_in.check_in(visit, fact.person, fact.at, fact.received_at, scan)
    _where(fact, Moment.CHECK_IN)
    if scan and not _is_here(visit.stations, scan):
        return f"What was scanned ({scan}) is no station of this visit."
    return None


def check_out(fact: Fact) -> str | None:
    checking_in.check_out(of_visit(fact), fact.person, fact.at, fact.received_at)
    _where(fact, Moment.CHECK_OUT)
    return None


def pause(fact: Fact) -> str | None:
    kind, words = fact.body["kind"], fact.body["why"] or ""
    pausing.pause(of_visit(fact), kind, words, fact.person, fact.at, fact.received_at)
    return None


def resume(fact: Fact) -> str | None:
    checking_in.check_in(of_visit(fact), fact.person, fact.at, fact.received_at)
    return None


def hand_over(fact: Fact) -> str | None:
    why = fact.body["why"] or "–"
    finishing.hand_over(of_visit(fact), why, fact.person, fact.at, fact.received_at)
    return None


def unable(fact: Fact) -> str | None:
    visit, body = of_visit(fact), fact.body
    kind, words = AbortKind(body["kind"]), body["words"] or body["kind"]
    if body["lines"] is None:
        finishing.abort(visit, kind, words, fact.person, fact.at, fact.received_at)
        return None
    mine = {line.id: line for line in visit.order_lines}
    known = [mine[key] for key in body["lines"] if key in mine]
    finishing.unable(visit, known, f"{kind.value}: {words}", fact.person, fact.received_at)
    return _unknown(body["lines"], set(mine))


def finish(fact: Fact) -> str | None:
    """Lines that the desk took off meanwhile are told, and the rest is done all the same."""
    visit = of_visit(fact)
    told = {
        one["line_id"]: Told(one["done"], one["why"], one["though_early"])
        for one in fact.body["lines"]
    }
    mine = {line.id for line in visit.order_lines}
    finishing.finish(visit, told, fact.person, fact.at, fact.received_at)
    return _unknown(list(told), mine)


def _where(fact: Fact, moment: Moment) -> None:
    told = fact.body["position"]
    positions.keep(of_visit(fact), moment, told, fact.person, fact.at, fact.received_at)


def _unknown(keys: list[int], mine: set[int]) -> str | None:
    left = [str(key) for key in keys if key not in mine]
    return f"Not on this visit: line {', '.join(left)}." if left else None


def _is_here(stations: list[Station], scan: str) -> bool:
    code = read_code(scan.rstrip("/").rpartition("/")[2])
    return any(one.code == code for one in stations)
