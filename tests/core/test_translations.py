"""Every text of the interface has its Swedish."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SWEDISH = ROOT / "service/translations/sv/LC_MESSAGES/messages.po"
PLACE = re.compile(r"%\((\w+)\)")


def extracted() -> Catalog:
    """The texts that code and templates hold now."""
    with (ROOT / "service/translations/babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
    found = Catalog()
    for folder in ("service", "templates"):
        for name, line, text, _comments, _context in extract_from_dir(
            ROOT, methods, options, keywords=keywords, directory_filter=_is_ours(folder)
        ):
            found.add(text, locations=[(name, line)])
    return found


def _is_ours(folder: str):  # type: ignore[no-untyped-def]
    def chosen(path: str | Path) -> bool:
        parts = Path(path).relative_to(ROOT).parts
        return not parts or parts[0] == folder

    return chosen


@pytest.fixture(scope="module")
def texts() -> list[Message]:
    return [message for message in extracted() if message.id]


@pytest.fixture(scope="module")
def swedish() -> Catalog:
    with SWEDISH.open("rb") as file:
        return read_po(file, locale="sv")


def _words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_every_text_has_its_swedish(texts: list[Message], swedish: Catalog) -> None:
    missing = [
        (message.id, message.locations[0])
        for message in texts
        if (there := swedish.get(_key(message))) is None or not all(_words(there))
    ]

    assert missing == []


def test_no_swedish_is_left_over(texts: list[Message], swedish: Catalog) -> None:
    used = {_key(message) for message in texts}

    assert [message.id for message in swedish if message.id and _key(message) not in used] == []


def test_no_swedish_is_a_guess(swedish: Catalog) -> None:
    assert [message.id for message in swedish if message.id and message.fuzzy] == []


def test_a_swedish_text_has_the_same_places_to_fill_in(swedish: Catalog) -> None:
    wrong = []
    for message in swedish:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        places = {name for text in ids for name in PLACE.findall(text)}
        for words in _words(message) if message.id else ():
            if not set(PLACE.findall(words)) <= places or _lost(places, words):
                wrong.append((message.id, words))

    assert wrong == []


def _lost(places: set[str], words: str) -> bool:
    """Everything that is filled in is said; only a number may be a word ("en station")."""
    return bool(places - set(PLACE.findall(words)) - {"num"})


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
