"""Celery's own scaling within one worker."""

from __future__ import annotations

from typing import Any


def test_a_worker_starts_children_for_the_steps_that_it_has(fleet: Any) -> None:
    fleet.start("beat")
    worker = fleet.start("worker", "creator", "--autoscale", "2,1")
    slots = "SELECT slots FROM agents WHERE pid = :pid"
    assert fleet.wait(lambda: fleet.rows(slots, pid=worker.pid))[0].slots == 2
    for number in range(2):
        (fleet.failpoints / "after_claim.read").touch()
        fleet.submit(f"{number} The clerk shall sign page {number}.")
        fleet.wait(lambda: not (fleet.failpoints / "after_claim.read").exists())
    held = list(fleet.failpoints.glob("after_claim.read.*"))
    assert len(held) == 2  # at the same time, in two children
    for each in held:
        each.unlink()
    read = "SELECT count(*) FROM steps WHERE kind = 'read' AND state = 'done'"
    fleet.wait(lambda: fleet.scalar(read) == 2)


def test_a_wrong_range_is_refused(fleet: Any) -> None:
    assert fleet.program("worker", "creator", "--autoscale", "1,4").wait(timeout=90) == 2
    assert "MOST,LEAST" in fleet.logs()
