"""The pages of work orders and of service visits: a list and nothing else."""

from service.visits import (
    allowance_views,
    deed_views,
    list_views,
    making_views,
    service_visit_views,
    show_views,
    visit_list_views,
    visit_planning_views,
)
from service.visits.blueprint import bp, visits

__all__ = [
    "allowance_views",
    "bp",
    "deed_views",
    "list_views",
    "making_views",
    "service_visit_views",
    "show_views",
    "visit_list_views",
    "visit_planning_views",
    "visits",
]
