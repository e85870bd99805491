"""The resources of the JSON API, in the order of its document. A list and nothing else."""

from __future__ import annotations

from service.checklists.findings_api import findings
from service.checklists.registers_api import instruments, limits
from service.checklists.runs_api import measured
from service.checklists.templates_api import templates, versions
from service.contracts.packages_api import packages, policies
from service.core.api import Resource
from service.monitoring.api import frames
from service.monitoring.faults_api import faults
from service.monitoring.outages_api import outages
from service.parts.api import kits, parts
from service.parts.wear_api import models
from service.people.api import history
from service.people.skills_api import skills
from service.people.tablets_api import tablets
from service.plans.api import assigned, plans, tasks
from service.plans.forecast_api import forecasts
from service.plans.occurrences_api import occurrences
from service.plans.tightenings_api import tightenings
from service.remote.api import remote
from service.reports.amendments_api import runs
from service.reports.programme_api import customers
from service.reports.service_api import service_reports
from service.sessions.api import sessions, tags
from service.stations.api import stations
from service.stations.components_api import components
from service.stations.register_api import sites
from service.tablets.api import operations
from service.tickets.deeds_api import tickets
from service.visits.allowance_api import contracts
from service.visits.deeds_api import orders, recalls
from service.visits.service_visits_api import service_visits

RESOURCES: tuple[Resource, ...] = (
    customers,
    sites,
    models,
    parts,
    kits,
    skills,
    tablets,
    stations,
    components,
    policies,
    packages,
    contracts,
    tickets,
    remote,
    faults,
    frames,
    outages,
    sessions,
    tags,
    plans,
    tasks,
    assigned,
    tightenings,
    occurrences,
    forecasts,
    templates,
    versions,
    runs,
    findings,
    measured,
    instruments,
    limits,
    orders,
    service_visits,
    recalls,
    operations,
    service_reports,
    history,
)
