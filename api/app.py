"""The Flask application: doors only, everything else is in the services."""

from __future__ import annotations

from flask import Flask

from api import audit as audited
from api import context, limits, network, paths, problems, timing
from api.arguments import FORM_PARTS, JSON_BYTES, StrictRequest
from api.auth import SECURITY_SCHEMES, public
from api.context import VERSION
from api.draining import Draining
from api.routes import (
    agents,
    audit,
    coverage,
    docs,
    documents,
    events,
    graph,
    health,
    jobs,
    keys,
    operations,
    queues,
    reports,
    requirements,
    retention,
    reviews,
    revisions,
    scheduling,
    stats,
    steps,
    stuck,
    webhooks,
)
from orchestrator.bootstrap import Orchestrator

RESOURCES = (
    jobs, scheduling, stuck, documents, steps, events, requirements, coverage, reports, graph, agents, queues, stats,
    health, keys, audit, webhooks, revisions, reviews, operations, retention,
)  # fmt: skip


def create_app(orchestrator: Orchestrator, draining: Draining | None = None) -> Flask:
    """Make the application around these services. Opens no connection.

    Args:
        orchestrator: the services.
        draining: true once this server stops; /ready says so.
    """
    app = Flask("api", static_url_path="/docs/assets", static_folder="static")
    app.request_class = StrictRequest
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    app.extensions[context.EXTENSION] = orchestrator
    app.extensions[context.DRAINING] = draining = Draining() if draining is None else draining
    orchestrator.event_feed.stop_when(draining.__bool__)
    app.config.update(
        MAX_CONTENT_LENGTH=orchestrator.settings.max_upload_bytes + JSON_BYTES,
        MAX_FORM_MEMORY_SIZE=JSON_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        API_TITLE="Requirement orchestrator",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
    )
    context.register(app)
    timing.register(app)
    audited.register(app)
    problems.register(app)
    limits.register(app, orchestrator.settings)
    network.register(app, orchestrator.settings)
    app.view_functions["static"] = public(app.view_functions["static"])
    _add_resources(app)
    return app


def _add_resources(app: Flask) -> None:
    api = problems.ProblemApi(app)
    for name, scheme in SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for resource in RESOURCES:
        api.register_blueprint(resource.blp)
    app.register_blueprint(docs.blp)
    paths.describe(api.spec._paths)
