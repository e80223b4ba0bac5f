"""An operation on many jobs whose process is killed goes on, and gives no job its turn twice."""

from __future__ import annotations

import os
import signal
from typing import Any

from orchestrator.domain.operation import Action
from orchestrator.services.operations import Wish
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.paging import Paging


def test_killed_at_the_end_of_its_step(fleet: Any) -> None:
    jobs = [fleet.submit(prompt=f"Which duties {number}?") for number in range(6)]
    (fleet.failpoints / "before_commit.bulk").touch()
    fleet.start("beat")
    fleet.worker("maintenance")
    wish = Wish("test", "test", Action.CANCEL, JobFilter(statuses=("created",)), {"status": ["created"]}, "A test.")
    operation = fleet.orchestrator.operations.start(wish).operation.id

    os.kill(fleet.held_at("before_commit.bulk"), signal.SIGKILL)

    finished = "SELECT 1 FROM operations WHERE id = :id AND finished_at IS NOT NULL"
    fleet.wait(lambda: fleet.rows(finished, id=operation), 60)
    view = fleet.orchestrator.operations.get(operation, Paging(10))
    assert (view.state, view.done, view.skipped) == ("done", len(jobs), 0)
    told = fleet.rows("SELECT job_id FROM job_events WHERE type = 'job.cancelled'")
    assert sorted(row.job_id for row in told) == sorted(jobs)
    steps = fleet.rows("SELECT state, crash_count FROM steps WHERE kind = 'bulk'")
    assert [tuple(row) for row in steps] == [("done", 1)]
