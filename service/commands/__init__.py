"""What a person types at a terminal: `python app.py run`, and everything beside it."""

from service.commands import errands, processes
from service.commands.base import House, commands

__all__ = ["House", "commands", "errands", "processes"]
