"""What the document's rules say, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

# As `document`, `shapes` and `references` word it; {} stands for what they name.
KNOWN: tuple[tuple[str, Any], ...] = (
    ("is missing", _l("is missing")),
    ("is empty", _l("is empty")),
    ("must not be empty", _l("must not be empty")),
    ("must be a number", _l("must be a number")),
    ("unknown key", _l("unknown key")),
    ("is no condition that we know", _l("is no condition that we know")),
    ("there is no limit “{}”", _l("there is no limit “%(what)s”")),
    ("there is no item “{}”", _l("there is no item “%(what)s”")),
    ("“{}” is no safety item: it never locks", _l("“%(what)s” is no safety item: it never locks")),
    ("is more than {}", _l("is more than %(what)s")),
    ("is less than {}", _l("is less than %(what)s")),
    ("is longer than {} characters", _l("is longer than %(what)s characters")),
    ("an item of type {} has none", _l("an item of this kind (%(what)s) has none")),
    ("waits for itself: {}", _l("waits for itself: %(what)s")),
    ("hangs on itself: {}", _l("hangs on itself: %(what)s")),
)
PATTERNS = tuple(
    (re.compile("(?P<what>.+)".join(map(re.escape, words.split("{}")))), said)
    for words, said in KNOWN
)


def wrong(words: str) -> str:
    """What nobody has translated is said as it is."""
    for pattern, said in PATTERNS:
        if found := pattern.fullmatch(words):
            what = found.groupdict().get("what")
            return str(said) % {"what": what} if what else str(said)
    return str(gettext(words))
