"""A visit that is over becomes a report: once, in the customer's language, by mail, as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_string, policy
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from service.checklists.models import ChecklistRun
from service.checklists.words import RunState, Verdict
from service.core import files, mail
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.history import History
from service.core.outbox import Mail
from service.core.settings import Setting
from service.people.models import Customer, Person
from service.people.tablets import Tablet
from service.plans.occurrences import Occurrence
from service.plans.words import OccurrenceState
from service.reports import service_facts, service_making, service_photos
from service.reports.service_making import ask_for_reports, make_waiting
from service.reports.service_printing import PrintingError, printed
from service.reports.service_reports import TRIES, ReplacedError, ReportRequest, ServiceReport
from service.stations.components import Component
from service.stations.models import Station
from service.stations.words import ComponentKind
from service.tablets.models import Operation
from service.tablets.words import OperationState, Settled
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import AbortKind
from tests.postbox import Postbox
from tests.reports import visited
from tests.reports.reading import words
from tests.reports.sample import photo, sha
from tests.reports.visited import ENDED, PHOTO, SIGNATURE
from tests.visits.conftest import Due, due, ordered, technician

__all__ = ["due", "technician"]

LATER = ENDED + timedelta(minutes=3)
KEPT = {sha(PHOTO): PHOTO, sha(SIGNATURE): SIGNATURE}


def photos(hashes: Iterable[str]) -> dict[str, bytes]:
    return {one: KEPT[one] for one in hashes if one in KEPT}


@pytest.fixture
def come(due: Due, technician: Person) -> ServiceVisit:
    date = due()
    date.station.serial_number = "SN-1001"
    return visited.whole(date, ordered(technician, date), technician)


def reports() -> list[ServiceReport]:
    db.session.expire_all()
    return list(db.session.scalars(select(ServiceReport).order_by(ServiceReport.id)))


def make(settings: Settings) -> list[ServiceReport]:
    """The clock comes by."""
    ask_for_reports(LATER)
    db.session.commit()
    make_waiting(settings, photos)
    return reports()


def one_made(settings: Settings) -> ServiceReport:
    [report] = make(settings)
    return report


def test_a_visit_that_is_over_becomes_one_report(come: ServiceVisit, settings: Settings) -> None:
    for _round in range(3):
        made = make(settings)

    assert [(one.number, one.revision, one.visit_id) for one in made] == [("R-00001", 1, come.id)]
    assert made[0].sha256 == sha256(made[0].pdf).hexdigest()
    assert made[0].station_ids == [come.stations[0].id]
    assert made[0].verdict == "remark"


def test_it_says_all_that_was_done(come: ServiceVisit, settings: Settings) -> None:
    read = words(one_made(settings).pdf)

    for said in (
        "Servicerapport",
        "R-00001 · revision 1",
        "▲ Utförd, med anmärkningar",
        "BRF Kajen",
        "Hamnen",
        "SN-1001",
        come.number,
        "● Utfört" if come.order_lines[0].is_done else "■ Inte utfört",
        "Skylten är blekt",
        "Byt skylten",
        "▲ Anmärkning",
        "● Godkänd",
        "Metrel MI 3155",
        "30 sep 2026",
        "Kontaktor 40 A",
        "K-100 → K-207",
        "2,5 m",
        "Starta om",
        "Verkan bevisad",
        "96,7 %",
        "Kim Kund",
        "Tove Tekniker",
        "version 1",
        "/v/",
    ):
        assert said in read, said


def test_no_heading_says_twice_what_it_is_about(come: ServiceVisit, settings: Settings) -> None:
    blocks = one_made(settings).facts["blocks"]
    headings = [one["text"] for one in blocks if one["kind"] == "heading"]

    assert "Jordfelsbrytare för uttag 1" in headings


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (OccurrenceState.DUE, "Nästa: 1\xa0mars\xa02026, "),
        (OccurrenceState.OVERDUE, "Försenat: "),
    ],
)
def test_what_comes_next_is_what_must_be_done_first(
    come: ServiceVisit, settings: Settings, state: OccurrenceState, said: str
) -> None:
    mine = select(Occurrence).where(Occurrence.station_id == come.stations[0].id)
    forward = db.session.scalars(mine.order_by(Occurrence.nominal_on.desc())).first()
    assert forward is not None
    day = date(2026, 3, 1)
    forward.state, forward.earliest_on, forward.latest_on = state, day, day
    db.session.commit()

    blocks = one_made(settings).facts["blocks"]
    [result] = [one for one in blocks if one["kind"] == "verdict"]

    assert result["lines"][0].startswith(said)


def test_the_corrected_answer_counts(come: ServiceVisit, settings: Settings) -> None:
    run = come.runs[0].run
    where = run.findings[0].item
    labels = {
        one["key"]: one["label"]["sv"]
        for part in run.version.document["sections"]
        for one in part["items"]
    }
    facts = one_made(settings).facts
    rows = [row for block in facts["blocks"] for row in block.get("rows", ())]

    [row] = [row for row in rows if row[0] == labels[where] and len(row) == 5]
    assert row[3:] == ["▲ Anmärkning", "Skylten är blekt (foto 1)"]


def test_it_is_written_in_the_customer_s_language(
    come: ServiceVisit,
    settings: Settings,
    technician: Person,
) -> None:
    come.site.customer.edit(technician, ENDED, language="en")
    db.session.commit()
    report = one_made(settings)
    read = words(report.pdf)

    assert report.language == "en"
    assert "Carried out, with remarks" in read
    assert "Page 1 of" in read
    assert "Servicerapport" not in read


def test_it_can_be_made_again_byte_by_byte(come: ServiceVisit, settings: Settings) -> None:
    report = one_made(settings)

    assert printed(report.facts, KEPT, report.made_at) == report.pdf
    assert report.fingerprint in words(report.pdf).replace(" ", "")


def test_nothing_about_it_can_be_changed(come: ServiceVisit, settings: Settings) -> None:
    one_made(settings)
    for deed in ("UPDATE service_report SET number = 'R-2'", "DELETE FROM service_report"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(deed))
        db.session.rollback()


def test_the_house_writes_its_own_name_on_it(
    come: ServiceVisit, settings: Settings, admin: Person
) -> None:
    Setting.change("company_name", "Elbolaget i Lund AB", admin, ENDED)
    Setting.change("company_facts", "Verkstadsgatan 1\n556000-0000", admin, ENDED)
    db.session.commit()
    read = words(one_made(settings).pdf)

    assert "Elbolaget i Lund AB" in read
    assert "556000-0000" in read


def test_it_waits_for_a_checklist_that_is_not_submitted(
    due: Due,
    technician: Person,
    settings: Settings,
) -> None:
    come = half_done(due, technician)
    visited.finish(come)
    db.session.commit()
    assert make(settings) == []

    visited.submit(come.runs[0].run, technician)
    db.session.commit()
    assert len(make(settings)) == 1


def half_done(due: Due, technician: Person) -> ServiceVisit:
    date = due()
    run = visited.run(date.station, visited.version())
    visited.answer(run, "vis.label|station", {"value": "ok"}, "ok")
    return visited.visit(ordered(technician, date), technician, [run])


def test_what_ended_early_says_what_was_not_done_and_why(
    due: Due,
    technician: Person,
    settings: Settings,
) -> None:
    visited.abort(half_done(due, technician), AbortKind.NO_ACCESS, "Porten var låst")
    db.session.commit()
    report = one_made(settings)
    read = words(report.pdf)

    assert report.verdict == "undone"
    assert "▲ Kunde inte utföras" in read
    assert "ingen tillgång: Porten var låst" in read
    assert "Den skickades inte in" in read
    assert "◌ Ej besvarad" in read
    assert "■ Inte utfört" in read


def test_a_signature_that_was_refused_is_told(come: ServiceVisit, settings: Settings) -> None:
    come.signatures[0].png, come.signatures[0].refused = None, "Ingen på plats"
    db.session.commit()
    read = words(one_made(settings).pdf)

    assert "Underskrift nekad" in read
    assert "Ingen på plats" in read


def test_an_instrument_whose_calibration_has_run_out_is_marked(
    due: Due,
    technician: Person,
    settings: Settings,
) -> None:
    date = due()
    run = visited.run(date.station, visited.version())
    visited.go_through(run, visited.instrument(ENDED.date() - timedelta(days=1)))
    visited.submit(run, technician)
    visited.finish(visited.visit(ordered(technician, date), technician, [run]))
    db.session.commit()

    assert "■ 1 mars 2026, har gått ut" in words(one_made(settings).pdf).replace("\xa0", " ")


def test_a_run_is_told_by_the_one_that_corrects_it(
    come: ServiceVisit,
    settings: Settings,
    technician: Person,
) -> None:
    first = come.runs[0].run
    second = visited.run(first.station, first.version, amends=first, amends_why="Fel uttag")
    visited.go_through(second)
    visited.submit(second, technician)
    db.session.commit()
    report = one_made(settings)

    assert report.verdict == "ok"
    assert "Fel uttag" in words(report.pdf)


def test_it_is_mailed_once_with_its_file(
    come: ServiceVisit,
    settings: Settings,
    technician: Person,
    free_port: int,
) -> None:
    come.site.customer.edit(technician, ENDED, report_email="drift@kajen.example")
    db.session.commit()
    report = one_made(settings)
    make(settings)
    box = Postbox()
    server = box.open(free_port)
    try:
        away = replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port}")
        assert [mail.send_waiting(away) for _round in range(2)] == [1, 0]
    finally:
        server.stop()

    [received] = box.texts
    message = message_from_string(received, policy=policy.default)
    [attached] = list(message.iter_attachments())
    assert message["To"] == "drift@kajen.example"
    assert message["Subject"] == "Servicerapport R-00001: Hamnen"
    assert attached.get_filename() == "R-00001-1.pdf"
    assert sha256(attached.get_content()).hexdigest() == report.sha256
    assert report.mailed_to == "drift@kajen.example"
    db.session.expire_all()
    assert [one.content for one in db.session.scalars(select(Mail)).one().attachments] == [None]


def test_without_an_address_nobody_is_mailed(come: ServiceVisit, settings: Settings) -> None:
    report = one_made(settings)

    assert report.mailed_to is None
    assert db.session.scalars(select(Mail)).all() == []


def test_a_report_too_large_for_a_mail_is_told_by_its_address(
    come: ServiceVisit,
    settings: Settings,
    technician: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_making, "MOST_ATTACHED", 1000)
    come.site.customer.edit(technician, ENDED, email="info@kajen.example")
    db.session.commit()
    one_made(settings)
    sent = db.session.scalars(select(Mail)).one()

    assert sent.attachments == []
    assert "{web}/portal/reports" in sent.body


def test_a_correction_is_a_new_revision_that_names_the_old_one(
    come: ServiceVisit, settings: Settings, operator: Person
) -> None:
    first = one_made(settings)
    before = bytes(first.pdf)
    ReportRequest.to_correct(first, "Fel serienummer", operator, now())
    db.session.commit()
    old, new = make(settings)

    assert (new.number, new.revision, new.replaces_id) == (old.number, 2, old.id)
    assert (old.is_newest, new.is_newest) == (False, True)
    assert "ersätter revision 1" in words(new.pdf)
    assert "Fel serienummer" in words(new.pdf)
    assert old.pdf == before
    deeds = db.session.scalars(History.of(old)).all()
    assert [(one.verb, one.why) for one in deeds] == [
        ("correct", "Fel serienummer"),
        ("create", None),
    ]


def test_what_is_replaced_is_not_replaced_twice(
    come: ServiceVisit, settings: Settings, operator: Person
) -> None:
    first = one_made(settings)
    ReportRequest.to_correct(first, "Fel serienummer", operator, now())
    db.session.commit()
    with pytest.raises(ReplacedError):
        ReportRequest.to_correct(first, "En gång till", operator, now())

    make(settings)
    with pytest.raises(ReplacedError):
        ReportRequest.to_correct(reports()[0], "En gång till", operator, now())


def failing(*_facts: object) -> bytes:
    raise PrintingError("it was not printed within 60 s")


def test_one_that_fails_is_tried_again_and_then_given_up(
    come: ServiceVisit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_making, "printed", failing)
    ask_for_reports(LATER)
    db.session.commit()
    for _try in range(TRIES):
        make_waiting(settings, photos)
        db.session.expire_all()
        request = db.session.scalars(select(ReportRequest)).one()
        assert request.error == "PrintingError: it was not printed within 60 s"
        assert request.due_at > now()
        request.due_at = now()
        db.session.commit()

    assert request.given_up_at is not None
    assert reports() == []


def test_one_that_fails_holds_up_no_other(
    come: ServiceVisit,
    settings: Settings,
    due: Due,
    technician: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    date = due("Hamnen 2")
    other = visited.visit(ordered(technician, date), technician, [])
    visited.finish(other)
    db.session.commit()
    real = service_facts.content

    def content(visit: ServiceVisit, *facts: object) -> object:
        if visit.id == come.id:
            raise RuntimeError("broken")
        return real(visit, *facts)  # type: ignore[arg-type]

    monkeypatch.setattr(service_making, "content", content)

    assert [one.visit_id for one in make(settings)] == [other.id]


def test_a_crash_gives_the_request_back(come: ServiceVisit, settings: Settings) -> None:
    ask_for_reports(LATER)
    db.session.commit()
    taken = ReportRequest.take_next(now())
    assert taken
    db.session.commit()
    assert make(settings) == []

    taken.taken_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert len(make(settings)) == 1


HOSTILE = '<img src="/etc/passwd"/> <b>hi \x07\u202e {0} %s ' + "W" * 5000


def test_hostile_text_in_every_field_makes_a_report_all_the_same(
    come: ServiceVisit, settings: Settings, admin: Person
) -> None:
    spoil(come, admin)
    report = one_made(settings)
    read = words(report.pdf)

    assert '<img src="/etc/passwd"/>' in read
    assert "root:" not in read
    assert len(report.pdf) < 2_000_000


def spoil(come: ServiceVisit, admin: Person) -> None:
    site: Customer | object = come.site
    station: Station = come.stations[0]
    for row, names in (
        (site, ("name", "address", "postal_code", "city")),
        (come.site.customer, ("name", "organisation_number", "phone", "email")),
        (station, ("name", "serial_number")),
        (station.model, ("maker", "name")),
        (come.parts[0], ("text", "serial_old", "serial_new")),
        (come.materials[0], ("text", "unit")),
        (come.signatures[0], ("name", "role")),
        (come.technician, ("name",)),
    ):
        for name in names:
            setattr(row, name, HOSTILE)
    for finding in come.runs[0].run.findings:
        finding.recommendation = HOSTILE
    for name in ("company_name", "company_facts"):
        Setting.change(name, HOSTILE, admin, ENDED)
    db.session.commit()


def test_photos_that_are_not_there_yet_leave_a_word(come: ServiceVisit, settings: Settings) -> None:
    ask_for_reports(LATER)
    db.session.commit()
    make_waiting(settings, lambda _hashes: {})

    assert "Fotot finns inte, eller kan inte visas." in words(reports()[0].pdf)


def test_a_run_in_which_nothing_was_answered_is_not_told(
    come: ServiceVisit, settings: Settings
) -> None:
    other = visited.run(come.stations[0], come.runs[0].run.version)
    come.runs.append(type(come.runs[0])(run=other))
    db.session.commit()
    assert other.state is RunState.OPEN

    headings = [
        block["text"] for block in one_made(settings).facts["blocks"] if block["kind"] == "heading"
    ]
    assert sum("Checklista för" in one for one in headings) == 1


def test_what_is_dangerous_stands_first(come: ServiceVisit, settings: Settings) -> None:
    run: ChecklistRun = come.runs[0].run
    visited.find(run, "vis.encl|station", Verdict.FAIL, "Kapslingen är öppen", safety=True)
    db.session.commit()
    facts = one_made(settings).facts
    [table] = [one for one in facts["blocks"] if "Fynd" in str(one.get("heads"))]

    assert table["rows"][0][1:3] == ["Kapslingen är öppen", "■ Underkänd\nfara"]


def test_two_clocks_ask_once(app: Flask, come: ServiceVisit) -> None:
    assert isinstance(come, ServiceVisit)
    for _clock in range(2):
        ask_for_reports(LATER)
        db.session.commit()

    assert len(db.session.scalars(select(ReportRequest)).all()) == 1


def test_the_date_of_the_plan_says_why_it_was_due(come: ServiceVisit, settings: Settings) -> None:
    date: Occurrence | None = come.order_lines[0].occurrence
    assert date

    assert "räknat från" in words(one_made(settings).pdf)


def sent_photo(come: ServiceVisit, content: bytes, **facts: Any) -> Operation:
    """A photo of the visit itself, as a tablet sent it."""
    files.keep(sha(content), content, "image/jpeg", None, ENDED)
    tablet = Tablet(
        name="Platta",
        person=come.technician,
        hash="x",
        enrolled_at=ENDED,
        last_contact_at=ENDED,
        expires_at=ENDED + timedelta(days=30),
    )
    usual = {"took_effect": True, "state": OperationState.APPLIED}
    sent = Operation(
        uuid=uuid4(),
        tablet=tablet,
        person=come.technician,
        visit_id=come.id,
        seq=1,
        kind="photo",
        at=ENDED,
        zone="Europe/Stockholm",
        received_at=ENDED,
        body={"station_id": None, "sha": sha(content), "caption": "Grinden"},
        blobs=[sha(content)],
        raw="{}",
        fingerprint="x",
        **(usual | facts),
    )
    db.session.add(sent)
    db.session.flush()
    return sent


@pytest.mark.parametrize(("said", "is_shown"), [(None, False), ("dismiss", False), ("apply", True)])
def test_a_photo_of_a_revoked_tablet_is_shown_once_a_dispatcher_says_that_it_counts(
    app: Flask, come: ServiceVisit, settings: Settings, said: str | None, is_shown: bool
) -> None:
    waits = {"took_effect": False, "state": OperationState.REVIEW, "review": "It was revoked."}
    sent = sent_photo(come, photo(7, (400, 300)), **waits)
    if said and come.technician:
        sent.settle(Settled(said), come.technician, ENDED, "Looked at")

    assert ("Grinden" in words(one_made(settings).pdf)) is is_shown


def test_photos_of_the_visit_itself_are_shown_as_they_are_kept(
    app: Flask, come: ServiceVisit, settings: Settings
) -> None:
    sent_photo(come, photo(7, (400, 300)))
    ask_for_reports(LATER)
    db.session.commit()
    make_waiting(settings, service_photos.photos)
    [report] = reports()

    assert "2. Grinden" in words(report.pdf)
    # Of the two photos and the signature, this one alone is kept here.
    assert words(report.pdf).count("Fotot finns inte, eller kan inte visas.") == 1
    assert report.photos == 2


def test_an_rcd_of_its_own_is_named_by_its_plate(
    due: Due, technician: Person, settings: Settings
) -> None:
    date = due()
    facts: dict[str, Any] = {
        "maker": "Doepke",
        "type": "DFS 4 B",
        "serial": "D-77",
        "rating": "40 A, 30 mA",
    }
    device = Component.install(date.station, ComponentKind.RCD, technician, ENDED, **facts)
    db.session.flush()
    run = visited.run(date.station, visited.version())
    run.places = ["visit", "station", f"rcd:c{device.id}"]
    visited.go_through(run)
    visited.submit(run, technician)
    visited.finish(visited.visit(ordered(technician, date), technician, [run]))
    db.session.commit()

    assert "Doepke DFS 4 B 40 A, 30 mA D-77" in words(one_made(settings).pdf)
