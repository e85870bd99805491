"""A kind of row in the JSON API: listed, shown, created, changed, and what is done to it.

    class SiteFacts(Body):
        name = Words(200)
        customer = Key(Customer, data_key="customer_id")     # the verb is given the row

    class SiteQuery(Listed):
        q = search("Part of the name or city.", Site.name, Site.city)
        customer_id = by(Site.customer_id, WholeText())

    sites = Collection("sites", "Places with an address.", Site, SiteShape, "site")
    sites.lists(SiteQuery)                                   # GET /sites
    sites.shows()                                            # GET /sites/7
    sites.creates(NewSite)                                   # POST: Site.create(by, at, **facts)
    sites.changes(SiteFacts)                                 # PATCH: site.edit(by, at, **facts)

    @sites.verb("retirement", Why)                           # POST /sites/7/retirement
    def retire_site(site: Site, by: Person, at: datetime, reason: str) -> None:
        \"\"\"Retire a site where no station stands any more.\"\"\"
        site.retire(by, reason, at)

Rights are the row's `visible_to`; each address needs its line in the table of rights. A deed never
commits: its address does. Two deeds on one row at once: the second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g
from marshmallow import Schema

from service.core import clock
from service.core.api import Resource
from service.core.db import Visible, db
from service.core.paging import Listed, narrowed, page, page_of
from service.core.problems import already_exists, refuse_retired

# What is done: `(row, by, at, **asked)`, or for a new row `(by, at, **asked) -> row`.
Deed = Callable[..., Any]
Asked = dict[str, Any]


@dataclass(frozen=True)
class Twin:
    """What there is only one of: `find` looks for another by the values of `fields`."""

    fields: tuple[str, ...]
    find: Callable[..., Any]
    words: str
    # The field of the body that the words stand beside.
    beside: str = "name"

    def refuse(self, asked: Asked, row: Any = None) -> None:
        """Raises a problem where the row, as it would be with what is asked, has a twin."""
        if row is not None and not asked.keys() & set(self.fields):
            return
        found = self.find(*(asked.get(name, getattr(row, name, "")) for name in self.fields))
        if found is not None and found is not row:
            raise already_exists(self.words, self.beside)


class Collection(Resource):
    """`one` is what a person calls a row; its last word, or `key`, names the key in addresses.

    A list answers the `shape` of each row, every other address its `detail`.
    """

    def __init__(
        self,
        name: str,
        about: str,
        kind: type[Visible],
        shape: type[Schema],
        one: str,
        *,
        detail: type[Schema] | None = None,
        key: str = "",
        newest_first: bool = False,
        twin: Twin | None = None,
    ) -> None:
        super().__init__(name, about)
        self.kind, self.one = kind, one
        self.shape, self.detail = shape, detail or shape
        self.key = key or one.split()[-1]
        self.newest_first, self.twin = newest_first, twin
        self.all = f"/{name}"
        self.each = f"/{name}/<int:{self.key}_id>"

    def lists(self, query: type[Schema] = Listed, about: str = "") -> None:
        order = ", newest first" if self.newest_first else ""

        def view(asked: Asked) -> Asked:
            rows = narrowed(self.kind.visible_to(g.person), query, asked)
            return page(self.kind, rows, asked, newest_first=self.newest_first)

        _call(view, f"list_{self.key}s", about or f"List {self.one}s{order}.")
        self.get(self.all, page_of(self.shape), query)(view)

    def shows(self, about: str = "") -> None:
        def view(**key: int) -> Any:
            return self._seen(key)

        _call(view, f"show_{self.key}", about or f"Get one {self.one}.")
        self.get(self.each, self.detail)(view)

    def creates(self, body: type[Schema]) -> None:
        def create(*done: Any, **facts: Any) -> Any:
            return self.kind.create(*done, **facts)  # type: ignore[attr-defined]

        _call(create, f"create_{self.key}", f"Create a {self.one}.")
        self.creation(body)(create)

    def changes(self, body: type[Schema]) -> None:
        def change(row: Any, *done: Any, **facts: Any) -> None:
            row.edit(*done, **facts)

        _call(change, f"change_{self.key}", f"Change a {self.one}.")
        self.change(body)(change)

    def creation(
        self, body: type[Schema], shape: type[Schema] | None = None
    ) -> Callable[[Deed], Deed]:
        """For a new row that is not simply created: the deed returns it."""

        def decorate(deed: Deed) -> Deed:
            def view(asked: Asked) -> Any:
                if self.twin:
                    self.twin.refuse(asked)
                row = deed(g.person, clock.now(), **asked)
                db.session.commit()
                return row

            _call(view, deed.__name__, deed.__doc__)
            self.post(self.all, shape or self.detail, body)(view)
            return deed

        return decorate

    def change(self, body: type[Schema]) -> Callable[[Deed], Deed]:
        """For a change that is not simply an edit."""

        def decorate(deed: Deed) -> Deed:
            self.patch(self.each, self.detail, body)(self._doing(deed, self.twin))
            return deed

        return decorate

    def verb(
        self,
        noun: str,
        body: type[Schema] | None = None,
        shape: type[Schema] | None = None,
        status: int = 200,
    ) -> Callable[[Deed], Deed]:
        """What is done to one row. The answer is the row, or what the deed returns."""

        def decorate(deed: Deed) -> Deed:
            address = f"{self.each}/{noun}"
            self.post(address, shape or self.detail, body, status)(self._doing(deed))
            return deed

        return decorate

    def _doing(self, deed: Deed, twin: Twin | None = None) -> Callable[..., Any]:
        def view(asked: Asked | None = None, **key: int) -> Any:
            asked, row = asked or {}, self._seen(key)
            db.session.refresh(row, with_for_update={"of": self.kind})
            refuse_retired(row)
            if twin:
                twin.refuse(asked, row)
            answer = deed(row, g.person, clock.now(), **asked)
            db.session.commit()
            if answer is None:
                db.session.expire(row)
            return row if answer is None else answer

        return _call(view, deed.__name__, deed.__doc__)

    def _seen(self, key: dict[str, int]) -> Any:
        """The row of the address, as the caller sees it: what is not theirs is not there."""
        return g.person.may_see(self.kind, key[f"{self.key}_id"])


def _call(view: Callable[..., Any], name: str, about: str | None) -> Callable[..., Any]:
    """Give a view the name of its endpoint, and the words of the document."""
    view.__name__, view.__doc__ = name, about
    return view
