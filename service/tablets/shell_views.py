"""The tablet's app, `/t/`: one page, its service worker, and what makes it installable.

All of it is public: what is somebody's comes from `/api/t/`, by the device's token.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template

from service.core.headers import CONTENT_SECURITY_POLICY

bp = Blueprint("tablet", __name__, url_prefix="/t")
PAGE = "/t/"
# Beside the folder `t/`: the stylesheet of the house, and three files of others.
SHARED = ("app.css", "icon.svg")
VENDORED = ("idb-", "signature_pad-", "jsQR-")
KINDS = {".js", ".css", ".png", ".svg"}
COLOUR, PAPER = "#0b6b7d", "#fbfcfd"


@bp.get("/")
def index() -> Response:
    page = Response(render_template("tablets/shell.html", version=version()))
    # What is shown of a photo before it is sent is the page's own.
    policy = CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")
    page.headers["Content-Security-Policy"] = policy
    page.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=(self)"
    page.headers["Cache-Control"] = "no-cache"
    return page


@bp.get("/sw.js")
def service_worker() -> Response:
    script = render_template("tablets/sw.js", version=version(), files=[PAGE, *files()])
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    icons = [
        {"src": f"/static/t/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    told: dict[str, Any] = {
        "name": "Laddvakt",
        "short_name": "Laddvakt",
        "id": PAGE,
        "start_url": PAGE,
        "scope": PAGE,
        "display": "standalone",
        "orientation": "any",
        "background_color": PAPER,
        "theme_color": COLOUR,
        "icons": [*icons, icons[1] | {"purpose": "maskable"}],
    }
    answer = jsonify(told)
    answer.mimetype = "application/manifest+json"
    return answer


def files() -> list[str]:
    """The addresses that the app needs without coverage."""
    return [f"/static/{path.relative_to(_static())}" for path in _paths()]


def version() -> str:
    """Another one whenever a byte of the app is another one."""
    return _mark(tuple((str(path), path.stat().st_mtime_ns) for path in [*_paths(), *_pages()]))


@cache
def _mark(paths: tuple[tuple[str, int], ...]) -> str:
    digest = sha256()
    for path, _changed in paths:
        digest.update(Path(path).name.encode() + b"\0" + Path(path).read_bytes())
    return digest.hexdigest()[:12]


def _static() -> Path:
    return Path(str(current_app.static_folder))


def _paths() -> list[Path]:
    static = _static()
    own = sorted(path for path in (static / "t").iterdir() if path.suffix in KINDS)
    shared = [static / name for name in SHARED]
    others = sorted((static / "vendor").glob("*.js"))
    return [*own, *shared, *(path for path in others if path.name.startswith(VENDORED))]


def _pages() -> list[Path]:
    folder = Path(current_app.root_path, str(current_app.template_folder), "tablets")
    return [folder / "shell.html", folder / "sw.js"]
