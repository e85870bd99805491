"""The shape of the code, kept by the machine rather than by memory."""

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import service

ROOT = Path(service.__file__).parent.parent
FILES = sorted(
    file
    for file in [ROOT / "app.py", *ROOT.glob("service/**/*.py"), *ROOT.glob("ocpp_link/**/*.py")]
    if "versions" not in file.parts
)
RANK = {name: rank for rank, name in enumerate(service.FEATURES)}
WEB = {"flask", "flask_wtf", "wtforms", "flask_babel", "flask_smorest"}


def imports(file: Path) -> Iterator[str]:
    """What a file imports at run time: names for the type checker alone do not count."""
    for node in _run(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        checking = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not checking:
            yield from _run(child)


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def ours(file: Path) -> list[list[str]]:
    mine = [name.split(".") for name in imports(file)]
    return [parts for parts in mine if parts[0] in {"service", "ocpp_link", "app"}]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_feature_imports_only_what_stands_above_it(file: Path) -> None:
    home = file.relative_to(ROOT).parts
    if home[0] == "service":
        strangers = [parts for parts in ours(file) if parts[0] != "service"]
        assert not strangers, f"service must not know {strangers}"
    if home[0] == "service" and len(home) > 2 and home[1] in RANK:
        below = [parts for parts in ours(file) if RANK.get(parts[1], 99) > RANK[home[1]]]
        assert not below, f"{home[1]} must not import {below}"
    if home[0] == "ocpp_link":
        assert not [parts for parts in ours(file) if parts[0] == "app"]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 300


@pytest.mark.parametrize("file", [f for f in FILES if f.name == "models.py"], ids=name_of)
def test_models_never_commit_nor_see_the_web(file: Path) -> None:
    assert "commit(" not in file.read_text()
    assert not WEB & {name.split(".")[0] for name in imports(file)}


@pytest.mark.parametrize(
    "file", [f for f in FILES if "service" in f.parts and "clock" not in f.name], ids=name_of
)
def test_only_the_clock_asks_what_time_it_is(file: Path) -> None:
    assert "datetime.now(" not in file.read_text()
    assert "utcnow(" not in file.read_text()


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_is_left_for_later(file: Path) -> None:
    with file.open("rb") as source:
        comments = [
            token.string
            for token in tokenize.tokenize(source.readline)
            if token.type == tokenize.COMMENT
        ]
    assert not [one for one in comments if any(word in one for word in ("TODO", "FIXME", "XXX"))]


def test_a_feature_uses_only_the_familiar_file_names() -> None:
    """A rule module is the noun that it computes; what a helper would be has no name here."""
    vague = {"utils.py", "helpers.py", "manager.py", "common.py", "misc.py", "data.py"}
    assert not [name_of(file) for file in FILES if file.name in vague]
