"""Nothing that stands in a filter, a sort, a cursor or a path is more than a value."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE jobs; --",
    '1"; SELECT pg_sleep(30); --',
    "1 UNION SELECT secret_sha256 FROM api_keys",
    "%(x)s %s :x {x} $1 \\",
    "a\0b",
    "../../../../etc/passwd",
)
STREAMS = "/events"


def targets(paths: dict[str, Any], job_id: str) -> Iterator[str]:
    """Each query parameter and each path parameter of each GET, with each payload in its place."""
    for path, operations in paths.items():
        if "get" not in operations or path.endswith(STREAMS):
            continue
        filled = re.sub(r"\{(\w+)\}", lambda found: job_id if found[1] == "job_id" else str(uuid4()), path)
        for payload in map(quote, PAYLOADS):
            for parameter in operations["get"].get("parameters", ()):
                if parameter.get("in") == "query":
                    yield f"{filled}?{parameter['name']}={payload}"
            if "{" in path:
                yield re.sub(r"\{\w+\}", payload.replace("/", "%2F"), path)
            if path == "/jobs":
                yield f"{path}?context.{payload}=x"
                yield f"{path}?context.a={payload}"


def test_payloads_are_values_everywhere(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    before = {table: stage.count(table) for table in ("jobs", "documents", "api_keys", "steps")}
    paths = call("GET", "/openapi.json").get_json()["paths"]
    tried = list(targets(paths, job_id))

    broken = []
    for target in tried:
        answer = call("GET", target)
        if answer.status_code >= 500 and not target.startswith("/ready"):
            broken.append((target, answer.status_code))
        assert "secret_sha256" not in answer.text or "secret_sha256" in target, target

    assert len(tried) > 200
    assert broken == []
    assert {table: stage.count(table) for table in before} == before


def test_a_file_name_is_a_name_alone(call: Any) -> None:
    for name in ("../../etc/passwd.txt", "..\\..\\boot.txt", "/abs/olute.txt", "a/../b.txt"):
        form = {"prompt": f"Which? {name}", "document": (io.BytesIO(b"The operator shall log."), name, "text/plain")}
        answer = call("POST", "/jobs", data=form)
        assert answer.status_code == 202, answer.text
        stored = answer.get_json()["document"]["file_name"]
        assert re.fullmatch(r"[\w.]+\.txt", stored), stored
