"""What Flask-Security says, in our words. They are translated with the rest of the interface."""


def N_(words: str) -> str:  # noqa: N802  the name that translators' tools look for
    return words


ERRORS = {
    "GENERIC_AUTHN_FAILED": N_("The e-mail address and the password do not belong together."),
    "UNAUTHENTICATED": N_("Sign in first."),
    "REAUTHENTICATION_REQUIRED": N_("Prove first that it is you."),
    "RETYPE_PASSWORD_MISMATCH": N_("The two passwords differ."),
    "INVALID_REDIRECT": N_("That address is not one of ours."),
    "INVALID_RECOVERY_CODE": N_("That is none of your recovery codes that are left."),
    "PASSWORD_RESET_EXPIRED": N_("The link was older than an hour. Ask for a new one."),
    "INVALID_RESET_PASSWORD_TOKEN": N_("The link works no more. Ask for a new one."),
    "EMAIL_NOT_PROVIDED": N_("Write an e-mail address."),
    "INVALID_CODE": N_("That is not the code of this moment."),
    "PASSWORD_NOT_PROVIDED": N_("Write the password."),
    "PASSWORD_INVALID_LENGTH": N_("A password has at least %(length)s characters."),
    "INVALID_PASSWORD": N_("That is not your password."),
    "INVALID_PASSWORD_CODE": N_("That is not your password."),
    "PASSWORD_IS_THE_SAME": N_("That is the password you have already."),
    "REFRESH": N_("Prove first that it is you."),
    "TWO_FACTOR_INVALID_TOKEN": N_("That is not the code of this moment."),
    "TWO_FACTOR_PERMISSION_DENIED": N_("Begin again: sign in with your password first."),
    "TWO_FACTOR_SETUP_EXPIRED": N_("That took too long. Begin again."),
    "WEBAUTHN_EXPIRED": N_("That took too long. Begin again."),
    "WEBAUTHN_NAME_REQUIRED": N_("Give the passkey a name."),
    "WEBAUTHN_NAME_INUSE": N_("You have a passkey of that name already."),
    "WEBAUTHN_NAME_NOT_FOUND": N_("You have no passkey of that name."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": N_("Use letters, digits, blanks and dashes only."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": N_("That passkey is known here already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": N_("That passkey is not known here."),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": N_("That passkey is not known here."),
    "WEBAUTHN_MISMATCH_USER_HANDLE": N_("That passkey is not known here."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": N_("That passkey is not known here."),
    "WEBAUTHN_NO_VERIFY": N_("The passkey could not be proven. Try again."),
    "DISABLED_ACCOUNT": N_("This account is disabled. Ask an administrator."),
    "API_ERROR": N_("The request could not be read."),
}
NEWS = {
    # The same whether the address is known or not.
    "PASSWORD_RESET_REQUEST": N_("If the address is known here, a mail is on its way to it."),
    "PASSWORD_RESET_NO_LOGIN": N_("The new password is saved. Sign in with it."),
    "PASSWORD_CHANGE": N_("The new password is saved. Your other devices are signed out."),
    "REAUTHENTICATION_SUCCESSFUL": N_("Thank you. Go on."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": N_("Welcome."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": N_("The code app is on. Make recovery codes too."),
    "TWO_FACTOR_DISABLED": N_("The code app is off."),
    "WEBAUTHN_CREDENTIAL_DELETED": N_("The passkey %(name)s is removed."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": N_("The passkey %(name)s is added."),
}
MESSAGES = {
    **{f"MSG_{key}": (words, "error") for key, words in ERRORS.items()},
    **{f"MSG_{key}": (words, "success") for key, words in NEWS.items()},
}
