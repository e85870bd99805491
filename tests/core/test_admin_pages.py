"""The administrator's own pages: settings with their past, and the mails that leave."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.core.outbox import Mail
from service.core.settings import DEFAULTS, setting
from service.people.models import Person
from tests.conftest import NOON

SETTINGS = DEFAULTS | {
    "duty_email": "jour@example.com, chef@example.com",
    "frame_retention_days": "30",
    "close_resolved_after_hours": "24",
    "why": "Ny jour",
}


def mail(**facts: object) -> Mail:
    one = Mail.queue("jour@example.com", "P1: Jordfel", "…", NOON)
    for name, value in facts.items():
        setattr(one, name, value)
    db.session.commit()
    return one


def test_a_setting_is_changed_and_its_past_is_kept(as_admin: FlaskClient) -> None:
    answer = as_admin.post("/settings", data=SETTINGS)

    assert answer.status_code == 302
    assert setting("frame_retention_days") == "30"
    past = db.session.scalars(select(History).where(History.subject == "setting")).all()
    assert {(deed.details["name"], *deed.details["value"], deed.why) for deed in past} == {
        ("duty_email", "", "jour@example.com, chef@example.com", "Ny jour"),
        ("frame_retention_days", "90", "30", "Ny jour"),
    }
    assert "Ny jour" in as_admin.get("/settings").text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("duty_email", "jour"),
        ("duty_email", "a@example.com, b"),
        ("frame_retention_days", "0"),
        ("frame_retention_days", "many"),
        ("close_resolved_after_hours", ""),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_kept_in_the_form(
    as_admin: FlaskClient, name: str, typed: str
) -> None:
    answer = as_admin.post("/settings", data={**SETTINGS, name: typed})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert setting("frame_retention_days") == "90"


@pytest.mark.parametrize("path", ["/settings", "/mail"])
def test_they_are_the_administrators_alone(as_operations: FlaskClient, path: str) -> None:
    assert as_operations.get(path).status_code == 403


def test_a_mail_that_was_given_up_is_tried_again(as_admin: FlaskClient, admin: Person) -> None:
    lost = mail(attempts=12, given_up_at=NOON, error="mailbox busy")
    assert "mailbox busy" in as_admin.get("/mail?state=given_up").text

    as_admin.post(f"/mail/{lost.id}/attempt")

    assert Mail.take_next(now() + timedelta(seconds=1)) is not None


def test_a_mail_that_was_sent_is_not_sent_again(as_admin: FlaskClient) -> None:
    gone = mail(sent_at=NOON)
    as_admin.post(f"/mail/{gone.id}/attempt")

    assert Mail.take_next(now() + timedelta(days=1)) is None


def test_a_mail_that_is_not_there_is_a_404(as_admin: FlaskClient) -> None:
    assert as_admin.post("/mail/99/attempt").status_code == 404
