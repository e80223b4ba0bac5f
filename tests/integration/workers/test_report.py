"""A job's report is made once, even where the process that makes it is killed."""

from __future__ import annotations

import os
import signal
from typing import Any


def test_killed_while_it_makes_the_report(fleet: Any) -> None:
    (fleet.failpoints / "before_commit.report").touch()
    fleet.start("beat")
    for kind in ("creator", "validator", "maintenance"):
        fleet.worker(kind)
    job = fleet.submit()
    assert fleet.wait_for_job(job) == "completed"
    pid = fleet.held_at("before_commit.report")
    assert fleet.rows("SELECT 1 FROM reports WHERE job_id = :id", id=job) == []
    os.kill(pid, signal.SIGKILL)
    step = "SELECT attempt, crash_count FROM steps WHERE job_id = :id AND kind = 'report' AND state = 'done'"
    assert [tuple(row) for row in fleet.wait(lambda: fleet.rows(step, id=job))] == [(2, 1)]
    stored = fleet.rows("SELECT format FROM reports WHERE job_id = :id ORDER BY format", id=job)
    assert [row.format for row in stored] == ["json", "text"]
    assert fleet.scalar("SELECT status FROM jobs WHERE id = :id", id=job) == "completed"
    text = fleet.orchestrator.reporter.stored(job, "text").read().decode()
    assert "1 crashes" not in text, "the blocking steps went well"
