"""What an OCPP identity may look like."""

import re

LONGEST = 48
ALLOWED = re.compile(r"[A-Za-z0-9*\-_=:+|@.]{1,48}")


def is_identity(text: str) -> bool:
    return ALLOWED.fullmatch(text) is not None and text not in {".", ".."}
