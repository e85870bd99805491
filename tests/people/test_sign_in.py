from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.core.outbox import Mail
from service.people.brake import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, WINDOW, Attempt, network
from service.people.models import Person
from tests.conftest import sign_in, signed_in
from tests.people.conftest import PASSWORD, enter, give_password

WRONG = "en stol av ek och al"
HOME = {"REMOTE_ADDR": "192.0.2.1"}
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture
def olle(operator: Person) -> Person:
    give_password(operator)
    return operator


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/profile").status_code == 200


def reset_link(mail: Mail) -> str:
    line = next(line for line in mail.body.splitlines() if line.startswith("{web}/"))
    return line.removeprefix("{web}")


def test_the_right_password_opens(browser: FlaskClient, olle: Person) -> None:
    assert enter(browser, olle).status_code == 302
    assert is_in(browser)


def test_case_and_blanks_make_no_difference_in_an_address(
    browser: FlaskClient, olle: Person
) -> None:
    browser.post("/sign-in", data={"email": f" {str(olle.email).upper()} ", "password": PASSWORD})
    assert is_in(browser)


def test_a_blank_is_a_letter_of_a_password(browser: FlaskClient, olle: Person) -> None:
    enter(browser, olle, f"{PASSWORD} ")
    assert not is_in(browser)


def test_a_sign_in_stands_in_the_history_without_its_secret(
    browser: FlaskClient, olle: Person
) -> None:
    enter(browser, olle)
    deed = db.session.scalars(select(History).where(History.verb == "sign_in")).one()

    assert deed.person_id == olle.id
    assert deed.details["level"] == "password"
    assert PASSWORD not in str(deed.details)


def test_the_password_is_kept_as_argon2(olle: Person) -> None:
    assert str(olle.password).startswith("$argon2id$")


def test_a_wrong_password_opens_nothing(browser: FlaskClient, olle: Person) -> None:
    assert enter(browser, olle, WRONG).status_code in {200, 422}
    assert not is_in(browser)


def test_a_disabled_person_comes_not_in(browser: FlaskClient, olle: Person) -> None:
    olle.active = False
    db.session.commit()
    enter(browser, olle)
    assert not is_in(browser)


def test_a_service_person_has_no_way_in_by_password(app: Flask, browser: FlaskClient) -> None:
    browser.post("/sign-in", data={"email": "", "password": PASSWORD})
    assert not is_in(browser)


def answers(app: Flask, path: str, known: str, unknown: str, **more: str) -> list[str]:
    """What a stranger reads, for an address that is known here and one that is not."""
    texts = []
    for email in (known, unknown):
        browser = app.test_client()
        answer = browser.post(path, data={"email": email, **more})
        text = f"{answer.status_code} {answer.text}".replace(email, "WHO")
        texts.append(without_tokens(text))
    return texts


def without_tokens(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "csrf" not in line.lower())


def test_a_sign_in_does_not_tell_who_is_known(app: Flask, olle: Person) -> None:
    known, unknown = answers(
        app, "/sign-in", str(olle.email), "nobody.there@example.com", password=WRONG
    )
    assert known == unknown


def test_a_disabled_person_is_told_no_more_than_a_stranger(app: Flask, olle: Person) -> None:
    olle.active = False
    db.session.commit()
    known, unknown = answers(
        app, "/sign-in", str(olle.email), "nobody.there@example.com", password=WRONG
    )
    assert known == unknown


def test_a_recovery_does_not_tell_who_is_known(app: Flask, olle: Person) -> None:
    known, unknown = answers(app, "/recovery", str(olle.email), "nobody.there@example.com")
    assert known == unknown
    assert len(db.session.scalars(select(Mail)).all()) == 1


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "///e.x"],
)
def test_a_sign_in_leads_to_no_strangers_page(
    browser: FlaskClient, olle: Person, there: str
) -> None:
    answer = enter(browser, olle, next=there)
    where = answer.location or "/"
    assert urlsplit(where).netloc in {"", "localhost"}
    assert not where.startswith(("//", "/\\"))


