"""What is asked of a passkey: any device, known by itself, that checks who holds it."""

from __future__ import annotations

from flask import current_app, request
from flask_security import UserMixin, WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


class Passkeys(WebauthnUtil):
    def origin(self) -> str:
        """As the browser sees it, also where a proxy speaks TLS for us."""
        public: str = current_app.config["SETTINGS"].public_url
        return public or request.host_url.rstrip("/")

    def authenticator_selection(
        self, user: UserMixin, usage: str
    ) -> AuthenticatorSelectionCriteria:
        """Telephones and keys on a ring alike: the library's own choice leaves telephones out."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(
        self, user: UserMixin | None, usage: list[str]
    ) -> UserVerificationRequirement:
        """It stands for the password and for the second step: a found key must not be enough."""
        return UserVerificationRequirement.REQUIRED
