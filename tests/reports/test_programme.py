"""The control programme: every station, every date, and nothing hidden."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import insert, select

from service.core.clock import now
from service.core.db import db
from service.core.history import record
from service.core.settings import DEFAULTS, Setting
from service.people.models import Customer, Person, Role
from service.people.tokens import create_token
from service.plans import deeds
from service.plans.assignments import assign, tighten
from service.plans.occurrences import Occurrence
from service.plans.words import OccurrenceState
from service.reports import paper, programme_words
from service.reports.programme import Period, programme
from service.reports.programme_pdf import written
from service.stations.models import Site, Station, StationModel
from tests.conftest import NOON, person, signed_in
from tests.plans.conftest import MakePlan, MakeStation, day, noon, occurrence, tick
from tests.reports.conftest import TODAY
from tests.reports.reading import pages, words

# Markup, templates, formats, a reversal of direction, letters of other alphabets, and no blank.
ODD = "<b>&amp;</b> ]]> \u202e{{7*7}} %s %(x)s 漢字 العربية \U0001f600 " + "W" * 118
TWO_YEARS = Period(day("2025-01-01"), day("2026-12-31"))


def read(customer: Customer, language: str = "sv", period: Period = TWO_YEARS) -> str:
    return words(written(programme(customer, period, TODAY), language))


def swedish(on: date) -> str:
    with force_locale("sv"):
        return programme_words.day(on).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.usefixtures("fleet")
def test_every_station_stands_in_it_with_what_protects_it(customer: Customer) -> None:
    read_back = read(customer)

    for name, serial in (("Hamnen 1", "SN-1001"), ("Hamnen 2", "SN-1002"), ("Torget 1", "SN-2001")):
        assert name in read_back
        assert serial in read_back
    assert "Alfen Eve Double" in read_back
    assert "10 maj 2024" in read_back
    assert "jordfelsbrytare typ A, 30 mA" in read_back
    assert "BRF Kajen" in read_back
    assert "769600-1234" in read_back
    assert "ELSÄK-FS 2022:3" in read_back


def test_every_overdue_date_stands_in_it(fleet: list[Station], customer: Customer) -> None:
    overdue = list(
        db.session.scalars(select(Occurrence).where(Occurrence.state == OccurrenceState.OVERDUE))
    )
    assert len(overdue) >= len(fleet)

    read_back = read(customer, period=Period(day("2026-11-01"), day("2026-11-25")))

    assert read_back.count("■ Försenad") == len(overdue)
    for one in overdue:
        assert f"{swedish(one.nominal_on)} {one.station.name}" in read_back


@pytest.mark.usefixtures("fleet")
def test_what_was_done_late_and_what_was_skipped_says_so(customer: Customer) -> None:
    read_back = read(customer)

    assert "● Utförd 12 maj 2025" in read_back
    assert "8 juni 2025 19 dagar för sent" in read_back
    assert "◌ Överhoppad – Garaget var stängt" in read_back


@pytest.mark.usefixtures("fleet")
def test_each_control_says_how_often_by_whom_and_on_what_ground(customer: Customer) -> None:
    read_back = read(customer)

    assert "1 år" in read_back
    assert "−20 / +10 dagar" in read_back
    assert "SS 436 40 00; högst 13 månader mellan två" in read_back
    assert "auktorisation: Elektriker med auktorisation" in read_back
    assert "eller tidigare, efter 5 000" in read_back
    assert "mars–november" in read_back


@pytest.mark.usefixtures("fleet")
def test_it_is_in_english_too(customer: Customer) -> None:
    read_back = read(customer, "en")

    assert "Control programme for charging stations" in read_back
    assert "RCD tested by instrument" in read_back
    assert "◌ Skipped – Garaget var stängt" in read_back
    assert "How deviations are handled" in read_back


def test_a_station_that_is_controlled_more_often_says_why(
    fleet: list[Station], customer: Customer
) -> None:
    tighten(fleet[0], None, "Försäkringsbolaget", "test", TODAY, months=3)
    db.session.commit()

    assert "3 månader (Försäkringsbolaget): Hamnen 1" in read(customer)


def test_a_station_without_a_plan_is_named(
    fleet: list[Station], customer: Customer, make_station: MakeStation
) -> None:
    make_station("2026-01-01", "Bortom 7")

    assert "Utan underhållsplan, så att inget är planerat där: Bortom 7." in read(customer)


def test_stations_without_a_plan_are_counted_where_they_are_too_many_to_name(
    customer: Customer, site: Site, model: StationModel
) -> None:
    for n in range(70):
        Station.create(f"S{n:02}", f"S-{n}", "test", NOON, site=site, model=model)
    db.session.commit()

    assert "S58, S59 och 10 till." in read(customer)


def test_a_holder_without_stations_gets_a_document_that_says_so(customer: Customer) -> None:
    read_back = read(customer)

    assert "Registret har ingen laddstation hos den här innehavaren i perioden." in read_back
    assert "Så hanteras avvikelser" in read_back


def test_a_station_that_left_after_midnight_left_on_that_day(
    fleet: list[Station], customer: Customer, admin: Person
) -> None:
    """At half past midnight in Sweden, London still has the day before."""
    fleet[2].retire(admin, "riven", datetime(2026, 5, 31, 22, 30, tzinfo=UTC))
    db.session.commit()

    assert "Torget 1 (avvecklad 1 juni 2026)" in read(customer)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_whatever_things_are_called_the_document_is_written(
    language: str, make_plan: MakePlan, make_station: MakeStation, customer: Customer, site: Site
) -> None:
    customer.name = site.name = site.address = site.city = ODD
    named = {"title_sv": ODD, "title_en": ODD, "legal_basis": ODD}
    station = make_station("2025-03-10", serial_number="S" * 120)
    station.name = ODD
    assign(make_plan(named), [station], "test", noon("2025-03-10"))
    tick("2026-11-25")

    read_back = read(customer, language)

    assert read_back.count("{{7*7}} %s %(x)s") >= 5
    assert "W" * 20 in read_back


def test_a_station_that_left_in_the_period_stands_in_it(
    fleet: list[Station], customer: Customer, admin: Person
) -> None:
    fleet[2].retire(admin, "riven", noon("2026-06-01"))
    db.session.commit()

    assert "Torget 1 (avvecklad 1 juni 2026)" in read(customer)
    later = Period(day("2026-07-01"), day("2026-11-25"))
    assert "SN-2001" not in read(customer, period=later)


def test_a_missed_date_that_became_void_is_not_hidden(
    fleet: list[Station], customer: Customer
) -> None:
    missed = occurrence(fleet[0], "2026-05-10", "rcd")
    missed.state, missed.reason, missed.closed_at = OccurrenceState.VOID, "Ny plan", TODAY
    db.session.commit()

    assert "◌ Upphävd – Ny plan" in read(customer)


@pytest.mark.usefixtures("fleet")
def test_a_date_that_was_planned_anew_before_its_day_is_told_by_the_new_one(
    customer: Customer, fleet: list[Station]
) -> None:
    ahead = occurrence(fleet[0], "2027-05-10", "rcd")
    ahead.state, ahead.reason, ahead.closed_at = OccurrenceState.VOID, "Ny plan", TODAY
    db.session.commit()

    assert "Ny plan" not in read(customer, period=Period(day("2026-01-01"), day("2027-12-31")))


def test_whoever_imported_a_completion_is_not_said_to_have_done_it(
    fleet: list[Station], customer: Customer, admin: Person
) -> None:
    done = occurrence(fleet[0], "2025-05-10", "rcd")
    done.closed_by = admin
    record("import", done, admin, TODAY, "Elbolaget AB", file="historik.csv")
    db.session.commit()

    assert "importerat av Ada Administratör från historik.csv; Elbolaget AB" in read(customer)


def test_what_people_write_is_no_markup(fleet: list[Station], customer: Customer) -> None:
    customer.name = "<b>Bo & Son</b> <para>"
    fleet[0].name = '<img src="file:///etc/passwd"/> ' + "x" * 300
    deeds.skip(occurrence(fleet[0], "2026-05-10", "rcd"), "</para><a>" * 300, "test", TODAY)
    db.session.commit()

    read_back = read(customer)

    assert "<b>Bo & Son</b> <para>" in read_back
    assert '<imgsrc="file:///etc/passwd"/>' in read_back.replace(" ", "")
    assert "</para><a>" in read_back


@pytest.mark.parametrize("words", ["W" * 3000, "\n" * 600, "å\u200b" * 2000, "\x00\x07"])
def test_no_text_is_too_large_for_a_page(
    words: str, fleet: list[Station], customer: Customer
) -> None:
    fleet[0].serial_number = fleet[0].name = words.replace("\x00", "")
    fleet[0].ocpp_identity = "CP"
    db.session.commit()

    assert "SN-1002" in read(customer)


def test_the_text_on_deviations_is_the_administrators(
    fleet: list[Station], customer: Customer, admin: Person
) -> None:
    Setting.change("deviations_sv", "Ring Åsa.\nSedan väntar du.", admin, NOON)
    db.session.commit()

    read_back = read(customer)

    assert "Ring Åsa. Sedan väntar du." in read_back
    assert "Whoever sees damage" in read(customer, "en")


def test_a_long_table_says_its_heads_on_every_page(
    fleet: list[Station], customer: Customer, make_plan: MakePlan
) -> None:
    begun = noon("2025-06-01")
    rows = [_done(fleet[0], begun + timedelta(days=number)) for number in range(200)]
    db.session.execute(insert(Occurrence), rows)
    db.session.commit()

    content = pages(written(programme(customer, TWO_YEARS, TODAY), "sv"))

    with_rows = [page for page in content if page.count("● Utförd") > 5]
    assert len(with_rows) > 4
    assert all("Av vem, och anmärkningar" in page for page in with_rows)
    total = len(content)
    assert all(f"Sida {n} av {total}" in page for n, page in enumerate(content, start=1))
    assert all("Kontrollprogram BRF Kajen · 25 nov 2026" in page for page in content)


def _done(station: Station, at: datetime) -> dict[str, object]:
    first = db.session.scalars(
        select(Occurrence).where(Occurrence.station_id == station.id)
    ).first()
    assert first
    on = at.date()
    dates = dict.fromkeys(("nominal_on", "earliest_on", "latest_on", "counted_from", "done_on"), on)
    keys = {"station_id": station.id, "task_id": first.task_id, "series_id": first.task_id}
    return {**keys, **dates, "state": OccurrenceState.DONE, "closed_at": at}


@pytest.mark.usefixtures("fleet")
def test_the_letters_are_embedded(customer: Customer) -> None:
    content = written(programme(customer, TWO_YEARS, TODAY), "sv")

    assert content.count(b"/FontFile2") == 2


@pytest.mark.parametrize("name", json.loads((paper.FONTS / "manifest.json").read_text()))
def test_a_font_is_as_it_was_published(name: str) -> None:
    manifest = json.loads((paper.FONTS / "manifest.json").read_text())[name]

    assert sha256((paper.FONTS / name).read_bytes()).hexdigest() == manifest["sha256"]
    assert "SIL Open Font License" in (paper.FONTS / manifest["licence_file"]).read_text()
    assert manifest["version"] in name


def address(customer: Customer, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/customers/{customer.id}/control-programme/document.pdf?{asked}"


ASKED = {"from": "2025-01-01", "to": "2026-12-31", "language": "sv"}


@pytest.mark.usefixtures("fleet")
def test_a_customer_fetches_its_own(as_customer: FlaskClient, customer: Customer) -> None:
    page = as_customer.get(f"/customers/{customer.id}").text
    assert f"/customers/{customer.id}/control-programme" in page
    assert as_customer.get(f"/customers/{customer.id}/control-programme").status_code == 200

    answer = as_customer.get(address(customer, **ASKED))

    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "SN-1001" in words(answer.data)
    assert "◌ Överhoppad" in words(answer.data)


def test_nobody_fetches_another_customers(app: Flask, customer: Customer) -> None:
    other = Customer(name="Annan AB", created_at=NOON)
    db.session.add(other)
    db.session.commit()
    stranger = signed_in(app, person(Role.CUSTOMER, customer=other))

    assert stranger.get(address(customer, **ASKED)).status_code == 404
    assert stranger.get(f"/customers/{customer.id}/control-programme").status_code == 404


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"from": "2026-02-01", "to": "2026-01-31"}, "The last day is before the first one."),
        ({"from": "2000-01-01", "to": "2026-01-31"}, "That is more than 10 years."),
        ({"from": "i fjol", "to": "2026-01-31"}, "Not a valid date value"),
        ({"from": "2026-01-01", "to": "2026-01-31", "language": "fi"}, "Not a valid choice"),
        ({"from": "", "to": "2026-01-31"}, "Not a valid date value"),
    ],
)
def test_a_period_that_makes_no_sense_is_asked_for_again(
    query: dict[str, str], wrong: str, as_operations: FlaskClient, customer: Customer
) -> None:
    answer = as_operations.get(address(customer, **query))

    assert answer.status_code == 422
    assert wrong in answer.text


@pytest.mark.usefixtures("fleet")
def test_without_a_period_it_is_the_last_year(
    as_operations: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.reports.programme_views.now", lambda: TODAY)

    answer = as_operations.get(address(customer))

    assert "26 Nov 2025 – 25 Nov 2026" in words(answer.data)


@pytest.mark.usefixtures("fleet")
def test_programs_fetch_it_too(browser: FlaskClient, customer: Customer) -> None:
    token = create_token(Role.CUSTOMER, "Fastighetssystem", NOON, customer)
    db.session.commit()
    path = f"/api/v1/customers/{customer.id}/control-programme"
    bearer = {"Authorization": f"Bearer {token}"}

    answer = browser.get(f"{path}?from=2025-01-01&to=2026-12-31&language=sv", headers=bearer)
    usual = browser.get(path, headers=bearer)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "SN-2001" in words(answer.data)
    assert "Control programme" in words(usual.data)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("from=2001-02-01&to=2026-01-01", "from"),
        ("from=yesterday", "from"),
        ("language=fi", "language"),
        ("period=2026", "period"),
    ],
)
def test_programs_are_told_what_is_wrong(
    query: str, field: str, browser: FlaskClient, customer: Customer
) -> None:
    token = create_token(Role.OPERATIONS, "Robot", NOON)
    db.session.commit()
    path = f"/api/v1/customers/{customer.id}/control-programme?{query}"

    answer = browser.get(path, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 422
    assert field in (answer.json or {})["errors"]


def test_an_administrator_changes_the_text_on_its_page(as_admin: FlaskClient) -> None:
    answer = as_admin.post("/settings", data=DEFAULTS | {"deviations_sv": "Ring\r\nÅsa"})

    assert answer.status_code == 302
    changed = db.session.scalars(select(Setting)).all()
    assert [(row.name, row.value) for row in changed] == [("deviations_sv", "Ring\nÅsa")]


def test_five_hundred_stations_are_written_in_reasonable_time(
    make_plan: MakePlan, site: Site, model: StationModel, customer: Customer
) -> None:
    """With four dates each in the period, on a machine that others use too."""
    plan = make_plan({"months": 3}, {"key": "rcd", "months": 12})
    at = noon("2025-11-01")
    facts = {"site": site, "model": model, "commissioned_on": day("2025-11-01")}
    stations = [Station.create(f"S{n:03}", f"S-{n}", "test", at, **facts) for n in range(500)]
    assign(plan, stations, "test", at)
    db.session.commit()
    tick("2025-11-01")
    tick("2026-11-25")
    begun = now()

    content = written(programme(customer, TWO_YEARS, TODAY), "sv")

    took = (now() - begun).total_seconds()
    read_back = words(content)
    assert all(f"S{n:03}" in read_back for n in range(500))
    assert read_back.count("■ Försenad") == 500 * 3
    assert took < 60
