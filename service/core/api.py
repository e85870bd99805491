"""The JSON API: one document, one kind of error, bearer tokens and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Lock
from typing import Any, ParamSpec, Protocol, TypeVar

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, render_template, request
from flask_smorest import Api, abort
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, fields
from webargs.flaskparser import FlaskParser, is_json_request

from service.core import problems
from service.core.document import sections
from service.core.fields import Body

VERSION = "1.0"
MOST_BYTES = 1024 * 1024
P = ParamSpec("P")
R = TypeVar("R")


class Decorator(Protocol):
    """Leaves the view as it was."""

    def __call__(self, view: Callable[P, R], /) -> Callable[P, R]: ...


ABOUT = """Send `Authorization: Bearer <token>` with every request; cookies are not looked at.
Errors are problem details (RFC 9457). Lists answer `items`, `total` and `next`: give `next` as
`cursor` for the following page. Ids are integers, instants RFC 3339 in UTC."""


class _Parser(FlaskParser):
    """Refuses what the schema does not know, in the address too, and bodies of other kinds."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Any) -> Any:
        if req.get_data(cache=True) and not is_json_request(req):
            abort(415)
        try:
            return super()._raw_load_json(req)
        except (ValueError, RecursionError) as wrong:
            # Also a number of 5 000 digits, and a thousand brackets.
            self._handle_invalid_json_error(wrong, req)

    def _handle_invalid_json_error(self, error: Any, req: Any, *_: Any, **__: Any) -> Any:
        raise problems.ProblemError(400, "The body cannot be read as JSON.")


class Resource(SmorestBlueprint):  # type: ignore[misc]
    """The addresses of one kind of thing."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, about: str) -> None:
        super().__init__(name, name, description=about)

    def get(self, rule: str, gives: type[Schema], query: type[Schema] | None = None) -> Decorator:
        return self._address("GET", rule, 200, gives, query, "query")

    def post(
        self,
        rule: str,
        gives: type[Schema],
        body: type[Schema] | None = None,
        status: int = 201,
    ) -> Decorator:
        return self._address("POST", rule, status, gives, body, "json")

    def patch(self, rule: str, gives: type[Schema], body: type[Schema]) -> Decorator:
        return self._address("PATCH", rule, 200, gives, body, "json")

    def file(self, rule: str, media_type: str, query: type[Schema]) -> Decorator:
        """A GET that answers a file, as the view's own Response."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            binary = {"type": "string", "format": "binary"}
            address = self.response(200, binary, content_type=media_type)(view)
            address = self.arguments(query, location="query")(address)
            self.route(rule, methods=["GET"], tags=[self.name])(address)
            return view

        return decorate

    def _address(
        self,
        method: str,
        rule: str,
        status: int,
        gives: type[Schema],
        takes: type[Schema] | None,
        location: str,
    ) -> Decorator:
        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            address = self.response(status, gives)(view)
            if takes:
                address = self.arguments(takes, location=location)(address)
            elif method == "POST":
                address = self.arguments(Body, required=False, as_kwargs=True)(address)
            self.route(rule, methods=[method], tags=[self.name])(address)
            return view

        return decorate


class ProblemShape(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), metadata={"description": "What is wrong, by field."})


class _Api(Api):  # type: ignore[misc]
    ERROR_SCHEMA = ProblemShape
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_error_handlers(self) -> None:
        """Pages keep their own errors: ours are registered on the API's blueprint alone."""

    def _register_pagination_header(self) -> None:
        """Pages are in the body."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


# Writes addresses that are no resource's into the document.
Describe = Callable[[Any], None]


def publish(app: Flask, resources: tuple[Resource, ...], also: tuple[Describe, ...] = ()) -> None:
    """Put the API on the application, after its other parts.

    It takes no cookie (see `people.guard`), so forms' tokens do not concern it.
    """
    app.config.update(
        API_TITLE="Laddvakt",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS=_document_options(),
    )
    names = MarshmallowPlugin(schema_name_resolver=_name)
    api = _Api(app, spec_kwargs={"marshmallow_plugin": names})
    root = SmorestBlueprint("api", __name__, url_prefix="/api/v1", description=ABOUT)
    root.before_request(_limit)
    for wrong, handler in problems.handlers().items():
        root.register_error_handler(wrong, handler)
    for resource in resources:
        root.register_blueprint(resource)
        api.spec.tag({"name": resource.name, "description": resource.description})
    app.register_blueprint(root)
    app.register_blueprint(_pages(_Document(app, api, root, also)))
    if "csrf" in app.extensions:
        for resource in resources:
            app.extensions["csrf"].exempt(resource)


def _name(schema: type[Schema] | Schema) -> str:
    """TicketShape is called Ticket in the document."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.replace("Shape", "")


def _document_options() -> dict[str, Any]:
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "info": {"description": ABOUT},
        "components": {"securitySchemes": {"bearer": bearer}},
        "security": [{"bearer": []}],
    }


def _limit() -> None:
    request.max_content_length = MOST_BYTES


class _Document:
    """Made when it is first asked for: it takes as long to make as all the rest of a start."""

    def __init__(self, app: Flask, api: Any, root: Any, also: tuple[Describe, ...]) -> None:
        self.app, self.api, self.root, self.also = app, api, root, also
        self.making = Lock()
        self.made: dict[str, Any] | None = None

    def read(self) -> dict[str, Any]:
        with self.making:
            if self.made is None:
                told = (self.api, self.app, self.api.spec)
                self.root.register_views_in_doc(*told, name=self.root.name, parameters=None)
                for describe in self.also:
                    describe(self.api.spec)
                self.made = dict(self.api.spec.to_dict())
            return self.made


def _pages(document: _Document) -> Blueprint:
    """The document, for programs and for people. Neither is a secret."""
    pages = Blueprint("api_docs", __name__, url_prefix="/api/v1")

    @pages.get("/openapi.json", endpoint="document")
    def for_programs() -> Response:
        return Response(json.dumps(document.read()), mimetype="application/json")

    @pages.get("/", endpoint="read")
    def for_people() -> str:
        told = sections(document.read())
        return render_template("core/api.html", about=ABOUT, sections=told, types=problems.TYPES)

    return pages
