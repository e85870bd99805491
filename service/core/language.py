"""Which language and theme a person reads in: their own choice, else the browser's."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

LANGUAGES = ("sv", "en")
THEMES = ("light", "dark", "sun")
TRANSLATIONS = Path(__file__).parent.parent / "translations"
A_YEAR = 365 * 24 * 3600


def set_up(app: Flask) -> None:
    compile_translations()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=chosen_language, default_timezone="Europe/Stockholm")


def chosen_language() -> str:
    """The person's choice; signed out, the cookie's; else what the browser asks for."""
    if not request:
        return "en"
    person = g.get("person")
    for choice in (person.language if person else None, request.cookies.get("language")):
        if choice in LANGUAGES:
            return str(choice)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def current() -> str:
    """`sv` or `en`."""
    locale = get_locale()
    return locale.language if locale else "en"


def chosen_theme() -> str | None:
    """None: as the person's system has it."""
    theme = request.cookies.get("theme")
    return theme if theme in THEMES else None


def remember(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
    )


def compile_translations(folder: Path = TRANSLATIONS) -> None:
    """Make the compiled catalogues that are missing or older than their text."""
    for source in folder.glob("*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        # Several processes may start at once: each writes a file of its own and moves it in place.
        fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(compiled)
