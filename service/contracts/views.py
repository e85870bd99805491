"""All pages about contracts; each module puts its own on the blueprint."""

from service.contracts import deed_views, list_views, panel_views, profit_views, show_views
from service.contracts.blueprint import bp

__all__ = ["bp", "deed_views", "list_views", "panel_views", "profit_views", "show_views"]
