"""The pages of work orders: a list and nothing else."""

from service.visits import deed_views, list_views, making_views, show_views
from service.visits.blueprint import bp

__all__ = ["bp", "deed_views", "list_views", "making_views", "show_views"]
