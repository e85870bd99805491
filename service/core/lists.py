"""Every list of the desk: search, filters in the URL, sort, pages, a count, a download.

    stations = Listing(
        name="stations",
        query=Station.visible_to(g.person).options(joinedload(Station.site)),
        columns=(Column("name", _l("Name"), sort=Station.name), …),
        search=(Station.name, Station.ocpp_identity),
        filters=(Filter("site", _l("Site"), choices, lambda query, value: query.where(…)),),
        sort="name",
    )
    return stations.answer("stations/index.html")

However many rows there are, it asks the database thrice: for the count, for the page's keys, and
for its rows.
Rights are the query's: begin it with `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, func, or_, select

from service.core.db import db
from service.core.download import Sheet
from service.core.pages import Page

COUNTED = 10_000
PER_PAGE = 50
OWN = {"q", "sort", "page", "format"}


@dataclass(frozen=True)
class Column:
    """One column: `sort` is what the database sorts by, `value` what a download writes.

    Without `value` the row's attribute of that name is written. `on_page=False`: download only;
    `in_file=False`: page only.
    """

    key: str
    label: Any
    sort: Any = None
    value: Callable[[Any], Any] | None = None
    number: bool = False
    on_page: bool = True
    in_file: bool = True

    def of(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.key)


@dataclass(frozen=True)
class Filter:
    """A choice in the toolbar. `choices` are (value, word); other values in the URL do nothing."""

    key: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    apply: Callable[[Select[Any], str], Select[Any]]
    default: str = ""
    # The word of the empty choice: "all" where nothing is said.
    all_word: Any = None


@dataclass
class Listing:
    """A list, before anybody asked for a page of it. `sort` is a column's key, `-key` downwards."""

    name: str
    query: Select[Any]
    columns: Sequence[Column]
    sort: str
    search: Sequence[Any] = ()
    filters: Sequence[Filter] = ()
    per_page: int = PER_PAGE
    search_hint: Any = None
    # A search of your own (an index): `(query, text) -> query`.
    find: Callable[[Select[Any], str], Select[Any]] | None = None
    # Values of the address that stay in every link (`station_id` of a nested page).
    kept: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.find and not self.search:
            self.search = (True,)

    def url(self, **values: Any) -> str:
        return url_for(request.endpoint or "", **values)

    @property
    def kept_in_query(self) -> dict[str, Any]:
        """Those of `kept` that are not part of the path."""
        in_path = request.view_args or {}
        return {key: value for key, value in self.kept.items() if key not in in_path}

    def answer(self, template: str, **values: Any) -> ResponseReturnValue:
        """The page, or the file where `?format=csv` or `xlsx` asks for it."""
        kind = request.args.get("format", "")
        if kind in {"csv", "xlsx"}:
            return self.download(request.args, kind)
        return render_template(template, page=self.page(request.args), **values)

    def page(self, args: Mapping[str, str]) -> Page:
        query, number = self.narrowed(args), _page_number(args)
        counted = select(func.count()).select_from(
            query.order_by(None).options().limit(COUNTED + 1).subquery()
        )
        total = db.session.scalar(counted) or 0
        return Page(
            listing=self,
            rows=self._rows(self._cut(query, args, number)),
            number=number,
            total=min(total, COUNTED),
            is_more=total > COUNTED,
            q=_words(args),
            sort=self._sort(args),
            chosen=self._chosen(args),
        )

    def _cut(self, query: Select[Any], args: Mapping[str, str], number: int) -> Select[Any]:
        """The rows of one page: its keys are found first, so that whatever a row is joined to is
        read for these rows, and never for the others."""
        key = query.column_descriptions[0]["entity"].id
        keys = self.sorted(query, args).with_only_columns(key, maintain_column_froms=True)
        some = keys.offset((number - 1) * self.per_page).limit(self.per_page)
        return self.sorted(query, args).where(key.in_(list(db.session.scalars(some))))

    def narrowed(self, args: Mapping[str, str]) -> Select[Any]:
        """The query after search and filters."""
        query, chosen = self.query, self._chosen(args)
        for one in self.filters:
            if chosen[one.key]:
                query = one.apply(query, chosen[one.key])
        if words := _words(args):
            query = self.find(query, words) if self.find else query.where(self._matches(words))
        return query

    def sorted(self, query: Select[Any], args: Mapping[str, str]) -> Select[Any]:
        """In the order asked for; equal rows by their key, so that no page repeats a row."""
        sort = self._sort(args)
        column = next(one for one in self.columns if one.key == sort.lstrip("-"))
        expressions = column.sort if isinstance(column.sort, tuple) else (column.sort,)
        down = sort.startswith("-")
        order = [_ordered(one, down) for one in expressions]
        key = query.column_descriptions[0]["entity"].id
        return query.order_by(None).order_by(*order, key.desc() if down else key)

    def download(self, args: Mapping[str, str], kind: str) -> ResponseReturnValue:
        columns = [column for column in self.columns if column.in_file]
        query = self.sorted(self.narrowed(args), args)
        written = ([column.of(row) for column in columns] for row in self._stream(query))
        sheet = Sheet(self.name, [str(column.label) for column in columns], written)
        return sheet.csv() if kind == "csv" else sheet.xlsx()

    def _rows(self, query: Select[Any]) -> list[Any]:
        result = db.session.execute(query).unique()
        return list(result.scalars() if _is_single(query) else result)

    def _stream(self, query: Select[Any]) -> Iterator[Any]:
        """In steps, so that the whole list is never in memory."""
        result = db.session.execute(query.execution_options(yield_per=500))
        for rows in result.partitions():
            for row in rows:
                yield row[0] if _is_single(query) else row

    def _sort(self, args: Mapping[str, str]) -> str:
        sort = args.get("sort", "")
        can = {column.key for column in self.columns if column.sort is not None}
        return sort if sort.removeprefix("-") in can else self.sort

    def _chosen(self, args: Mapping[str, str]) -> dict[str, str]:
        return {one.key: _value(one, args) for one in self.filters}

    def _matches(self, words: str) -> Any:
        """Every word stands in one of the searched columns."""
        return and_(
            *(
                or_(*(column.icontains(word, autoescape=True) for column in self.search))
                for word in words.split()
            )
        )


def _value(one: Filter, args: Mapping[str, str]) -> str:
    """What the URL says, where that is a choice; its default where the URL says nothing."""
    value = args.get(one.key)
    if value is None:
        return one.default
    return value if value in {known for known, _word in one.choices} else ""


def _words(args: Mapping[str, str]) -> str:
    return args.get("q", "").replace("\x00", "").strip()[:200]


def _page_number(args: Mapping[str, str]) -> int:
    text = args.get("page", "1")
    return max(1, min(int(text), COUNTED)) if text.isascii() and text.isdigit() else 1


def _ordered(one: Any, down: bool) -> Any:
    """What is not known stands last. Where all is known, the order is that of a plain index."""
    order = one.desc() if down else one.asc()
    return order.nulls_last() if getattr(one, "nullable", True) else order


def _is_single(query: Select[Any]) -> bool:
    return len(query.column_descriptions) == 1
