"""What the tests about people share: a password, and the way through the form."""

from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from flask_security import hash_password

from service.core.db import db
from service.people.models import Person

PASSWORD = "en stol av björk"


def give_password(somebody: Person) -> None:
    rule = current_app.extensions["security"].password_util
    somebody.password = hash_password(rule.normalize(PASSWORD))
    db.session.commit()


def enter(browser: FlaskClient, somebody: Person, password: str = PASSWORD, **more: Any) -> Any:
    """Sign in through the form."""
    form = {"email": somebody.email, "password": password, **more}
    return browser.post("/sign-in", data=form)
