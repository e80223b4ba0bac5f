"""The application on one migrated database per test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.app import create_app
from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.domain.access import Role
from orchestrator.domain.api_key import hash_of
from orchestrator.domain.job import JobStatus
from orchestrator.services.advance import end_job
from orchestrator.storage import steps
from orchestrator.storage.models import ApiKey, Requirement

TABLES = (
    "queues",
    "jobs",
    "documents",
    "agents",
    "api_keys",
    "leases",
    "reports",
    "steps",
    "webhooks",
    "callback_secrets",
    "idempotency_keys",
)
ADMIN_KEY = "ro_test_abcd1234_0123456789abcdef0123456789abcdef"


class Caller:
    """A client that shows a key and keeps the answers short to write."""

    def __init__(self, client: FlaskClient, key: str | None) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        any_version = {"If-Match": "*"} if method in ("PATCH", "DELETE") else {}
        headers = self.headers | any_version | options.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **options)

    def submit(self, **fields: Any) -> dict[str, Any]:
        """A job from a JSON body."""
        answer = self("POST", "/jobs", json={"prompt": "Which duties are there?", "deduplicate": False} | fields)
        assert answer.status_code == 202, answer.text
        return dict(answer.get_json())


class Stage:
    """Moves jobs as the workers would."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self.orchestrator = orchestrator
        self.sessions = orchestrator.sessions

    def run(self, statement: str, **values: Any) -> None:
        """Execute and commit."""
        with self.sessions.begin() as session:
            session.execute(text(statement), values)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Rows of a query."""
        with self.sessions() as session:
            return list(session.execute(text(statement), values).all())

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - names of the test, no input

    def requirement(self, job_id: str, number: int, **columns: Any) -> str:
        """A numbered requirement of a job; returns its rid."""
        rid = f"R-{'A' * 8}{'ABCDEFGH'[number // 8 % 8]}{'ABCDEFGH'[number % 8]}"
        place = {"page": number, "locator": f"Rz. {number}", "section": "1 General", "start": 0, "end": 10}
        quote = {
            "quote": f"Sentence {number} must hold.",
            "start": 0,
            "end": 10,
            "page": number,
            "locator": f"Rz. {number}",
        }
        values = {
            "seq": number,
            "requirement_text": f"Sentence {number} must hold.",
            "requirement_name": f"Sentence {number}",
            "modality": "obligation",
            "priority": "high",
            "requirement_type": "legal",
            "source_document": "prompt.txt",
            "source_location": place,
            "citations": [quote | {"match": "exact"}],
            "confidence_score": 0.9,
            "status": "pending",
        }
        with self.sessions.begin() as session:
            session.add(Requirement(job_id=UUID(job_id), rid=rid, **(values | columns)))
        return rid

    def created(self, job_id: str) -> None:
        """The creator has finished."""
        self.run("UPDATE steps SET state = 'done', finished_at = now() WHERE job_id = :id", id=job_id)
        self.run(
            "UPDATE jobs SET status = 'processing', creator_status = 'completed', started_at = now() WHERE id = :id",
            id=job_id,
        )

    def end(self, job_id: str, status: JobStatus = JobStatus.COMPLETED, **error: Any) -> None:
        """Give the job its end."""
        self.created(job_id)
        with self.sessions.begin() as session:
            steps.lock_phase(session, UUID(job_id))
            end_job(session, UUID(job_id), status, error=error or None)

    def report(self, job_id: str) -> None:
        """Make the job's report, as the maintenance worker does."""
        with self.sessions.begin() as session:
            self.orchestrator.reporter.generate(session, UUID(job_id))

    def key(self, role: Role, secret: str = "0123456789abcdef") -> str:  # noqa: S107 - made up
        """A key with this role."""
        key_id = f"{role.value:x<8}"[:8]
        with self.sessions.begin() as session:
            session.add(ApiKey(id=key_id, name=role, owner=role, role=role, secret_sha256=hash_of(secret)))
        return f"ro_test_{key_id}_{secret}"


@pytest.fixture(scope="session")
def shared(
    make_database: Callable[..., str], migrated_template: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Orchestrator]:
    """The services of all tests of this process."""
    settings = Settings(
        database_url=make_database(migrated_template),
        redis_url=valkey_url,
        state_dir=Path(tmp_path_factory.mktemp("state")),
        environment="test",
        max_upload_bytes=3_000_000,
        rate_failed_per_minute=0,
        rate_submit_per_minute=1_000_000,
        key_cache_s=0,
    )
    made = build(settings)
    yield made
    made.close()


@pytest.fixture
def stage(shared: Orchestrator) -> Stage:
    """An empty database with one admin key."""
    staged = Stage(shared)
    staged.run("; ".join(f"DELETE FROM {table}" for table in TABLES))  # noqa: S608 - names of the test; TRUNCATE takes ten times as long
    shared.accounts.ensure_admin_key(ADMIN_KEY)
    return staged


@pytest.fixture(scope="session")
def app(shared: Orchestrator) -> Flask:
    """The application of all tests of this process."""
    return create_app(shared)


@pytest.fixture
def client(stage: Stage, app: Flask) -> FlaskClient:
    """A client without a key."""
    return app.test_client()


@pytest.fixture
def call(client: FlaskClient) -> Caller:
    """`call(method, path, ...)` with the admin key."""
    return Caller(client, ADMIN_KEY)


@pytest.fixture
def call_as(client: FlaskClient) -> Callable[[str | None], Caller]:
    """`call_as(key)`."""
    return lambda key: Caller(client, key)
