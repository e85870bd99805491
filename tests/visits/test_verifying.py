"""After a check-out each outlet is seen Available, or the dispatcher hears what it says instead."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from service.core.db import db
from service.monitoring.link_models import Contact
from service.people.models import Person
from service.stations.models import Station
from service.visits import checking_in, finishing, jobs, verifying, visit_labels, visiting
from service.visits.service_visits import ServiceVisit, WrongVisitStateError
from service.visits.visit_states import VisitState
from tests.saying import say, status
from tests.visits.conftest import AT, asked, history, in_words

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEFT = AT + HOUR


@pytest.fixture
def at_work(visit: ServiceVisit) -> Station:
    (station,) = visit.stations
    return station


@pytest.fixture
def left(visit: ServiceVisit, technician: Person, at_work: Station) -> ServiceVisit:
    """Both outlets said Available before the check-out, which proves nothing."""
    say(status(at_work, AT), status(at_work, AT, connector=2))
    checking_in.check_in(visit, technician, AT, AT)
    checking_in.check_out(visit, technician, LEFT, LEFT)
    db.session.commit()
    return visit


def tick(at: datetime) -> None:
    # The clock has a session of its own.
    db.session.expire_all()
    jobs.verify_check_outs(at)
    db.session.commit()
    db.session.expire_all()


def seen(visit: ServiceVisit) -> list[tuple[int, datetime | None, str | None]]:
    return [(one.connector.number, one.seen_at, one.instead) for one in verifying.newest(visit)]


def test_what_was_available_before_proves_nothing(left: ServiceVisit) -> None:
    tick(LEFT + MINUTE)

    assert seen(left) == [(1, None, None), (2, None, None)]


def test_an_outlet_that_says_it_again_is_seen_by_its_arrival(
    left: ServiceVisit, at_work: Station
) -> None:
    say(status(at_work, LEFT + MINUTE), status(at_work, LEFT + 2 * MINUTE, connector=2))
    tick(LEFT + 10 * MINUTE)

    assert seen(left) == [(1, LEFT + MINUTE, None), (2, LEFT + 2 * MINUTE, None)]
    assert asked(left) == []
    assert "seen_available" in history(left)


def test_an_outlet_that_a_car_took_meanwhile_was_seen_available(
    left: ServiceVisit, at_work: Station
) -> None:
    say(status(at_work, LEFT + MINUTE, "Unavailable"))
    say(status(at_work, LEFT + 2 * MINUTE))
    say(status(at_work, LEFT + 3 * MINUTE, "Charging"))
    tick(LEFT + 10 * MINUTE)

    assert seen(left)[0] == (1, LEFT + 2 * MINUTE, None)


def test_what_is_not_seen_in_time_is_told_with_what_was_seen_instead(
    left: ServiceVisit, at_work: Station
) -> None:
    say(status(at_work, LEFT + MINUTE, "Faulted", "GroundFailure"))
    tick(LEFT + verifying.WITHIN - MINUTE)
    assert asked(left) == []

    tick(LEFT + verifying.WITHIN)
    tick(LEFT + verifying.WITHIN + MINUTE)

    assert asked(left) == [verifying.NOT_AVAILABLE]
    words = left.open_reviews[0].facts["words"]
    assert words == "Hamnen 1 · 1: Faulted; Hamnen 1 · 2: no word since, Available"
    assert visit_labels.of_question(left.open_reviews[0]).startswith("Hamnen 1, outlet 1: not")
    assert [one.missed_at for one in verifying.missed(left)] == [LEFT + verifying.WITHIN] * 2
    assert history(left)[-2:] == ["not_seen_available", "ask_dispatcher"]


def test_the_history_says_in_the_readers_language_what_an_outlet_said_instead(
    left: ServiceVisit, at_work: Station, as_admin: FlaskClient
) -> None:
    say(status(at_work, LEFT + MINUTE, "Faulted", "GroundFailure"))
    tick(LEFT + verifying.WITHIN)
    address = f"/visits/{left.id}/history"

    swedish = as_admin.get(address, headers={"Accept-Language": "sv"}).text
    assert "Hamnen 1, uttag 2: inget hört sedan utcheckningen" in swedish
    assert "no word since" not in swedish
    english = as_admin.get(address, headers={"Accept-Language": "en"}).text
    assert "Hamnen 1, outlet 2: no word since the check-out" in english


def test_a_station_that_is_away_is_offline_instead(left: ServiceVisit, at_work: Station) -> None:
    db.session.merge(Contact(station_id=at_work.id, is_offline=True))
    db.session.commit()
    tick(LEFT + verifying.WITHIN)

    assert [one.instead for one in verifying.missed(left)] == ["Offline", "Offline"]


def test_what_comes_too_late_is_kept_beside_that_it_was_late(
    left: ServiceVisit, at_work: Station
) -> None:
    tick(LEFT + verifying.WITHIN)
    say(status(at_work, LEFT + HOUR))
    tick(LEFT + HOUR + MINUTE)

    first, second = verifying.newest(left)
    assert (first.seen_at, first.missed_at) == (LEFT + HOUR, LEFT + verifying.WITHIN)
    assert verifying.missed(left) == [second]
    assert asked(left) == [verifying.NOT_AVAILABLE]


def test_a_check_out_that_arrives_late_verifies_from_its_arrival(
    visit: ServiceVisit, technician: Person, at_work: Station
) -> None:
    arrived = AT + 5 * HOUR
    checking_in.check_in(visit, technician, AT, arrived)
    checking_in.check_out(visit, technician, LEFT, arrived)
    db.session.commit()
    say(status(at_work, arrived - HOUR))
    tick(arrived + MINUTE)
    assert seen(visit)[0] == (1, None, None)

    say(status(at_work, arrived + 2 * MINUTE))
    tick(arrived + 3 * MINUTE)
    assert seen(visit)[0] == (1, arrived + 2 * MINUTE, None)


def test_who_comes_back_is_verified_anew(
    left: ServiceVisit, at_work: Station, technician: Person
) -> None:
    say(status(at_work, LEFT + MINUTE))
    tick(LEFT + 2 * MINUTE)
    checking_in.check_in(left, technician, LEFT + 3 * MINUTE, LEFT + 3 * MINUTE)
    tick(LEFT + HOUR)
    assert (verifying.newest(left), asked(left)) == ([], [])

    checking_in.check_out(left, technician, LEFT + HOUR, LEFT + HOUR)
    tick(LEFT + HOUR + MINUTE)
    assert seen(left) == [(1, None, None), (2, None, None)]


def test_a_clock_that_stood_still_leaves_nothing_waiting(left: ServiceVisit) -> None:
    tick(LEFT + 100 * HOUR)

    assert asked(left) == [verifying.NOT_AVAILABLE]


def test_who_has_left_and_not_finished_is_not_on_site(
    left: ServiceVisit, technician: Person
) -> None:
    assert left.state is VisitState.CHECKED_OUT
    assert history(left)[-1] == "visit_checked_out"

    finishing.finish(left, {}, technician, LEFT, LEFT + HOUR)
    assert (left.state, left.checked_out_at) == (VisitState.FINISHED, LEFT)


def test_who_has_left_cannot_pause(left: ServiceVisit, technician: Person) -> None:
    with pytest.raises(WrongVisitStateError):
        left.go(VisitState.PAUSED, technician, LEFT)


def test_work_that_is_added_after_the_check_out_silences_nothing(
    left: ServiceVisit, dispatcher: Person, at_work: Station
) -> None:
    lines = in_words(left.order_lines[0].order, at_work, "Look again")
    visiting.add(left, lines, dispatcher, LEFT + MINUTE)

    assert [one.window.until for one in left.windows] == [LEFT]
