"""What a process writes to stderr, in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

TALK = """
import logging, sys, threading, uuid, warnings
import structlog
from orchestrator.config import Settings
from orchestrator.observability.logging import configure
settings = Settings(database_url="postgresql://h/d", redis_url="redis://h", log_format=sys.argv[1])
configure(settings, "creator", agent_id="c1")
structlog.get_logger("ours").info("step_done", job_id=uuid.UUID(int=7), odd=object)
logging.getLogger("gunicorn.error").warning("Worker %s was late", 3)
logging.getLogger("sqlalchemy.engine").error("gone", extra={"code": 5})
logging.getLogger("alembic.runtime.migration").info("Context impl PostgresqlImpl.")
logging.getLogger("celery.app.trace").info("Task succeeded", extra={"data": {}})
structlog.get_logger("ours").debug("hidden")
logging.getLogger("theirs").error({"a": 1})
warnings.warn("old")
def fail():
    raise ValueError("in a thread")
thread = threading.Thread(target=fail); thread.start(); thread.join()
raise KeyError("at the end")
"""
BLOCKED = """
import sys
sys.modules["opentelemetry"] = None
from orchestrator.config import Settings
from orchestrator.observability import tracing
settings = Settings(database_url="postgresql://h/d", redis_url="redis://h", otlp_endpoint="http://c:4318")
tracing.configure(settings, "api")
"""
OFF = """
import sys
from orchestrator.config import Settings
from orchestrator.observability import tracing
import api.app, workers.task
tracing.configure(Settings(database_url="postgresql://h/d", redis_url="redis://h"), "api")
with tracing.span("x", "00-0", a=1):
    tracing.past("sql", 1.0)
assert tracing.current() is None
ours = "orchestrator.observability.otel"
theirs = ("opentelemetry.exporter", "opentelemetry.sdk.trace")  # the client of Redis imports others by itself
print([name for name in sys.modules if name == ours or name.startswith(theirs)])
"""
SERVERS = {"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h"}


def run(source: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", source, *words]
    return subprocess.run(  # noqa: S603 - a program of the project
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **SERVERS}
    )


def test_each_line_is_one_object_whoever_wrote_it_and_whatever_went_wrong() -> None:
    done = run(TALK, "auto")

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert all(line["service"] == "creator" and line["agent_id"] == "c1" for line in lines)
    assert all({"timestamp", "level", "event"} <= line.keys() for line in lines)
    said = [(line["level"], line["event"]) for line in lines]
    assert said[:3] == [("info", "step_done"), ("warning", "Worker 3 was late"), ("error", "gone")]
    assert lines[0]["job_id"] == "00000000-0000-0000-0000-000000000007"
    assert lines[2]["code"] == 5
    assert said[3] == ("error", "{'a': 1}")
    assert "old" in said[4][1], "a warning, and nothing of others' talk before it"
    assert [line["exception"].splitlines()[-1] for line in lines[5:]] == [
        "ValueError: in a thread",
        "KeyError: 'at the end'",
    ]
    assert done.returncode == 1


def test_people_get_lines_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        subprocess.run(  # noqa: S603 - a program of the project
            [sys.executable, "-c", TALK, "auto"], stderr=theirs, timeout=120, check=False
        )
        shown = os.read(ours, 100_000).decode()
    finally:
        os.close(theirs)
        os.close(ours)
    assert "step_done" in shown
    assert not any(line.startswith("{") for line in shown.splitlines())


def test_without_a_collector_nothing_of_tracing_is_imported() -> None:
    done = run(OFF)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_collector_without_the_extra_is_refused_and_says_what_to_do() -> None:
    done = run(BLOCKED)
    assert done.returncode == 1
    assert "Install requirement-orchestrator[otel]" in done.stderr.splitlines()[-1]
