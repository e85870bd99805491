"""The web process: gunicorn with threads, because live updates hold a thread each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from service.core.config import Settings
from service.core.log import path_without_secrets

# A live stream holds a thread as long as its page is open: `stream.MOST_VIEWERS` and the rest.
THREADS = 256
# How long a request may finish after we were told to stop. Live streams end at once.
GRACE_SECONDS = 3
log = structlog.get_logger()


class Worker(ThreadWorker):  # type: ignore[misc]
    def handle_exit(self, sig: int, frame: Any) -> None:
        """Told to stop: live streams end at once, not when their page is closed."""
        hub = self.wsgi.extensions["live_hub"]
        # Not in here: what is interrupted by a signal may hold the lock that this takes.
        threading.Thread(target=hub.close, daemon=True).start()
        super().handle_exit(sig, frame)


class Log(Logger):  # type: ignore[misc]
    """gunicorn's own log, in our shape: one line a request, without query and one-time keys."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for one in (self.error_log, self.access_log):
            one.handlers.clear()
            one.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        log.info(
            "web.request",
            method=environ["REQUEST_METHOD"],
            path=path_without_secrets(environ["PATH_INFO"]),
            status=int(str(resp.status).split(None, 1)[0]),
            ms=round(request_time.total_seconds() * 1000, 1),
            address=environ.get("REMOTE_ADDR"),
        )


class WebServer(BaseApplication):  # type: ignore[misc]
    """Serves until SIGTERM or SIGINT. The application is made in the worker, after the fork."""

    def __init__(self, settings: Settings, make: Callable[[], Flask]) -> None:
        self._settings, self._make = settings, make
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        values = {
            "bind": address(settings.bind, settings.http_port),
            "workers": 1,
            "threads": THREADS,
            "worker_class": Worker,
            "logger_class": Log,
            "accesslog": "-",
            "loglevel": "warning",
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 20,
            "control_socket_disable": True,
            # Whom to believe is TRUSTED_PROXIES' matter alone.
            "forwarded_allow_ips": "",
            "certfile": str(settings.tls_cert) if settings.tls_cert else None,
            "keyfile": str(settings.tls_key) if settings.tls_key else None,
        }
        for name, value in values.items():
            if value is not None:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()


def address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
