"""The register has every code that the API may send, once, with the status that it is sent with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import api
from api.app import create_app
from api.problem_codes import CODES
from api.problems import _CODE, _STATUS
from orchestrator.bootstrap import build
from orchestrator.config import Settings

ROOT = Path(api.__file__).parent.parent
RAISING = ("api", *(f"orchestrator/{room}" for room in ("services", "storage", "domain", "outgoing", "graph_stores")))
# These end a process at its start, or are stored with a step or a job.
NO_PROBLEM = {
    "schema_too_new",
    "too_many_connections",
    "postgres_too_old",
    "redis_too_old",
    "crash",
    "shutdown",
    "job_timeout",
    "validation_failed",
    "not_delivered",
    "circuit_open",
}


def raised() -> Iterator[str]:
    """Constants that are given as `code`."""
    for folder in RAISING:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    given = [word.value for word in node.keywords if word.arg == "code"]
                    given += node.args[:1] if getattr(node.func, "id", "") == "_refuse" else []
                    yield from (str(each.value) for each in given if isinstance(each, ast.Constant) and each.value)


def test_every_code_that_is_raised_is_registered() -> None:
    known = {each.code for each in CODES}

    found = set(raised()) - NO_PROBLEM
    assert len(found) > 15
    assert found - known == set(), "add them to api/problem_codes.py, then run scripts/write_api_docs.py"
    assert set(_CODE.values()) <= known
    assert {kind.code for kind, _ in _STATUS} <= known


def test_no_code_is_registered_twice_and_each_has_its_own_status() -> None:
    by_code = {each.code: each.status for each in CODES}

    assert len(by_code) == len(CODES)
    assert by_code.items() >= {(code, status) for status, code in _CODE.items()}
    assert by_code.items() >= {(kind.code, status) for kind, status in _STATUS}


def test_the_routes_that_a_code_names_are_there() -> None:
    nowhere = Settings(database_url="postgresql+psycopg2://nobody@127.0.0.1:1/x", redis_url="redis://127.0.0.1:1/0")
    there = set()
    for rule in create_app(build(nowhere)).url_map.iter_rules():
        path = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        there |= {f"{method} {path}" for method in rule.methods or ()}

    assert {route for each in CODES for route in each.routes} <= there
