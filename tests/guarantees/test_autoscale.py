"""`orchestrator up --autoscale` under a flood of steps: it grows, shrinks, and nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from invariants import Run, check
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.submission import Submission, Upload

JOBS = 10
SECTIONS = 50
"""Of each job's document; one is a part, and so a step."""
WAIT_S = 120.0
ENDED = "SELECT count(*) FROM jobs WHERE status NOT IN ('created', 'processing')"
OPEN = (
    "SELECT count(*) FROM steps WHERE job_id IS NOT NULL AND state IN ('waiting', 'pending', 'dispatched', 'running')"
)
ALL = "SELECT count(*) FROM steps WHERE job_id IS NOT NULL"
LIVE = "SELECT count(*) FROM agents WHERE kind = :kind AND stopped_at IS NULL"


@pytest.fixture
def failpoints(tmp_path: Path) -> Path:
    place = tmp_path / "failpoints"
    place.mkdir()
    return place


@pytest.fixture
def stack(recorded: Orchestrator, failpoints: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The stack on the recorded database; parts are small, and a worker that is not needed soon goes."""
    settings = recorded.settings
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRATOR_")},
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ORCHESTRATOR_ENVIRONMENT": f"s{os.getpid()}",
        "ORCHESTRATOR_FAILPOINTS": str(failpoints),
        "ORCHESTRATOR_LEASE_S": "100",
        "ORCHESTRATOR_PART_CHARACTERS": "500",
        "ORCHESTRATOR_VALIDATE_BATCH": "5",
        "ORCHESTRATOR_AUTOSCALE_AGE_S": "1",
        "ORCHESTRATOR_AUTOSCALE_QUIET_S": "2",
        "ORCHESTRATOR_API_DRAIN_S": "0",
    }
    words = ("up", "--state-dir", str(tmp_path / "state"), "--port", "0", "--maintenance", "1")
    command = [sys.executable, "-P", "-m", "orchestrator.cli.main", *words]
    ranges = ("--autoscale", "creator=1,3", "validator=1,2")
    with (tmp_path / "up.log").open("wb") as said:
        running = subprocess.Popen([*command, *ranges], env=environment, stdout=said, stderr=said)
    yield running
    if running.poll() is None:
        running.kill()
        running.wait(timeout=60)


def test_a_flood_of_steps_makes_it_grow_and_quiet_makes_it_shrink(
    stack: subprocess.Popen[bytes], recorded: Orchestrator, failpoints: Path, tmp_path: Path
) -> None:
    def number(statement: str, **values: object) -> int:
        with recorded.sessions() as session:
            return int(session.execute(text(statement), values).scalar_one())

    def said(line: str) -> bool:
        return line in (tmp_path / "up.log").read_text()

    _wait(lambda: said("ready"), tmp_path)
    jobs = [recorded.job_manager.submit(_flood(number)).job for number in range(JOBS)]
    # Held while they run, the first steps keep the rest waiting until all workers are there.
    _wait(lambda: _hold(failpoints) and number(LIVE, kind="creator") == 3, tmp_path)
    assert number(OPEN) > SECTIONS
    _let_go(failpoints)

    _wait(lambda: number(ENDED) == JOBS and number(OPEN) == 0, tmp_path)
    _wait(lambda: number(LIVE, kind="creator") == 1 and number(LIVE, kind="validator") == 1, tmp_path)
    assert number(ALL) > JOBS * SECTIONS
    assert said("scaled    creator from 2 to 3")
    assert said("scaled    creator from 2 to 1")
    assert check(recorded.sessions, Run(recorded.settings, answered=tuple(str(job.id) for job in jobs))) == {}
    stack.send_signal(signal.SIGTERM)
    assert stack.wait(timeout=120) == 0


def _flood(number: int) -> Submission:
    said = f"Record {number}-{{}} is kept as it is. {60 * 'Aside. '}"
    sections = [f"{n} Section {n}\n\n{said.format(n)}" for n in range(1, SECTIONS)]
    duty = f"{SECTIONS} Section {SECTIONS}\n\nThe operator shall keep record number {number} for ten years."
    document = Upload("flood.txt", "\n\n".join([*sections, duty]).encode())
    return Submission(owner="test", prompt="Which duties are there?", correlation_id="flood", document=document)


def _hold(failpoints: Path) -> bool:
    """Hold the next step that is claimed; always true."""
    (failpoints / "after_claim.extract").touch()
    return True


def _let_go(failpoints: Path) -> None:
    (failpoints / "after_claim.extract").unlink(missing_ok=True)
    for held in failpoints.iterdir():
        held.unlink()


def _wait(condition: Callable[[], bool], place: Path) -> None:
    limit = time.monotonic() + WAIT_S
    while not condition():
        said = (place / "up.log").read_text()
        assert time.monotonic() < limit, said
        assert "stopped" not in said, said
        time.sleep(0.1)
