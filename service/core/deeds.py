"""How the deeds of the history, and those who did them, are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

VERB: dict[str, Any] = {
    "accept_invitation": _l("accepted the invitation"),
    "ask": _l("asked for a remote action"),
    "assign": _l("given to somebody"),
    "block": _l("blocked"),
    "cancel": _l("cancelled"),
    "cancelled": _l("cancelled"),
    "change_password": _l("changed the password"),
    "change": _l("changed"),
    "choose_language": _l("chose a language"),
    "closed": _l("closed"),
    "create": _l("created"),
    "edit": _l("changed"),
    "end": _l("ended"),
    "end_session": _l("signed out on one device"),
    "end_sessions": _l("signed out everywhere"),
    "give_key": _l("given a new key"),
    "import": _l("imported"),
    "in_progress": _l("begun"),
    "invite": _l("invited"),
    "join": _l("joined"),
    "new": _l("reopened"),
    "note": _l("given a note"),
    "open": _l("opened"),
    "plan": _l("planned"),
    "refuse": _l("refused"),
    "report_firmware": _l("reported its firmware"),
    "reset_second_factor": _l("second step reset"),
    "resolved": _l("resolved"),
    "retire": _l("retired"),
    "revoke": _l("revoked"),
    "set_priority": _l("given another priority"),
    "settle": _l("result seen"),
    "sign_in": _l("signed in"),
    "sign_out": _l("signed out"),
    "triaged": _l("triaged"),
    "try_again": _l("tried again"),
    "unblock": _l("unblocked"),
    "unrefuse": _l("let wait again"),
    "waiting": _l("made to wait"),
}
# Who acted where it was no person; a person stands there by name.
ACTOR: dict[str, Any] = {
    "charger": _l("The charger"),
    "command line": _l("Command line"),
    "demo": _l("The demo fleet"),
    "rule": _l("The rules"),
}


def verb(word: str) -> Any:
    return VERB.get(word, word)


def actor(name: str) -> Any:
    return ACTOR.get(name, name)
