"""What a person types at a terminal: `python app.py run`, and everything beside it."""

from commands import errands, processes
from commands.base import MakeApp, commands

__all__ = ["MakeApp", "commands", "errands", "processes"]
