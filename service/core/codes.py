"""Short codes that people read from a label and type: no letter that looks like another."""

from __future__ import annotations

import secrets

# No 0 and O, no 1, I and L, no U that a worn V becomes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """A code that nobody can guess: one of 656 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """What somebody typed, as it is kept: in any case, with or without dash. "" for no code."""
    code = "".join(text.split()).replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def shown(code: str) -> str:
    """As a label says it: `ABCD-2345`."""
    return f"{code[:4]}-{code[4:]}"
