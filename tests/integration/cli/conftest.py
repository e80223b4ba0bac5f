"""The real API on loopback, the console command in this process, and a hand that plays the workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from api.app import create_app
from orchestrator.bootstrap import Orchestrator
from orchestrator.cli.main import main
from orchestrator.client import Client
from orchestrator.domain.job import JobStatus
from orchestrator.domain.phase import Move
from orchestrator.services.advance import end_job
from orchestrator.storage.models import Requirement

TO_BASE32 = str.maketrans("0189", "AXYZ")
KEY = "an-admin-key-of-the-tests"


@dataclass(frozen=True, slots=True)
class Api:
    """A running API without workers; `complete` and `fail` do what workers would have done."""

    url: str
    key: str
    orchestrator: Orchestrator

    def start(self, job_id: str) -> None:
        """Let the job be at work, with one part of it read."""
        self._run(
            "UPDATE jobs SET status = 'processing', creator_status = 'processing', started_at = now() WHERE id = :id",
            id=job_id,
        )

    def complete(self, job_id: str, *found: dict[str, Any]) -> None:
        """End a job that is at work with these requirements, and make its report."""
        self._end(job_id, JobStatus.COMPLETED, found)

    def fail(self, job_id: str, code: str, message: str) -> None:
        """End a job that is at work with an error, and make its report."""
        self._end(job_id, JobStatus.FAILED, (), {"code": code, "message": message})

    def _end(self, job_id: str, status: JobStatus, found: Any, error: dict[str, Any] | None = None) -> None:
        with self.orchestrator.sessions.begin() as session:
            session.add_all(requirement(job_id, number, **each) for number, each in enumerate(found, 1))
            session.execute(
                text("UPDATE steps SET state = 'done', epoch = epoch + 1 WHERE job_id = :id"), {"id": job_id}
            )
            creator = text("UPDATE jobs SET creator_status = 'completed' WHERE id = :id")
            session.execute(creator, {"id": job_id})
            session.flush()
            end_job(session, UUID(job_id), status, failed=Move.FAIL_CREATOR if error else None, error=error)
        with self.orchestrator.sessions.begin() as session:
            self.orchestrator.reporter.generate(session, UUID(job_id))

    def _run(self, statement: str, **values: Any) -> None:
        with self.orchestrator.sessions.begin() as session:
            session.execute(text(statement), values)


def requirement(job_id: str, number: int, **columns: Any) -> Requirement:
    """An integrated obligation, unless the columns say otherwise."""
    quote = f"The lessor shall keep record {number}."
    place = {"page": None, "locator": f"{number}.1", "section": "Records", "start": 0, "end": len(quote)}
    values = {
        "rid": "R-" + f"{number:010d}".translate(TO_BASE32),
        "seq": number,
        "requirement_text": quote,
        "requirement_name": f"Keep record {number}",
        "modality": "obligation",
        "requirement_type": "process",
        "source_document": "a.md",
        "source_location": place,
        "citations": [{"quote": quote, "match": "exact"} | {name: place[name] for name in place if name != "section"}],
        "confidence_score": 0.9,
        "status": "integrated",
    }
    return Requirement(job_id=UUID(job_id), **(values | columns))


@pytest.fixture
def api(orchestrator: Orchestrator) -> Iterator[Api]:
    """A running API with one admin key."""
    orchestrator.accounts.ensure_admin_key(KEY)
    server = make_server("127.0.0.1", 0, create_app(orchestrator), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    with capture_logs():  # the API's log would stand among the command's output
        yield Api(f"http://127.0.0.1:{server.server_port}", KEY, orchestrator)
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def client(api: Api) -> Iterator[Client]:
    with Client(api.url, api.key) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("jobs", "list", url=..., key=...)` runs the console command; further names are environment variables."""

    def run(*words: str, **environment: str) -> Ended:
        names = {"url": "ORCHESTRATOR_URL", "key": "ORCHESTRATOR_API_KEY"}
        with monkeypatch.context() as patch:
            for name in (*names.values(), "ORCHESTRATOR_STATE_DIR", "DATABASE_URL", "DATABASE_URL_FILE"):
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(names.get(name, name), value)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main(list(words))
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def cli(api: Api, run: Run) -> Run:
    """`cli("jobs", "list")` runs the console command against the API."""

    def against_api(*words: str) -> Ended:
        return run(*words, url=api.url, key=api.key)

    return against_api