def test_a_stranger_in_the_address_is_refused_too(browser: FlaskClient, olle: Person) -> None:
    form = {"email": olle.email, "password": PASSWORD}
    answer = browser.post("/sign-in?next=https://evil.example/", data=form)
    assert "evil" not in (answer.location or "")


def test_a_sign_in_goes_on_to_the_page_that_was_asked_for(
    browser: FlaskClient, olle: Person
) -> None:
    asked = browser.get("/profile").location
    form = {"email": olle.email, "password": PASSWORD}
    answer = browser.post(asked, data=form)
    assert urlsplit(answer.location).path == "/profile"


def test_a_sign_in_without_its_token_is_refused(browser: FlaskClient, olle: Person) -> None:
    form = {"email": olle.email, "password": PASSWORD}
    assert browser.post("/sign-in", data=form, csrf=False).status_code == 400
    assert not is_in(browser)


def test_there_is_no_cookie_that_remembers(browser: FlaskClient, olle: Person) -> None:
    enter(browser, olle, remember="y")
    assert browser.get_cookie("remember_token") is None


def test_no_token_of_another_kind_is_handed_out_or_taken(
    app: Flask, browser: FlaskClient, olle: Person
) -> None:
    token = str(cast("Any", olle).get_auth_token())
    for headers in ({"Authentication-Token": token}, {"Authorization": f"Bearer {token}"}):
        assert browser.get("/profile", headers=headers).status_code == 302
    assert browser.get(f"/profile?auth_token={token}").status_code == 302


# The brake.


def guess(browser: FlaskClient, somebody: Person, times: int, home: dict[str, str]) -> int:
    """The status of the last of so many guesses."""
    form = {"email": somebody.email, "password": WRONG}
    statuses = [
        browser.post("/sign-in", data=form, environ_base=home).status_code for _ in range(times)
    ]
    return statuses[-1]


@pytest.fixture
def tired(app: Flask, olle: Person) -> FlaskClient:
    """A browser whose guesses are used up."""
    browser = app.test_client()
    assert guess(browser, olle, PER_ACCOUNT_AND_ADDRESS, HOME) != 429
    return browser


def test_whoever_guesses_must_wait(tired: FlaskClient, olle: Person) -> None:
    form = {"email": olle.email, "password": PASSWORD}
    answer = tired.post("/sign-in", data=form, environ_base=HOME)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert not is_in(tired)


def test_a_new_cookie_does_not_help_who_guesses(
    app: Flask, tired: FlaskClient, olle: Person
) -> None:
    assert guess(app.test_client(), olle, 1, HOME) == 429


def test_after_a_pause_the_right_password_opens(tired: FlaskClient, olle: Person) -> None:
    db.session.execute(update(Attempt).values(at=now() - WINDOW - timedelta(seconds=1)))
    db.session.commit()
    form = {"email": olle.email, "password": PASSWORD}

    assert tired.post("/sign-in", data=form, environ_base=HOME).status_code == 302


def test_who_waits_does_not_make_the_wait_longer(tired: FlaskClient, olle: Person) -> None:
    before = len(db.session.scalars(select(Attempt)).all())
    guess(tired, olle, 3, HOME)
    assert len(db.session.scalars(select(Attempt)).all()) == before


def test_a_stranger_elsewhere_locks_nobody_out(
    app: Flask, tired: FlaskClient, olle: Person
) -> None:
    form = {"email": olle.email, "password": PASSWORD}
    answer = app.test_client().post("/sign-in", data=form, environ_base=ELSEWHERE)
    assert answer.status_code == 302


def many_attempts(somebody: Person) -> None:
    """As from a hundred machines."""
    for number in range(PER_ACCOUNT):
        assert Attempt.allowed(str(somebody.email), f"203.0.113.{number}", now())
    db.session.commit()


def test_a_hundred_machines_that_guess_wait_together(app: Flask, olle: Person) -> None:
    many_attempts(olle)
    assert guess(app.test_client(), olle, 1, ELSEWHERE) == 429


