"""All pages about people; each module puts its own on the blueprint."""

from service.people import (
    account_pages,
    joining_pages,
    own_skills_pages,
    people_pages,
    token_pages,
)
from service.people.blueprint import bp

__all__ = [
    "account_pages",
    "bp",
    "joining_pages",
    "own_skills_pages",
    "people_pages",
    "token_pages",
]
