"""What the tests about people share: a password, and the way through the form."""

from typing import Any

from flask.testing import FlaskClient
from flask_security import hash_password

from service.core.db import db
from service.people.models import Person

PASSWORD = "en stol av björk"


def give_password(somebody: Person) -> None:
    somebody.password = hash_password(PASSWORD)
    db.session.commit()


def enter(browser: FlaskClient, somebody: Person, password: str = PASSWORD, **more: Any) -> Any:
    """Sign in through the form."""
    form = {"email": somebody.email, "password": password, **more}
    return browser.post("/sign-in", data=form)
