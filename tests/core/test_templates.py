"""Every template keeps the content security policy, and htmx's rule of explicit inheritance."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
NAMES = [str(path.relative_to(TEMPLATES)) for path in PAGES]

TAG = re.compile(r"<[a-zA-Z](?:{{.*?}}|{%.*?%}|[^<>{]|{(?![{%]))*+>", re.DOTALL)
# These act through the element that makes a request: on any other they are meant for its children.
PASSED_DOWN = (
    "hx-target",
    "hx-swap",
    "hx-headers",
    "hx-include",
    "hx-confirm",
    "hx-sync",
    "hx-select",
    "hx-indicator",
    "hx-vals",
    "hx-boost",
)
ASKS = re.compile(r"\bhx-(get|post|put|patch|delete)\b")
# Gone or renamed in htmx 4: written so, they do nothing and say nothing.
GONE = re.compile(
    r"\bhx-(vars|params|ext|disinherit|inherit|request|history|disabled-elt|prompt)\b"
)


def tags(text: str) -> list[str]:
    return TAG.findall(re.sub(r"{#.*?#}", "", text, flags=re.DOTALL))


def faults(text: str) -> list[str]:
    """What would break silently in the browser."""
    found = []
    for tag in tags(text):
        if re.search(r"\son[a-z]+\s*=", tag):
            found.append(f"handler: {tag}")
        if re.search(r"\sstyle\s*=", tag):
            found.append(f"style: {tag}")
        if tag.startswith("<script") and " src=" not in tag:
            found.append(f"script: {tag}")
        if tag.startswith("<style"):
            found.append(f"style: {tag}")
        if GONE.search(tag):
            found.append(f"gone: {tag}")
        found += [f"{name} reaches nobody: {tag}" for name in PASSED_DOWN if _is_lost(name, tag)]
        if re.search(r"hx-(on|trigger)[^=]*=\s*[\"'][^\"']*(?:js:|\[)", tag) or "hx-on" in tag:
            found.append(f"script in an attribute: {tag}")
    return found


def _is_lost(name: str, tag: str) -> bool:
    return re.search(rf"(?<![\w-]){name}\s*=", tag) is not None and not ASKS.search(tag)


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_template_breaks_nothing_silently(path: Path) -> None:
    assert faults(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p onclick="x()">',
        '<p style="color: red">',
        "<script>x()</script>",
        "<style>p {}</style>",
        '<div hx-target="#here">',
        '<button hx-get="/x" hx-on:click="x()">',
        '<button hx-get="/x" hx-disabled-elt="this">',
        '<div {% if a > b %}hx-swap="outerHTML"{% endif %}>',
    ],
)
def test_the_check_finds_what_it_is_for(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        '<body hx-headers:inherited=\'{"X": "{{ token }}"}\'>',
        '<div hx-get="/x" hx-target="#here" hx-swap="outerMorph">',
        '<script src="/a.js" defer></script>',
        "{# <p onclick> is what we never write #}",
    ],
)
def test_the_check_leaves_in_peace_what_is_right(text: str) -> None:
    assert not faults(text)
