"""Puts the parts together. Read this first, then service/__init__.py."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask

from ocpp_link.demo.simulate import simulate
from ocpp_link.server import serve
from service.api import RESOURCES
from service.checklists import (
    editor_views,
    instruments_views,
    limits_views,
    measurements_views,
    preview_views,
    version_views,
)
from service.checklists.models import ChecklistRun
from service.commands import House, commands
from service.contracts import packages_views, sla_views
from service.contracts import views as contracts_views
from service.core import api, outbox_views, preferences, settings_views, stream, web
from service.core.config import Settings
from service.core.db import Visible, db
from service.core.proxies import Proxies, behind
from service.monitoring import (
    availability_views,
    faults_views,
    frames_views,
    outages_views,
    ready,
    rivals_views,
    stations_views,
)
from service.parts import kits_views, parts_views, wear_views
from service.people import sign_in, skills_pages, tablet_api, tablet_door, tablet_list
from service.people.models import NotVisibleError
from service.people.views import bp as people
from service.people.web_sessions import WebSession
from service.plans import (
    history_views,
    plans_views,
    recall_views,
    service_views,
    tasks_views,
    tightenings_views,
)
from service.portal import views as portal
from service.remote import views as remote_views
from service.reports import calendar_views, correcting_views, programme_views, verify_views
from service.reports import service_views as report_views
from service.reports.service_reports import ServiceReport
from service.sessions import tags_views
from service.sessions import views as sessions_views
from service.stations import (
    components_views,
    connection_views,
    customers_views,
    import_views,
    knowledge_views,
    label_views,
    models_views,
    pending_views,
    sites_views,
)
from service.stations.models import Station
from service.tablets import document, live_door, operations_door, package_door, shell_views
from service.tablets import views as tablets_views
from service.tickets import list_views, overview
from service.tickets.models import Ticket
from service.visits import views as visits
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit

PAGES: tuple[Any, ...] = (
    overview.bp,
    people,
    preferences.bp,
    settings_views.bp,
    outbox_views.bp,
    stations_views.stations,
    stations_views.bp,
    label_views.bp,
    components_views.bp,
    connection_views.bp,
    rivals_views.bp,
    pending_views.bp,
    import_views.bp,
    tags_views.bp,
    sessions_views.bp,
    sites_views.bp,
    customers_views.bp,
    contracts_views.bp,
    packages_views.bp,
    sla_views.bp,
    models_views.bp,
    plans_views.bp,
    tasks_views.bp,
    tightenings_views.bp,
    service_views.bp,
    version_views.pages,
    editor_views.bp,
    preview_views.bp,
    limits_views.bp,
    instruments_views.bp,
    measurements_views.bp,
    knowledge_views.bp,
    parts_views.bp,
    kits_views.bp,
    wear_views.bp,
    skills_pages.bp,
    tablet_list.bp,
    list_views.bp,
    remote_views.bp,
    frames_views.bp,
    availability_views.bp,
    outages_views.bp,
    faults_views.bp,
    visits.bp,
    visits.visits,
    recall_views.bp,
    history_views.bp,
    tablets_views.bp,
    programme_views.bp,
    calendar_views.bp,
    shell_views.bp,
    report_views.bp,
    verify_views.bp,
    correcting_views.bp,
    portal.bp,
)
# What tablets call, under /api/t.
TABLETS = (tablet_api.bp, operations_door.bp, package_door.bp, live_door.bp)
# Whose rows a live topic names: a customer's person hears only of rows that they may see.
TOPICS: dict[str, type[Visible]] = {
    "ticket": Ticket,
    "station": Station,
    "work_order": WorkOrder,
    "service_report": ServiceReport,
    "service_visit": ServiceVisit,
    "checklist_run": ChecklistRun,
}


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    settings = settings or Settings.read(os.environ)
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # A database that was restarted costs nobody a failed request.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
    )
    app.config.update(config)
    db.init_app(app)
    app.wsgi_app = behind(Proxies(settings.trusted_proxies), app.wsgi_app)  # type: ignore[assignment]
    web.set_up(app, missing=NotVisibleError)
    sign_in.init(app)
    stream.set_up(app, TOPICS, WebSession.is_open)
    app.add_url_rule("/health", "health", ready.health)
    for pages in PAGES:
        app.register_blueprint(pages)
    api.publish(app, RESOURCES, (document.describe,))
    tablet_door.publish(app, TABLETS)
    return app


if __name__ == "__main__":
    commands(obj=House(create_app, serve, simulate))
