"""/openapi.json and /docs: the description, and a page that shows it from files of this package."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, json

from api.auth import public

blp = Blueprint("docs", __name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@blp.get("/openapi.json")
@public
def description() -> Response:
    """The description of every route, OpenAPI 3.1."""
    spec = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    return Response(json.dumps(spec.to_dict()), content_type="application/json")


@blp.get("/docs")
@public
def page() -> Response:
    """The description for people."""
    answer = current_app.send_static_file("docs.html")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
