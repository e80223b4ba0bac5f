"""Starts a whole stack in a temporary directory, runs one document through it and prints the report.

Leaves no process and no directory. Exit codes: 0 the job completed, 1 it did not, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from orchestrator.cli.watching import INTERRUPTED, REPORT_S, require_completed, watch
from orchestrator.client import Client
from orchestrator.errors import OrchestratorError
from orchestrator.stack.layout import StateDir
from orchestrator.stack.process import Child, ChildSpec
from orchestrator.stack.supervisor import Supervisor

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DOCUMENT = SAMPLES / "fleet-records-policy.pdf"
PROMPT = "Welche Pflichten hat eine Autovermietung bei Aufzeichnungen und Aufbewahrung?"
DOMAIN_MODEL = SAMPLES / "domain-model.json"
START_S = 180.0
STOP_S = 60.0
JOB_S = 900.0
# The demo is a world of its own: servers, keys and addresses of the caller are none of its business.
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "ORCHESTRATOR_")


def main() -> int:
    """Runs the demo and returns the exit code."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if not arguments.document.is_file():
        _say(f"demo: {arguments.document} is not a file: name a document with DOC=")
        return 1
    try:
        with _stack() as client:
            _run(client, arguments.document, arguments.prompt)
    except OrchestratorError as error:
        _say(f"demo: {error.message}")
        if error.details.get("log"):
            _say(error.details["log"])
        return 1
    return 0


def _run(client: Client, document: Path, prompt: str) -> None:
    client.load_graph(json.loads(DOMAIN_MODEL.read_text(encoding="utf-8")))
    _say(f"Submitting {document.name}: {prompt}")
    begin = time.monotonic()
    job = client.submit(prompt, document, deduplicate=False)
    ended = watch(client, job["id"], JOB_S)
    require_completed(ended)
    _say(f"Completed in {time.monotonic() - begin:.1f} s")
    print(client.report(job["id"], "text", REPORT_S))


@contextmanager
def _stack() -> Iterator[Client]:
    """A stack on free ports; it and its directory are gone after the block, whatever happens in it."""
    state = StateDir(Path(tempfile.mkdtemp(prefix="orchestrator-demo-")))
    supervisor = Supervisor(state.log_dir, _say)
    try:
        begin = time.monotonic()
        _say("Starting PostgreSQL, Valkey, the API and the workers")
        url = _await_ready(supervisor, supervisor.add(_up(state)), state)
        _say(f"Ready in {time.monotonic() - begin:.1f} s at {url}")
        with Client(url, state.admin_key_file.read_text().strip()) as client:
            yield client
    finally:
        try:
            supervisor.close()
        finally:
            state.remove()


def _up(state: StateDir) -> ChildSpec:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return ChildSpec(
        name="up",
        argv=(sys.executable, "-P", "-m", "orchestrator.cli.main", "up", "--port", "0", "--state-dir", str(state.path)),
        env={**inherited, "PYTHONUNBUFFERED": "1"},
        stop_timeout_s=STOP_S,
        once=True,
    )


def _await_ready(supervisor: Supervisor, up: Child, state: StateDir) -> str:
    """Waits for the line `ready`, since ports.json is there before the API answers."""
    supervisor.wait_until(lambda: "\nready " in f"\n{up.log.tail(50)}", "the stack", up, START_S)
    return str(json.loads(state.ports_file.read_text())["url"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="PDF, DOCX, HTML, MD or TXT")
    parser.add_argument("--prompt", default=PROMPT, help="what to find in it")
    return parser.parse_args()


def _interrupt(number: int, frame: FrameType | None) -> None:
    sys.exit(INTERRUPTED)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
