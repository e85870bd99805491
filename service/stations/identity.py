"""What an OCPP identity may look like."""

import re
from urllib.parse import quote

LONGEST = 48
ALLOWED = re.compile(r"[A-Za-z0-9*\-_=:+|@.]{1,48}")


def is_identity(text: str) -> bool:
    return ALLOWED.fullmatch(text) is not None and text not in {".", ".."}


def address(base: str, identity: str) -> str:
    """What is typed into the charger: the identity is the last part, as an address is written."""
    return f"{base}/{quote(identity, safe='*-_=:+@.')}"
