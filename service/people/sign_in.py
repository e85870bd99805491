"""Sign-in: Flask-Security with our rows, our pages, our mails and our sessions."""

from __future__ import annotations

import base64
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from flask import Flask, abort, request
from flask_babel import lazy_gettext as _l
from flask_security import Security, SQLAlchemyUserDatastore, Totp, UserMixin

from service.core import clock
from service.core.config import Settings
from service.core.db import db
from service.people import brake, events, guard
from service.people.mail import OutboxMail
from service.people.models import Passkey, Person
from service.people.passkeys import Passkeys
from service.people.security_forms import FORMS
from service.people.session_cookie import TableSessions
from service.people.words import MESSAGES

TRANSLATIONS = Path(__file__).parent.parent / "translations"
PASSWORD_MIN = 12

PAGES = {
    "LOGIN_USER_TEMPLATE": "people/sign_in.html",
    "FORGOT_PASSWORD_TEMPLATE": "people/recovery.html",
    "RESET_PASSWORD_TEMPLATE": "people/new_password.html",
    "CHANGE_PASSWORD_TEMPLATE": "people/change_password.html",
    "VERIFY_TEMPLATE": "people/verify.html",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "people/code.html",
    "TWO_FACTOR_SETUP_TEMPLATE": "people/second_factor.html",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "people/recovery_code.html",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "people/recovery_codes.html",
    "WAN_REGISTER_TEMPLATE": "people/passkeys.html",
    "WAN_SIGNIN_TEMPLATE": "people/passkey_sign_in.html",
    "WAN_VERIFY_TEMPLATE": "people/passkey_verify.html",
    "EMAIL_TEMPLATE_PASSWORD_RESET": "people/mail/recovery",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "people/mail/password_changed",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "people/mail/password_changed",
}
ADDRESSES = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "RESET_URL": "/recovery",
    "CHANGE_URL": "/profile/password",
    "VERIFY_URL": "/verify",
    "TWO_FACTOR_SETUP_URL": "/profile/second-factor",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "TWO_FACTOR_SELECT_URL": "/sign-in/choice",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/profile/recovery-codes",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
    "WAN_REGISTER_URL": "/profile/passkeys",
    "WAN_DELETE_URL": "/profile/passkeys/delete",
    "WAN_SIGNIN_URL": "/sign-in/passkey",
    "WAN_VERIFY_URL": "/verify/passkey",
}
RULES = {
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_RESCUE_EMAIL": False,
    # Seconds that a telephone's clock may be wrong by.
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "TWO_FACTOR_POST_SETUP_VIEW": "people.profile",
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 10,
    "WEBAUTHN": True,
    "WAN_RP_NAME": "Laddvakt",
    # Whoever could ask for a person's keys would learn that the person is here.
    "WAN_ALLOW_USER_HINTS": False,
    "RETURN_GENERIC_RESPONSES": True,
    "PASSWORD_LENGTH_MIN": PASSWORD_MIN,
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": ["argon2"],
    "RESET_PASSWORD_WITHIN": timedelta(hours=1),
    # What changes how somebody signs in asks them to prove themselves again.
    "FRESHNESS": timedelta(hours=1),
    "FRESHNESS_GRACE_PERIOD": timedelta(0),
    "API_ENABLED_METHODS": ["session"],
    "DATETIME_FACTORY": clock.now,
    "JOIN_USER_ROLES": False,
    "EMAIL_HTML": False,
    "EMAIL_SUBJECT_PASSWORD_RESET": _l("A new password for Laddvakt"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": _l("Your password for Laddvakt was changed"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": _l("Your password for Laddvakt was changed"),
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "TOTP_ISSUER": "Laddvakt",
    "I18N_DIRNAME": [str(TRANSLATIONS)],
    "I18N_DOMAIN": "messages",
}


class OneTimeCodes(Totp):
    """A code works once: whoever looked over a shoulder comes too late."""

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The picture has an address of its own: no page here holds data in an address."""
        return ""

    def get_last_counter(self, user: UserMixin) -> int | None:
        return cast("Person", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        cast("Person", user).tf_last_counter = tmatch.counter


class HouseSecurity(Security):
    def _check_modules(self, module: str, config_name: str) -> Any:
        """Without `qrcode`, whose picture segno draws here."""
        if module != "qrcode":
            return super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]
        return True


def init(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.session_interface = TableSessions()
    app.config.update(_cookie(settings))
    theirs = RULES | PAGES | ADDRESSES | MESSAGES | _keys(settings.secret())
    for name, value in theirs.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    store = SQLAlchemyUserDatastore(db, Person, None, Passkey)  # type: ignore[arg-type]
    forms: dict[str, Any] = {**FORMS}
    HouseSecurity(
        app,
        store,
        mail_util_cls=OutboxMail,
        totp_cls=OneTimeCodes,
        webauthn_util_cls=Passkeys,
        **forms,
    )
    events.init(app)
    app.before_request(refuse_what_is_no_text)
    brake.init(app)
    guard.init(app)


def refuse_what_is_no_text() -> None:
    """The library looks for what was typed in the database, which knows no NUL."""
    if request.blueprint != "security":
        return
    typed = [text for _name, text in request.form.items(multi=True)]
    if any("\x00" in text for text in typed) or b"\\u0000" in request.get_data():
        abort(400)


def _cookie(settings: Settings) -> dict[str, Any]:
    secure = settings.web_url.startswith("https://")
    return {
        "SESSION_COOKIE_NAME": "__Host-sid" if secure else "sid",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }


def _keys(secret: str) -> dict[str, Any]:
    """One key for each purpose, from the one secret."""

    def key(purpose: str) -> bytes:
        return sha256(f"{purpose}:{secret}".encode()).digest()

    return {
        "TOTP_SECRETS": {"1": key("totp").hex()},
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(key("recovery codes"))],
    }
