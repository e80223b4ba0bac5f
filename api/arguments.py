"""How requests are read: strict JSON, forms, queries; and the blueprint that every resource is made of."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from api.headers import may_be_repeated
from orchestrator.domain.text import depth_of

JSON_BYTES = 8_000_000
"""Of a body, and of a form's plain fields: `context.text` has up to 1,000,000 characters of up to 6 bytes."""
JSON_DEPTH = 32
FORM_PARTS = 50
FORM = "multipart/form-data"

View = Callable[..., Any]


class StrictRequest(Request):
    """A request whose broken form is an error, not an empty form."""

    def make_form_data_parser(self) -> FormDataParser:
        """As Werkzeug's, but not silent."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser


class Parser(FlaskParser):
    """Reads `submission` from JSON or from a form; unknown names are refused everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": ma.RAISE}
    __location_map__ = FlaskParser.__location_map__ | {"submission": "load_submission", "upload": "load_form_fields"}

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The parameters of the query, each given once: of two, one would be dropped without a word."""
        for name in schema.fields:
            _once(name, len(req.args.getlist(name)))
        return super().load_querystring(req, schema)

    def load_submission(self, req: Request, schema: ma.Schema) -> Any:
        """The fields of a JSON body or of a form, whichever was sent."""
        if req.mimetype == FORM:
            return self.load_form_fields(req, schema)
        if req.is_json:
            return self.load_json(req, schema)
        raise UnsupportedMediaType(f"Send application/json or {FORM}, not {req.mimetype or 'a body without a type'}.")

    def load_form_fields(self, req: Request, schema: ma.Schema) -> dict[str, Any]:
        """The fields and files of a form: lists where the schema has lists, JSON where it has objects or numbers."""
        if req.mimetype != FORM:
            raise UnsupportedMediaType(f"Send {FORM}, not {req.mimetype or 'a body without a type'}.")
        try:
            names = [*req.form, *req.files]
        except ValueError:
            _refuse("broken_form", "The form cannot be read: it is cut off or its headers are broken.")
        return {name: _form_value(req, name, schema.fields.get(name)) for name in names}

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            raise UnsupportedMediaType(f"Send application/json, not {req.mimetype or 'a body without a type'}.")
        value = read_json(body_of(req))
        if value is None:
            _refuse("broken_json", "The body is null; send a JSON object.")
        return value


def body_of(req: Request) -> bytes:
    """The body of a request that is no form, up to `JSON_BYTES`.

    Raises:
        RequestEntityTooLarge: it has more.
    """
    req.max_content_length = JSON_BYTES
    data = req.get_data()
    if len(data) >= JSON_BYTES:  # Werkzeug cuts a body of unknown length off at the limit without a word
        raise RequestEntityTooLarge
    return data


def read_json(data: bytes | str) -> Any:
    """A JSON value, strictly: UTF-8, no NaN or infinity, nested at most 32 levels.

    Raises:
        BadRequest: it is none; says where.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        _refuse("broken_json", f"The body is not UTF-8 (byte {error.start}).")
    except json.JSONDecodeError as error:
        _refuse("broken_json", f"The body is not JSON: {error.msg} at line {error.lineno} column {error.colno}.")
    except (ValueError, RecursionError) as error:
        _refuse("broken_json", f"The body cannot be read as JSON: {error or 'nested too deeply'}.")
    if depth_of(value) > JSON_DEPTH:
        _refuse("broken_json", f"The body is nested more than {JSON_DEPTH} levels deep.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _refuse(code: str, detail: str) -> NoReturn:
    error: Any = BadRequest(detail)
    error.data = {"code": code}
    raise error


def _form_value(req: Request, name: str, field: ma.fields.Field[Any] | None) -> Any:
    given: list[Any] = [*req.form.getlist(name), *req.files.getlist(name)]
    if isinstance(field, ma.fields.List):
        return given
    _once(name, len(given))
    if isinstance(field, ma.fields.Dict | ma.fields.Number) and isinstance(given[0], str):
        return _json_field(name, given[0])
    return given[0]


def _once(name: str, times: int) -> None:
    if times > 1:
        raise ma.ValidationError({name: [f"given {times} times; give it once"]})


def _json_field(name: str, text: str) -> Any:
    try:
        return read_json(text)
    except BadRequest as error:
        raise ma.ValidationError({name: [f"is not JSON in a form field: {error.description}"]}) from error


class Resource(Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint with this parser, and typed decorators."""

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING | {
        "submission": "application/json",
        "upload": FORM,
    }

    def get(self, rule: str) -> Callable[[View], View]:
        """Route GET."""
        return self.route(rule, methods=["GET"])  # type: ignore[no-any-return]

    def post(self, rule: str) -> Callable[[View], View]:
        """Route POST; `api.idempotency` does it once for each key."""
        return lambda view: self.route(rule, methods=["POST"])(may_be_repeated(view))

    def patch(self, rule: str) -> Callable[[View], View]:
        """Route PATCH."""
        return self.route(rule, methods=["PATCH"])  # type: ignore[no-any-return]

    def delete(self, rule: str) -> Callable[[View], View]:
        """Route DELETE."""
        return self.route(rule, methods=["DELETE"])  # type: ignore[no-any-return]

    def takes(self, schema: type[ma.Schema], location: str) -> Callable[[View], View]:
        """Read the arguments from `query`, `submission` or `upload` and pass them as the first argument."""
        return self.arguments(schema, location=location)  # type: ignore[no-any-return]

    def answers(self, status: int, schema: type[ma.Schema], **described: Any) -> Callable[[View], View]:
        """Answer by this schema and status."""
        return self.response(status, schema, **described)  # type: ignore[no-any-return]

    def also(self, status: int, **described: Any) -> Callable[[View], View]:
        """Describe another answer that is no error."""
        return self.alt_response(status, success=True, **described)  # type: ignore[no-any-return]

    def describes(self, **described: Any) -> Callable[[View], View]:
        """Add to the description."""
        return self.doc(**described)  # type: ignore[no-any-return]
