"""The customers' own pages: what they show, to whom, and the way in without a password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.core import files
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.history import History
from service.core.outbox import Mail
from service.people.brake import PER_ACCOUNT_AND_ADDRESS
from service.people.links import MOST_SIGN_INS, OneTimeLink, Purpose
from service.people.models import Customer, Person, Role
from service.people.web_sessions import WebSession
from service.reports.service_reports import ServiceReport
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.conftest import NOON, person, signed_in
from tests.reports.sample import sha
from tests.reports.test_service_report import come, one_made
from tests.reports.visited import PHOTO
from tests.visits.conftest import due, technician

__all__ = ["come", "due", "technician"]
SV = {"Accept-Language": "sv"}


@pytest.fixture
def kim(customer: Customer) -> Person:
    return person(Role.CUSTOMER, "Kim Kund", customer)


def ask(browser: FlaskClient, email: str) -> str:
    answer = browser.post("/portal/sign-in", data={"email": email}, headers=SV)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def mails() -> list[Mail]:
    db.session.expire_all()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def link_of(mail: Mail) -> str:
    found = re.search(r"\{web\}(/portal/sign-in/\S+)", mail.body)
    assert found, mail.body
    return found[1]


def keep_the_photo() -> None:
    files.keep(sha(PHOTO), PHOTO, "image/jpeg", None, now())
    db.session.commit()


def is_in(browser: FlaskClient) -> bool:
    return bool(browser.get("/portal").status_code == 200)


def test_a_link_by_mail_opens_the_portal(browser: FlaskClient, kim: Person) -> None:
    ask(browser, "KIM.KUND@example.com ")
    link = link_of(mails()[0])
    assert "Visa mina stationer" in browser.get(link, headers=SV).text
    assert not is_in(browser)

    answer = browser.post(link)

    assert (answer.status_code, answer.location) == (303, "/portal")
    assert is_in(browser)
    deeds = db.session.scalars(History.of(kim)).all()
    assert ("sign_in", "link by mail") in [(one.verb, one.details.get("level")) for one in deeds]


def test_a_program_that_follows_links_uses_none_up(browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    link = link_of(mails()[0])
    for _look in range(3):
        assert browser.get(link).status_code == 200

    assert browser.post(link).status_code == 303


def test_a_link_works_once(app: Flask, browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    link = link_of(mails()[0])
    browser.post(link)
    another = app.test_client()

    assert another.get(link).status_code == 404
    assert another.post(link).status_code == 404
    assert not is_in(another)


def test_a_link_works_for_a_quarter_of_an_hour(browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    link = link_of(mails()[0])
    old = now() - timedelta(minutes=16)
    db.session.execute(update(OneTimeLink).values(expires_at=old + timedelta(minutes=15)))
    db.session.commit()

    assert browser.post(link).status_code == 404


def test_the_answer_tells_nobody_who_is_known_here(
    browser: FlaskClient, kim: Person, admin: Person
) -> None:
    said = {
        ask(browser, email).replace(email, "X")
        for email in (kim.email or "", admin.email or "", "okand@example.com")
    }
    without_tokens = {re.sub(r'value="[^"]{40,}"', "", one) for one in said}

    assert len(without_tokens) == 1
    assert [one.recipient for one in mails()] == [kim.email]


def test_somebody_who_may_no_longer_sign_in_gets_no_link(browser: FlaskClient, kim: Person) -> None:
    kim.active = False
    db.session.commit()
    ask(browser, kim.email or "")

    assert mails() == []


def test_a_link_of_somebody_who_left_meanwhile_opens_nothing(
    browser: FlaskClient, kim: Person
) -> None:
    ask(browser, kim.email or "")
    kim.active = False
    db.session.commit()

    assert browser.post(link_of(mails()[0])).status_code == 404


def test_a_second_step_is_not_gone_round(browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    link = link_of(mails()[0])
    kim.tf_primary_method, kim.tf_totp_secret = "authenticator", "{}"
    db.session.commit()
    ask(browser, kim.email or "")

    assert browser.post(link).status_code == 404
    assert "{web}/sign-in?next=/portal" in mails()[-1].body


def test_nobodys_mailbox_is_filled(browser: FlaskClient, kim: Person) -> None:
    for _time in range(MOST_SIGN_INS + 3):
        ask(browser, kim.email or "")

    assert len(mails()) == MOST_SIGN_INS
    assert browser.post(link_of(mails()[0])).status_code == 303


def test_who_asks_without_end_must_wait(browser: FlaskClient, kim: Person) -> None:
    for _time in range(PER_ACCOUNT_AND_ADDRESS):
        ask(browser, "okand@example.com")
    answer = browser.post("/portal/sign-in", data={"email": "okand@example.com"})

    assert answer.status_code == 429


@pytest.mark.parametrize("typed", ["", "kim", "kim@", "a\x00b@example.com", "x" * 300 + "@a.se"])
def test_what_is_no_address_is_asked_for_again(
    browser: FlaskClient, kim: Person, typed: str
) -> None:
    answer = browser.post("/portal/sign-in", data={"email": typed})

    assert answer.status_code == 422
    assert mails() == []


def test_a_link_is_kept_as_its_hash_alone(browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    token = link_of(mails()[0]).rpartition("/")[2]
    row = db.session.scalars(
        select(OneTimeLink).where(OneTimeLink.purpose == Purpose.SIGN_IN)
    ).one()

    assert token not in row.hash


def test_signing_in_gives_another_number_to_the_session(browser: FlaskClient, kim: Person) -> None:
    ask(browser, kim.email or "")
    before = {one.id for one in db.session.scalars(select(WebSession))}
    browser.post(link_of(mails()[0]))
    mine = select(WebSession).where(WebSession.person_id == kim.id)

    assert db.session.scalars(mine).one().id not in before


# What it shows.


@pytest.fixture
def report(come: ServiceVisit, settings: Settings) -> ServiceReport:
    return one_made(settings)


@pytest.fixture
def next_visit(come: ServiceVisit) -> ServiceVisit:
    starts = now() + timedelta(days=3)
    visit = ServiceVisit.draft(come.site, starts, 60, "test", now(), technician=come.technician)
    visit.state = VisitState.CONFIRMED
    db.session.commit()
    return visit


@pytest.fixture
def ticket(come: ServiceVisit, operator: Person) -> Ticket:
    made = Ticket.open_by_hand(come.stations[0], "Glaset är krossat", Priority.P3, operator, now())
    db.session.commit()
    return made


@pytest.mark.usefixtures("next_visit", "ticket")
def test_it_shows_stations_visits_tickets_and_reports(
    app: Flask, kim: Person, report: ServiceReport
) -> None:
    page = signed_in(app, kim).get("/portal", headers=SV).text

    for said in (
        "Hamnen 1",
        "Glaset är krossat",
        "Vi vet om det och tittar på det nu.",
        "Planerat",
        ">R-00001</a>",
        "aldrig",
    ):
        assert said in page, said


@pytest.mark.usefixtures("ticket")
def test_a_station_has_its_page(app: Flask, kim: Person, report: ServiceReport) -> None:
    page = signed_in(app, kim).get(f"/portal/stations/{report.station_ids[0]}", headers=SV).text

    for said in ("Uttag 1", "Glaset är krossat", ">R-00001</a>", "Okulär besiktning"):
        assert said in page, said


def test_the_house_has_no_portal(as_admin: FlaskClient, as_technician: FlaskClient) -> None:
    assert as_admin.get("/portal").status_code == 403
    assert as_technician.get("/portal/reports").status_code == 403


def test_a_visit_that_is_only_thought_of_is_not_told(
    app: Flask, kim: Person, next_visit: ServiceVisit
) -> None:
    next_visit.state = VisitState.TENTATIVE
    db.session.commit()

    assert "Inget besök är planerat." in signed_in(app, kim).get("/portal", headers=SV).text


@pytest.mark.usefixtures("next_visit", "ticket")
def test_another_customer_sees_none_of_it_at_any_address(
    app: Flask, kim: Person, report: ServiceReport
) -> None:
    other = Customer(name="Annan AB", created_at=NOON)
    site = Site(customer=other, name="Torget", city="Umeå", created_at=NOON)
    db.session.add(site)
    Station.create("Torget 1", "TORGET-1", "test", NOON, site=site)
    db.session.commit()
    stranger = signed_in(app, person(Role.CUSTOMER, "Sten Främling", other))
    owner = signed_in(app, kim)
    values = {"station_id": report.station_ids[0], "report_id": report.id, "number": 1}
    named: dict[str, int | str] = {**values, "size": "small"}
    rules = [
        one
        for one in app.url_map.iter_rules()
        if one.endpoint.startswith("portal.") and "sign-in" not in one.rule
    ]
    assert len(rules) == 7
    keep_the_photo()

    for rule in rules:
        with app.test_request_context():
            address = rule.build({name: named[name] for name in rule.arguments})
        assert address
        theirs, mine = stranger.get(address[1]), owner.get(address[1])
        assert mine.status_code == 200, (rule, mine.text)
        assert theirs.status_code == (404 if rule.arguments else 200), rule
        for secret in ("Hamnen", "Glaset", "R-00001", "Kajen"):
            assert secret not in theirs.text, (rule, secret)


def test_the_pages_need_no_script(app: Flask, kim: Person, report: ServiceReport) -> None:
    assert report
    browser = signed_in(app, kim)
    for address in ("/portal", "/portal/reports", f"/portal/stations/{report.station_ids[0]}"):
        main = browser.get(address).text.partition("<main")[2].partition("</main>")[0]
        assert "hx-get" not in main.replace("list-portal-reports", "") or "live" in main, address


def test_the_menu_of_a_customer_folds_all_but_its_own_page(app: Flask, kim: Person) -> None:
    """The lists filled the first screen of a phone."""
    page = signed_in(app, kim).get("/portal", headers=SV).text
    menu = page[page.index("<nav") : page.index("</nav>")]

    before, folded = menu.split('<details class="group">')
    assert "Dina stationer" in before
    assert before.count("<a ") == 1
    assert "Fler listor" in folded
    assert "Ärenden" in folded
