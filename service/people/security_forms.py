"""Flask-Security's forms, less what the house does not offer."""

from __future__ import annotations

from typing import Any

from flask_security.forms import LoginForm as TheirLoginForm
from flask_security.forms import TwoFactorRescueForm as TheirRescueForm
from flask_security.forms import TwoFactorSetupForm as TheirSetupForm
from flask_security.webauthn import WebAuthnRegisterForm as TheirRegisterForm
from flask_security.webauthn import WebAuthnSigninResponseForm as TheirAnswerForm
from wtforms import HiddenField, RadioField


class LoginForm(TheirLoginForm):
    """No "remember me": its cookie would open a session that nobody can end."""

    remember = None  # type: ignore[assignment]


class SetupForm(TheirSetupForm):
    """A code app or none: each button sends its own word."""

    setup = HiddenField()  # type: ignore[assignment]

    def validate(self, **kwargs: Any) -> bool:
        self.setup.errors = []
        return super().validate(**kwargs)


class RescueForm(TheirRescueForm):
    """Its page is closed: recovery codes and administrators help."""

    help_setup = RadioField(choices=[])


class PasskeyForm(TheirRegisterForm):
    """A passkey signs in by itself: the device checks who holds it."""

    usage = HiddenField()  # type: ignore[assignment]

    def validate(self, **kwargs: Any) -> bool:
        self.usage.data = "first"
        return super().validate(**kwargs)


class PasskeyAnswerForm(TheirAnswerForm):
    """The library writes down that a disabled person may not, and lets them in all the same."""

    def validate(self, **kwargs: Any) -> bool:
        self.remember.data = ""
        is_right = super().validate(**kwargs)
        return is_right and bool(self.user and self.user.active)


FORMS = {
    "login_form": LoginForm,
    "two_factor_setup_form": SetupForm,
    "two_factor_rescue_form": RescueForm,
    "wan_register_form": PasskeyForm,
    "wan_signin_response_form": PasskeyAnswerForm,
}
