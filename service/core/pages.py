"""One page of a list, as the `listing` macro shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

if TYPE_CHECKING:
    from service.core.lists import Column, Filter, Listing


@dataclass(frozen=True)
class ShownColumn:
    label: Any
    number: bool
    direction: str
    sort_url: str


@dataclass(frozen=True)
class ShownFilter:
    key: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    value: str
    all_word: Any


@dataclass
class Page:
    """What the `listing` macro shows."""

    listing: Listing
    rows: list[Any]
    number: int
    # How many there are in all; `is_more` when counting stopped.
    total: int
    is_more: bool
    q: str
    sort: str
    chosen: dict[str, str]

    def url(self, **change: Any) -> str:
        values: dict[str, Any] = {**self.listing.kept, **self._written}
        values |= {"q": self.q or None, "sort": self.sort, "page": self.number} | change
        if values["sort"] == self.listing.sort:
            values.pop("sort")
        if values["page"] == 1:
            values.pop("page")
        return self.listing.url(**{key: value for key, value in values.items() if value != ""})

    @property
    def _written(self) -> dict[str, str | None]:
        """The filters that differ from what they are when the URL says nothing."""
        defaults = {each.key: each.default for each in self.listing.filters}
        return {
            key: value or ("any" if defaults[key] else None)
            for key, value in self.chosen.items()
            if value != defaults[key]
        }

    @property
    def path(self) -> str:
        return self.listing.url(**self.listing.kept)

    @property
    def id(self) -> str:
        return f"list-{self.listing.name}"

    @property
    def can_search(self) -> bool:
        return bool(self.listing.search)

    @property
    def search_hint(self) -> Any:
        return self.listing.search_hint

    @property
    def kept(self) -> list[tuple[str, Any]]:
        """What the toolbar's form sends along: the sort, and what the address already said."""
        sort = [("sort", self.sort)] if self.sort != self.listing.sort else []
        return [*self.listing.kept_in_query.items(), *sort]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self._written)

    @property
    def columns(self) -> list[ShownColumn]:
        return [self._shown(column) for column in self.listing.columns if column.on_page]

    def _shown(self, column: Column) -> ShownColumn:
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")
        turned = f"-{column.key}" if direction == "ascending" else column.key
        link = self.url(sort=turned, page=1) if column.sort is not None else ""
        return ShownColumn(column.label, column.number, direction, link)

    @property
    def filters(self) -> list[ShownFilter]:
        return [self._choice(one) for one in self.listing.filters]

    def _choice(self, one: Filter) -> ShownFilter:
        value = self.chosen[one.key]
        return ShownFilter(one.key, one.label, one.choices, value, one.all_word)

    @property
    def words(self) -> str:
        """`51 to 100 of 412`"""
        first = (self.number - 1) * self.listing.per_page + 1
        last = first + len(self.rows) - 1
        total = _("more than %(n)s", n=self.total) if self.is_more else str(self.total)
        if last == self.total and first == 1 and not self.is_more:
            return str(ngettext("%(num)d row", "%(num)d rows", self.total))
        return str(_("%(first)s to %(last)s of %(total)s", first=first, last=last, total=total))

    @property
    def before(self) -> str:
        return self.url(page=self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        more = self.is_more or self.number * self.listing.per_page < self.total
        return self.url(page=self.number + 1) if more else ""
