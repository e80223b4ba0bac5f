"""A real beat: each entry of the schedule fires once per slot, and another takes the lead over."""

from __future__ import annotations

import os
import signal
from typing import Any


def test_every_entry_of_the_schedule_fires_once_per_slot(fleet: Any) -> None:
    quick = {
        "ORCHESTRATOR_AGENT_HEALTH_INTERVAL_S": "1",
        "ORCHESTRATOR_COMPLETION_CHECK_INTERVAL_S": "1",
        "ORCHESTRATOR_PRUNE_INTERVAL_S": "2",
    }
    fleet.start("beat", **quick)
    fleet.start("beat", **quick)
    fleet.worker("maintenance")
    done = """SELECT kind FROM steps WHERE job_id IS NULL AND state = 'done'
              GROUP BY kind HAVING count(*) >= CASE WHEN kind IN ('daily_report', 'retention') THEN 1 ELSE 2 END"""
    entries = {"agent_health", "completion_check", "daily_report", "prune", "retention"}
    fleet.wait(lambda: {row.kind for row in fleet.rows(done)} == entries)
    doubled = "SELECT kind, part FROM steps WHERE job_id IS NULL GROUP BY kind, part HAVING count(*) > 1"
    assert fleet.rows(doubled) == []
    orphans = "SELECT 1 FROM periodic_runs p WHERE NOT EXISTS (SELECT 1 FROM steps s WHERE s.id = p.step_id)"
    assert fleet.rows(orphans) == []


def test_a_frozen_leader_loses_the_lead(fleet: Any) -> None:
    leaders = {process.pid: process for process in (fleet.start("beat"), fleet.start("beat"))}
    lead = "SELECT holder, term FROM leases WHERE until > now()"
    (first,) = fleet.wait(lambda: fleet.rows(lead))
    frozen = int(first.holder.split(":")[1])
    os.kill(frozen, signal.SIGSTOP)
    try:
        (second,) = fleet.wait(lambda: [row for row in fleet.rows(lead) if row.holder != first.holder])
        assert second.term > first.term
        job = fleet.submit()
        fleet.worker("creator")
        fleet.wait(lambda: fleet.rows("SELECT 1 FROM steps WHERE job_id = :id AND state = 'done'", id=job))
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert int(second.holder.split(":")[1]) in leaders


def test_a_stopped_leader_hands_over_at_once(fleet: Any) -> None:
    leader = fleet.program("beat")
    lead = "SELECT extract(epoch FROM until - now())::float AS left_s FROM leases"
    fleet.wait(lambda: fleet.rows(lead) and fleet.rows("SELECT 1 FROM periodic_runs"))  # its loop has begun, too
    leader.send_signal(signal.SIGTERM)
    leader.wait(timeout=60)
    assert fleet.scalar(lead) <= 0
