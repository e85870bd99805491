"""Puts the parts together. Read this first, then service/__init__.py."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask

from service.core.config import Settings
from service.core.db import db

PAGES: tuple[Any, ...] = ()


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    settings = settings or Settings.read(os.environ)
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
    )
    app.config.update(config)
    db.init_app(app)
    for pages in PAGES:
        app.register_blueprint(pages)
    return app
