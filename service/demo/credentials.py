"""What a visitor of the demo signs in with, and what its chargers connect with."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SignIn:
    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """Kept beside the database, so that the same fleet connects after a restart."""

    # The same for all of the demo's people.
    password: str
    people: list[SignIn]
    # OCPP identity → key.
    keys: dict[str, str]

    @classmethod
    def read(cls, instance: Path) -> Credentials:
        """Raises FileNotFoundError where no demo was planted in this folder."""
        kept = json.loads(_path(instance).read_text())
        return cls(kept["password"], [SignIn(**one) for one in kept["people"]], kept["keys"])

    def write(self, instance: Path) -> None:
        path = _path(instance)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made beside and moved into place: whoever reads sees all of it or none.
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(path)


def _path(instance: Path) -> Path:
    return instance / "secrets" / "demo.json"
