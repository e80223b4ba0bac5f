"""A language model's endpoint on loopback that answers as it is told, and jobs whose steps run in this process."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.submission import Submission, Upload

DOCUMENT = """1 Duties

The operator shall log every access to the archive. The operator must not delete a log entry within ten years.

2 Notes

Logs are useful for audits. It goes without saying that clerks read the manual before the first shift.
"""
DUTY = re.compile(r"\b(shall|must|goes without saying)\b")
KEY = "sk-test-0123456789"
WORK = {
    "creator": {"read": "read_document", "extract": "extract_part", "merge": "merge_parts"},
    "validator": {"validate": "validate", "link": "link_requirements"},
}

Answer = tuple[int, dict[str, str], bytes]


def sentences(body: dict[str, Any]) -> list[dict[str, str]]:
    """The sentences that a question is about."""
    asked = body["messages"][1]["content"].partition("Sentences:\n")[2]
    return [json.loads(line) for line in asked.splitlines()]


def completion(content: str | None, *, usage: Any = (100, 20), end: str = "stop", **message: Any) -> Answer:
    """An answer as OpenAI gives it; usage None: it is missing."""
    said = {"role": "assistant", "content": content, **message}
    body: dict[str, Any] = {"id": "c1", "object": "chat.completion", "model": "m", "created": 1}
    body["choices"] = [{"index": 0, "message": said, "finish_reason": end}]
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def listed(rows: Sequence[dict[str, Any]], **more: Any) -> Answer:
    """A completion with these requirements."""
    return completion(json.dumps({"requirements": list(rows)}), **more)


def entry(sentence: dict[str, str], quote: str | None = None, modality: str = "obligation") -> dict[str, Any]:
    return {"sentences": [sentence["id"]], "quote": quote or sentence["text"], "modality": modality}


def good(body: dict[str, Any], **more: Any) -> Answer:
    """Every sentence with a duty, to the letter."""
    return listed([entry(one) for one in sentences(body) if DUTY.search(one["text"])], **more)


def error(status: int, message: str, **headers: str) -> Answer:
    body = json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode()
    return status, {"Content-Type": "application/json", **headers}, body


Reply = Callable[[dict[str, Any]], Answer | None]


class Endpoint:
    """Answers by `script`, one reply a call, the last one again and again; None: it hangs."""

    def __init__(self) -> None:
        self.script: list[Reply] = [good]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.serve(self)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self._lock:
            self.asked.append(body)
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = reply(body)
            if answer is None:
                self.closing.wait(30)
                return
            status, headers, content = answer
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            return
        finally:
            with self._lock:
                self.at_once -= 1

    def drip(self, request_body: dict[str, Any]) -> Answer | None:
        """Takes longer than anybody waits."""
        self.closing.wait(5)
        return good(request_body)

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class Town:
    """Jobs on the test's database; their creator steps run here, as a worker would run them."""

    def __init__(self, orchestrator: Orchestrator, logged: list[Any]) -> None:
        self.orchestrator = orchestrator
        self.logged = logged

    def submit(self, document: str = DOCUMENT, **wish: Any) -> UUID:
        values = {"owner": "test", "prompt": "Which rules are there?", "correlation_id": "t", "engine": "llm"} | wish
        submission = Submission(document=Upload("duties.txt", document.encode()), **values)
        return self.orchestrator.job_manager.submit(submission).job.id

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.orchestrator.sessions.begin() as session:
            found = session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    def load(self, model: dict[str, Any]) -> None:
        self.orchestrator.graph.load(model)

    def dispatched(self, job_id: UUID, queue: str) -> Any:
        """The next step of a kind of agent, sent; waiting ones too, if only their time is to come."""
        found = self.rows(
            """
            UPDATE steps SET state = 'dispatched', epoch = epoch + 1, dispatched_at = now(), not_before = NULL
            WHERE id = (SELECT id FROM steps WHERE job_id = :id AND queue = :queue AND hold IS NULL
                        AND state IN ('pending', 'waiting') ORDER BY state = 'waiting', id LIMIT 1)
            RETURNING id, epoch, kind
            """,
            id=job_id,
            queue=queue,
        )
        return found[0] if found else None

    def work(self, job_id: UUID, most: int = 30, queue: str = "creator") -> int:
        """Run the job's steps of one kind of agent until none is ready; returns how many ran."""
        tasks = import_module(f"workers.{queue}.tasks")
        ran = 0
        while ran < most and (step := self.dispatched(job_id, queue)):
            getattr(tasks, WORK[queue][step.kind])(step.id, step.epoch)
            ran += 1
        return ran

    def found(self, job_id: UUID) -> list[Any]:
        return self.rows("SELECT * FROM requirements WHERE job_id = :id ORDER BY seq", id=job_id)

    def job(self, job_id: UUID) -> Any:
        return self.orchestrator.job_manager.get(job_id)

    def llm(self, job_id: UUID) -> dict[str, int]:
        return dict(self.job(job_id).job.statistics.get("llm", {}))

    def check(self, job_id: UUID) -> None:
        """What holds whatever the model says: every quote stands in the text, to the letter."""
        ((document,),) = self.rows(
            "SELECT t.text FROM document_texts t JOIN jobs j ON j.document_text_id = t.id WHERE j.id = :id", id=job_id
        )
        for row in self.found(job_id):
            assert row.citations
            for one in row.citations:
                assert document[one["start"] : one["end"]] == one["quote"]

    def wait(self, condition: Callable[[], Any], timeout_s: float = 60.0) -> None:
        until = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < until, "not in time"
            time.sleep(0.02)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.stop()


@pytest.fixture
def make_town(
    make_orchestrator: Callable[..., Orchestrator], endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Town]]:
    """`make_town(**settings)`: the worker's own composition root, on the test's database and endpoint."""

    def make(**changes: Any) -> Town:
        usual = {"llm_base_url": endpoint.url, "llm_model": "test-model", "llm_api_key": KEY, "breaker_open_s": 0.05}
        short = {"llm_read_s": 10.0, "llm_total_s": 20.0, "llm_connect_s": 5.0, "breaker_open_cap_s": 0.1}
        orchestrator = make_orchestrator(**(usual | short | changes))
        # Celery's configuration reads the environment as it is imported.
        monkeypatch.setenv("DATABASE_URL", orchestrator.settings.database_url)
        monkeypatch.setenv("REDIS_URL", orchestrator.settings.redis_url)
        monkeypatch.setattr(import_module("workers.context"), "orchestrator", lambda: orchestrator)
        import_module("workers.task")._heart.cache_clear()
        return Town(orchestrator, logged)

    with structlog.testing.capture_logs() as logged:
        yield make


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    return make_town()


@pytest.fixture
def llm() -> Any:
    """What answers are made of: `sentences`, `completion`, `listed`, `entry`, `good`, `error`."""
    parts = (sentences, completion, listed, entry, good, error)
    return SimpleNamespace(**{part.__name__: part for part in parts})