def test_a_hundred_machines_do_not_lock_out_who_signed_in_from_here_before(
    app: Flask, olle: Person
) -> None:
    known = app.test_client()
    form = {"email": olle.email, "password": PASSWORD}
    known.post("/sign-in", data=form, environ_base=HOME)
    many_attempts(olle)

    again = app.test_client().post("/sign-in", data=form, environ_base=HOME)
    assert again.status_code == 302


def test_the_brake_treats_unknown_accounts_alike(app: Flask, browser: FlaskClient) -> None:
    form = {"email": "nobody.there@example.com", "password": WRONG}
    statuses = [
        browser.post("/sign-in", data=form, environ_base=HOME).status_code
        for _ in range(PER_ACCOUNT_AND_ADDRESS + 1)
    ]
    assert statuses[-1] == 429


def test_a_success_forgives_the_slips_before_it(app: Flask, olle: Person) -> None:
    browser = app.test_client()
    guess(browser, olle, PER_ACCOUNT_AND_ADDRESS - 1, HOME)
    form = {"email": olle.email, "password": PASSWORD}
    browser.post("/sign-in", data=form, environ_base=HOME)

    assert db.session.scalars(select(Attempt)).all() == []


def test_a_household_is_one_address() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("192.0.2.1") != network("192.0.2.2")


def test_old_attempts_are_swept(tired: FlaskClient) -> None:
    Attempt.sweep(now() + timedelta(days=1, minutes=1))
    assert db.session.scalars(select(Attempt)).all() == []


# A forgotten password.


def test_a_mail_with_a_link_sets_a_new_password(
    app: Flask, browser: FlaskClient, olle: Person
) -> None:
    elsewhere = signed_in(app, olle)
    browser.post("/recovery", data={"email": olle.email})
    mail = db.session.scalars(select(Mail)).one()
    assert mail.recipient == olle.email

    new = "ett bord av ask"
    form = {"password": new, "password_confirm": new}
    assert browser.post(reset_link(mail), data=form).status_code == 302
    enter(browser, olle, new)

    assert is_in(browser)
    assert not is_in(elsewhere)


def test_a_recovery_link_works_once(browser: FlaskClient, olle: Person) -> None:
    browser.post("/recovery", data={"email": olle.email})
    link = reset_link(db.session.scalars(select(Mail)).one())
    new, newer = "ett bord av ask", "ett bord av lönn"
    browser.post(link, data={"password": new, "password_confirm": new})
    browser.post(link, data={"password": newer, "password_confirm": newer})

    enter(browser, olle, newer)
    assert not is_in(browser)


def test_a_short_password_is_refused(browser: FlaskClient, olle: Person) -> None:
    browser.post("/recovery", data={"email": olle.email})
    link = reset_link(db.session.scalars(select(Mail)).one())
    answer = browser.post(link, data={"password": "elva tecken", "password_confirm": "elva tecken"})

    assert answer.status_code == 200
    enter(browser, olle)
    assert is_in(browser)


def test_a_made_up_recovery_link_leads_back(browser: FlaskClient) -> None:
    assert urlsplit(browser.get("/recovery/made-up").location).path == "/recovery"


def test_a_disabled_person_gets_no_recovery_mail(browser: FlaskClient, olle: Person) -> None:
    olle.active = False
    db.session.commit()
    browser.post("/recovery", data={"email": olle.email})
    assert db.session.scalars(select(Mail)).all() == []


def test_a_changed_password_is_told_by_mail(browser: FlaskClient, olle: Person) -> None:
    sign_in(browser, olle)
    new = "ett bord av ask"
    form = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    browser.post("/profile/password", data=form)

    mail = db.session.scalars(select(Mail)).one()
    assert mail.recipient == olle.email
    assert new not in mail.body


def test_the_present_password_is_asked_for(browser: FlaskClient, olle: Person) -> None:
    sign_in(browser, olle)
    new = "ett bord av ask"
    form = {"password": WRONG, "new_password": new, "new_password_confirm": new}
    browser.post("/profile/password", data=form)
    browser.post("/sign-out")

    enter(browser, olle, new)
    assert not is_in(browser)


def test_the_sign_in_page_speaks_swedish(browser: FlaskClient) -> None:
    page = browser.get("/sign-in", headers={"Accept-Language": "sv"}).text
    assert "Logga in" in page
