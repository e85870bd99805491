"""A run: begun, answered, submitted, and corrected by another one."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from service.checklists import amending, runs
from service.checklists.models import Answer, ChecklistRun, Finding
from service.checklists.words import RunState, Verdict
from service.core.db import db
from service.core.history import History
from service.people.models import Person, Role
from service.people.skills import PersonSkill, Skill
from service.stations.models import Station
from tests.checklists.conftest import answer, complete, later
from tests.checklists.test_instruments import instrument
from tests.conftest import NOON


def count(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def submit(run: ChecklistRun, by: Person | None = None, **how: Any) -> list[Finding]:
    found = runs.submit(run, by, later(60), **how)
    db.session.commit()
    return found


def test_a_run_keeps_what_was_known_when_it_began(run: ChecklistRun, station: Station) -> None:
    station.edit("test", NOON, firmware_version="2")
    assert run.version.template.key == "ac"
    assert run.facts["work"] == ["rcd_test"]
    assert run.places == ["station", "evse:1", "evse:2", "rcd:1", "rcd:2"]
    assert [one.verb for one in db.session.scalars(History.of(run))] == ["begin"]


def test_a_run_stays_on_its_version(run: ChecklistRun) -> None:
    before = run.version
    after = before.new_version("test", NOON)
    after.publish("test", NOON)
    db.session.commit()

    assert run.version is before
    complete(run)
    assert submit(run) == []


def test_an_answer_is_kept_with_its_verdict(run: ChecklistRun, technician: Person) -> None:
    given = {"value": "28,4", "number": 28.4, "note": "Ny", "photos": ["ab"], "confirmed": True}

    kept = answer(run, "rcd.t1x|rcd:1", given, by=technician)

    assert (kept.verdict, kept.number, kept.value) == (Verdict.OK, 28.4, "28,4")
    assert (kept.note, kept.photos, kept.confirmed, kept.over) == ("Ny", ["ab"], True, False)
    assert (kept.at, kept.received_at) == (later(1), later(2))
    assert (kept.person, kept.station_id) == (technician, run.station_id)


def test_what_did_not_trip_is_a_value_and_a_fail(run: ChecklistRun) -> None:
    kept = answer(run, "rcd.t1x|rcd:1", {"value": None, "over": True})

    assert (kept.over, kept.number, kept.verdict) == (True, None, Verdict.FAIL)
    assert runs.evaluated(run)["stops"] == ["rcd.t1x|rcd:1"]


def test_the_same_operation_again_is_the_same_answer(run: ChecklistRun) -> None:
    op = uuid4()

    first = answer(run, "vis.encl|station", "ok", op=op)
    again = answer(run, "vis.encl|station", "fail", op=op)

    assert again is first
    assert again.verdict is Verdict.OK
    assert count(Answer) == 1


def test_the_newest_counts_and_all_are_kept(run: ChecklistRun) -> None:
    answer(run, "rcd.t1x|rcd:1", {"over": True}, minutes=5)
    answer(run, "rcd.t1x|rcd:1", 25, minutes=9)
    # It was given before both, and comes last.
    answer(run, "rcd.t1x|rcd:1", 400, minutes=2)

    assert runs.current_answers(run)["rcd.t1x|rcd:1"].number == 25
    assert runs.evaluated(run)["stops"] == []
    assert count(Answer) == 3


def test_of_two_at_once_the_later_row_counts(run: ChecklistRun) -> None:
    for value in ("fail", "ok"):
        answer(run, "vis.encl|station", value, minutes=5)

    assert runs.current_answers(run)["vis.encl|station"].verdict is Verdict.OK


def test_an_empty_answer_takes_back(run: ChecklistRun) -> None:
    answer(run, "vis.encl|station", "fail")
    taken_back = answer(run, "vis.encl|station", {"value": None}, minutes=2)

    assert taken_back.verdict is None
    assert "vis.encl|station" in runs.evaluated(run)["missing"]
    assert runs.evaluated(run)["stops"] == []


def test_each_place_has_its_own_answer(run: ChecklistRun) -> None:
    answer(run, "rcd.t1x|rcd:1", 25)
    answer(run, "rcd.t1x|rcd:2", 500)

    assert runs.evaluated(run)["stops"] == ["rcd.t1x|rcd:2"]


@pytest.mark.parametrize(
    "where",
    [
        "moon|station",
        "rcd.t1x|station",
        "rcd.t1x|rcd:x",
        "rcd.t1x|rcd:",
        "rcd.t1x|rcd:c",
        "el.rpe|evse:c1",
        "rcd.t1x|rcd:99999999999999999999",
        "",
    ],
)
def test_what_is_not_asked_is_not_answered(run: ChecklistRun, where: str) -> None:
    with pytest.raises(runs.UnknownItemError):
        answer(run, where, "ok")


def test_an_rcd_that_was_just_put_in_gets_its_place(run: ChecklistRun) -> None:
    answer(run, "rcd.t1x|rcd:c7", 25)

    assert run.places[-1] == "rcd:c7"
    assert any(one["place"] == "rcd:c7" for one in runs.evaluated(run)["items"])


HOSTILE: list[Any] = [
    None,
    [],
    {"a": {"b": ["\0"]}},
    "x" * 5000,
    "\0<script>alert(1)</script>",
    "\ud800",
    1e308,
    float("nan"),
    float("inf"),
    True,
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("key", ["vis.encl|station", "rcd.t1x|rcd:1", "rcd.place|evse:1"])
def test_no_value_is_refused(run: ChecklistRun, key: str, value: Any) -> None:
    given = {"value": value, "number": value, "note": value, "photos": [value, "ab"]}

    kept = answer(run, key, {**given, "instrument_id": value})

    assert db.session.scalar(select(Answer.id)) == kept.id
    assert runs.evaluated(run)["items"]


def test_the_instrument_stands_with_the_answer(run: ChecklistRun) -> None:
    tester = instrument()

    known = answer(run, "rcd.t1x|rcd:1", {"number": 25, "instrument_id": tester.id})
    stranger = answer(run, "rcd.t1x|rcd:1", {"number": 25, "instrument_id": 9999})

    assert known.instrument is tester
    assert stranger.instrument_id is None


def test_a_complete_run_is_submitted(run: ChecklistRun, technician: Person) -> None:
    complete(run)

    assert submit(run, technician) == []

    assert (run.state, run.submitted_at, run.person) == (
        RunState.SUBMITTED,
        later(60),
        technician,
    )
    assert [one.verb for one in db.session.scalars(History.of(run))] == ["submit", "begin"]


def test_an_incomplete_run_says_what_is_missing(run: ChecklistRun) -> None:
    with pytest.raises(runs.IncompleteError) as refused:
        submit(run)

    assert "prep.lockout|station" in refused.value.missing
    assert run.is_open


def test_a_run_with_a_stop_ends_as_unsafe_alone(run: ChecklistRun) -> None:
    complete(run)
    note = {"note": "Sliten", "photos": ["ab"]}
    answer(run, "rcd.t1x|rcd:1", {"over": True, **note}, minutes=5)

    with pytest.raises(runs.IncompleteError) as refused:
        submit(run)
    assert refused.value.stops == ["rcd.t1x|rcd:1"]

    (found,) = submit(run, unable=True)
    assert run.state is RunState.SUBMITTED
    assert (found.item, found.place, found.verdict) == ("rcd.t1x", "rcd:1", Verdict.FAIL)
    assert found.safety
    assert found.text == "Utlösningstid 1×IΔn: Löste inte ut (> 300 ms). Sliten"


def test_every_remark_and_fail_is_a_finding(run: ChecklistRun) -> None:
    complete(run)
    photos = {"photos": ["ab"], "note": "Spricka"}
    answer(run, "vis.mount|station", {"value": "remark", **photos}, minutes=5)
    answer(run, "rcd.type|evse:2", {"value": "ac", **photos}, minutes=5)
    answer(run, "rcd.t1x|rcd:1", 260, minutes=5)

    found = {(one.item, one.place): one for one in submit(run)}

    assert set(found) == {("vis.mount", "station"), ("rcd.type", "evse:2")}
    assert found["vis.mount", "station"].verdict is Verdict.REMARK
    assert not found["vis.mount", "station"].safety
    assert found["rcd.type", "evse:2"].text == "Jordfelsbrytare: typ: Typ AC. Spricka"


def test_submitting_again_finds_nothing_new(run: ChecklistRun) -> None:
    complete(run)
    answer(run, "vis.mount|station", {"value": "remark", "photos": ["ab"]}, minutes=5)
    first = submit(run)

    assert submit(run) == first
    assert count(Finding) == 1


def test_what_was_answered_before_and_comes_after_counts(run: ChecklistRun) -> None:
    complete(run)
    submit(run)

    answer(run, "vis.mount|station", {"value": "fail", "note": "Lutar"}, minutes=30)

    assert [one.item for one in run.findings] == ["vis.mount"]


def test_a_new_place_that_comes_late_changes_nothing_and_is_kept(run: ChecklistRun) -> None:
    complete(run)
    submit(run)

    kept = answer(run, "rcd.t1x|rcd:c7", {"over": True}, minutes=30)

    assert kept.verdict is Verdict.FAIL
    assert "rcd:c7" not in run.places
    assert run.findings == []


def test_what_is_answered_after_belongs_to_a_correction(run: ChecklistRun) -> None:
    complete(run)
    submit(run)

    with pytest.raises(runs.SubmittedError):
        answer(run, "vis.mount|station", "ok", minutes=61)


def certified(until: str) -> Person:
    named = {"name_sv": "Elektriker", "name_en": "Electrician"}
    skill = Skill.create("test", NOON, code="electrician", is_authorisation=True, **named)
    ove = Person(name="Ove", email="ove@x.se", role=Role.TECHNICIAN, created_at=NOON)
    db.session.add(ove)
    PersonSkill.give(ove, skill, "test", NOON, date.fromisoformat(until))
    db.session.commit()
    return ove


def test_an_answer_without_its_authorisation_is_kept_and_not_enough(
    run: ChecklistRun, technician: Person
) -> None:
    complete(run)
    kept = answer(run, "rcd.t1x|rcd:1", 31, minutes=20, by=technician)

    assert (kept.number, kept.authorised) == (31, False)
    with pytest.raises(runs.IncompleteError, match=r"rcd\.t1x\|rcd:1"):
        submit(run)


def test_a_colleague_answers_and_who_hands_in_needs_none(
    run: ChecklistRun, technician: Person
) -> None:
    complete(run)
    answer(run, "rcd.t1x|rcd:1", 31, minutes=20, by=technician)
    kept = answer(run, "rcd.t1x|rcd:1", 31, minutes=30, by=certified("2099-01-01"))

    assert kept.authorised is True
    assert runs.submit(run, technician, later(60)) == []


def test_a_certificate_counts_on_the_day_of_the_answer(run: ChecklistRun) -> None:
    ove = certified(f"{NOON:%Y-%m-%d}")

    assert answer(run, "rcd.t1x|rcd:1", 31, by=ove).authorised is True
    assert answer(run, "rcd.t1x|rcd:2", 31, minutes=24 * 60, by=ove).authorised is False
    assert answer(run, "vis.mount|station", "ok", by=ove).authorised is None


def test_a_correction_keeps_who_was_authorised(run: ChecklistRun, technician: Person) -> None:
    complete(run)
    answer(run, "rcd.t1x|rcd:1", 31, minutes=20, by=certified("2099-01-01"))
    submit(run)
    new = amending.amend(run, "Fel stapel", technician, later(90))

    assert runs.current_answers(new)["rcd.t1x|rcd:1"].authorised is True


def test_a_correction_is_a_run_that_names_the_old_one(
    run: ChecklistRun, technician: Person
) -> None:
    complete(run)
    submit(run)

    new = amending.amend(run, "Fel stapel", technician, later(90))
    answer(new, "rcd.t1x|rcd:1", 31, minutes=95)
    runs.submit(new, technician, later(99))
    db.session.commit()

    assert (new.amends, new.amends_why) == (run, "Fel stapel")
    assert (new.facts, new.version) == (run.facts, run.version)
    assert runs.current_answers(run)["rcd.t1x|rcd:1"].number == 28.4
    assert runs.current_answers(new)["rcd.t1x|rcd:1"].number == 31
    assert runs.current_answers(new)["rcd.t5x|rcd:1"].number == 12
    assert next(one.verb for one in db.session.scalars(History.of(run))) == "amend"


def test_a_correction_s_finding_leads_to_no_second_ticket(run: ChecklistRun) -> None:
    complete(run)
    answer(run, "vis.mount|station", {"value": "remark", "photos": ["ab"]}, minutes=5)
    (found,) = submit(run)
    found.lead_to("test", later(61), ticket=7)
    db.session.commit()

    new = amending.amend(run, "Fel stapel", "test", later(90))
    (again,) = runs.submit(new, None, later(99))

    assert again.ticket_id == 7


def test_what_a_correction_finds_no_more_waits_for_nobody(run: ChecklistRun) -> None:
    complete(run)
    answer(run, "vis.mount|station", {"value": "remark", "photos": ["ab"]}, minutes=5)
    (found,) = submit(run)
    assert db.session.scalars(Finding.open_at([run.station_id])).all() == [found]

    new = amending.amend(run, "Fel stapel", "test", later(90))
    answer(new, "vis.mount|station", "ok", minutes=95)
    runs.submit(new, None, later(99))

    assert db.session.scalars(Finding.open_at([run.station_id])).all() == []


def test_an_open_run_is_not_corrected(run: ChecklistRun) -> None:
    with pytest.raises(amending.NotSubmittedError):
        amending.amend(run, "Fel", "test", later(90))


def test_a_run_is_corrected_once(run: ChecklistRun) -> None:
    complete(run)
    submit(run)
    amending.amend(run, "Fel", "test", later(90))

    with pytest.raises(amending.AmendedError):
        amending.amend(run, "Fel", "test", later(91))


def test_a_submitted_run_is_looked_through_once(run: ChecklistRun, technician: Person) -> None:
    run.review(technician, later(5))
    assert run.is_open
    complete(run)
    submit(run)

    run.review(technician, later(70), "good")
    db.session.commit()

    assert (run.state, run.reviewed_at) == (RunState.REVIEWED, later(70))


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{}'",
        "places = '[]'",
        "submitted_at = now()",
        "state = 'open', submitted_at = NULL",
        "person_id = NULL",
    ],
)
def test_the_database_keeps_a_submitted_run_even_from_its_owner(
    run: ChecklistRun, technician: Person, owner: Engine, change: str
) -> None:
    complete(run)
    submit(run, technician)

    with (
        owner.begin() as connection,
        pytest.raises(IntegrityError, match="a submitted run never changes"),
    ):
        connection.execute(text(f"UPDATE checklist_run SET {change}"))  # noqa: S608


def test_a_finding_is_open_until_somebody_takes_care(run: ChecklistRun) -> None:
    complete(run)
    answer(run, "vis.mount|station", {"value": "remark", "photos": ["ab"]}, minutes=5)
    (found,) = submit(run)
    open_ones = Finding.open_at([run.station_id])

    assert db.session.scalars(open_ones).all() == [found]
    found.lead_to("test", later(61), line=3)
    db.session.commit()
    assert db.session.scalars(open_ones).all() == []
