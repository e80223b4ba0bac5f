"""What holds for every route."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import api
from api.app import RESOURCES, create_app
from api.auth import role_of
from orchestrator.bootstrap import build
from orchestrator.config import Settings
from orchestrator.domain.access import Role

PUBLIC = {"/health", "/ready", "/openapi.json", "/docs", "/docs/assets/<path:filename>"}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
FOLDER = Path(api.__file__).parent


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application around services that never connect."""
    nowhere = Settings(database_url="postgresql+psycopg2://nobody@127.0.0.1:1/x", redis_url="redis://127.0.0.1:1/0")
    return create_app(build(nowhere))


@pytest.fixture(scope="module")
def described(app: Flask) -> Any:
    return app.test_client().get("/openapi.json").get_json()


def test_every_route_needs_a_role_or_is_on_the_public_list(app: Flask) -> None:
    public = {rule.rule for rule in app.url_map.iter_rules() if role_of(app.view_functions[rule.endpoint]) is None}

    assert public == PUBLIC


def test_a_viewer_writes_nothing(app: Flask) -> None:
    writing = [rule for rule in app.url_map.iter_rules() if rule.methods and rule.methods & WRITING]

    roles = {role_of(app.view_functions[rule.endpoint]) for rule in writing}
    assert len(writing) >= 4
    assert roles <= {Role.OPERATOR, Role.ADMIN}


def test_every_route_is_described_with_its_security(app: Flask, described: Any) -> None:
    undescribed = {"/openapi.json", "/docs", "/docs/assets/<path:filename>"}
    for rule in app.url_map.iter_rules():
        if rule.rule in undescribed:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            operation = described["paths"][path][method.lower()]
            needs_key = role_of(app.view_functions[rule.endpoint]) is not None
            assert bool(operation["security"]) == needs_key
            assert operation["summary"]
            assert operation["responses"]


def test_the_description_is_openapi_3_1_and_its_references_lead_somewhere(described: Any) -> None:
    text = json.dumps(described)

    assert described["openapi"].startswith("3.1")
    references = re.findall(r'"\$ref": "#/([^"]+)"', text)
    assert references
    for reference in references:
        node = described
        for step in reference.split("/"):
            node = node[step]
    problems = described["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(problems) == ["application/problem+json"]


def test_submitting_is_described_as_json_and_as_a_form(described: Any) -> None:
    content = described["paths"]["/jobs"]["post"]["requestBody"]["content"]

    assert set(content) == {"application/json", "multipart/form-data"}
    form, body = (described["components"]["schemas"][name]["properties"] for name in ("SubmissionForm", "Submission"))
    assert form.keys() == body.keys()
    assert "null" in body["successor_of"]["type"]
    assert "null" not in json.dumps(form)  # the parts of a form are texts and files


def test_the_docs_page_loads_files_of_this_package_only(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs").text

    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) >= 4
    for source in sources:
        assert source.startswith("/")
        assert client.get(source).status_code == 200
    assert "<script>" not in page


def test_routes_and_schemas_have_the_same_names() -> None:
    def names(folder: str) -> set[str]:
        return {path.stem for path in (FOLDER / folder).glob("*.py")} - {"__init__"}

    assert names("routes") - {"docs"} == names("schemas") - {"fields", "problem"}
    assert len(RESOURCES) == len(names("routes")) - 1


def test_the_contract_names_every_route(app: Flask) -> None:
    contract = (FOLDER.parent / "docs" / "rest.md").read_text()
    lines = [line for line in contract.splitlines() if line.startswith("| ")]
    rules = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(("/docs", "/openapi.json"))]
    assert len(rules) > 20
    for rule in rules:
        path = re.sub(r"<(?:\w+:)?(?:\w+_)?(\w+)>", r"{\1}", rule.rule)
        action = path.rsplit("/", 1)[1]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            named = (line for line in lines if method in line and (path in line or f", /{action} " in line))
            assert any(named), f"{method} {path} is not in docs/rest.md"


def test_routes_stay_thin() -> None:
    for path in (FOLDER / "routes").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 15, f"{path.name}: {node.name}"
