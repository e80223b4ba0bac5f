"""Killed in the middle, a job ends as if nothing had happened, and the stop leaves nothing."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from sqlalchemy.engine import make_url

SAMPLE = Path(__file__).parents[2] / "samples" / "fleet-records-policy.pdf"
SMALL_PARTS = {"ORCHESTRATOR_PART_CHARACTERS": "2500", "ORCHESTRATOR_VALIDATE_BATCH": "10"}


def held_at(failpoints: Path, name: str, timeout_s: float = 60.0) -> int:
    limit = time.monotonic() + timeout_s
    while not (held := list(failpoints.glob(f"{name}.*"))):
        assert time.monotonic() < limit, f"nobody came to {name}"
        time.sleep(0.05)
    return int(held[0].suffix[1:])


def outcome(up: Any, job_id: str) -> list[dict[str, Any]]:
    varying = ("id", "job_id", "created_at", "updated_at", "links")
    return [{name: value for name, value in row.items() if name not in varying} for row in up.requirements(job_id)]


def test_killed_children_change_no_result_and_a_stop_leaves_nothing(start_up: Any, tmp_path: Path) -> None:
    failpoints = tmp_path / "failpoints"
    failpoints.mkdir()
    up = start_up(env={**SMALL_PARTS, "ORCHESTRATOR_FAILPOINTS": str(failpoints)})
    up.wait_for_line("ready")
    prompt = "Welche Pflichten gibt es?"
    undisturbed = up.submit(SAMPLE, prompt)["id"]
    assert up.wait_for_job(undisturbed)["status"] == "completed"

    points = ("after_claim.extract", "before_commit.extract", "after_graph.validate", "after_commit.validate")
    for point in points:
        (failpoints / point).touch()
    again = {"prompt": prompt, "document_id": document_of(up, undisturbed), "file_name": SAMPLE.name}
    disturbed = up.call("POST", "/jobs", json=again).json()
    both = [held_at(failpoints, point) for point in points[:2]]  # two parts: before either is repeated
    for pid in both:
        os.kill(pid, signal.SIGKILL)
    for point in points[2:]:
        os.kill(held_at(failpoints, point), signal.SIGKILL)
    ended = up.wait_for_job(disturbed["id"])

    assert ended["status"] == "completed"
    assert outcome(up, disturbed["id"]) == outcome(up, undisturbed) != []
    ledger = up.call("GET", f"/jobs/{disturbed['id']}/steps").json()["items"]
    crashed = [(step["kind"], step["crash_count"]) for step in ledger if step["crash_count"]]
    assert sorted(crashed) == [("extract", 1), ("extract", 1), ("validate", 1)]
    assert_nothing_doubled(up)

    family = up.family()
    assert up.stop() == 0
    assert psutil.wait_procs(family, timeout=60)[1] == []


def document_of(up: Any, job_id: str) -> str:
    return str(up.call("GET", f"/jobs/{job_id}").json()["document"]["id"])


def assert_nothing_doubled(up: Any) -> None:
    """Each requirement has one graph node, and each node and edge one assertion per job."""
    with psycopg2.connect(database_url(up)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM requirements r LEFT JOIN graph_nodes n ON n.key = r.rid
               WHERE (r.status = 'integrated') <> (n.key IS NOT NULL)"""
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            """SELECT job_id, node_key, edge_id FROM graph_assertions
               GROUP BY 1, 2, 3 HAVING count(*) > 1"""
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT job_id, type FROM job_events WHERE type LIKE 'job.c%' GROUP BY 1, 2 HAVING count(*) > 1")
        assert cursor.fetchall() == []


def database_url(up: Any) -> str:
    for environment in up.asked(psutil.Process.environ):
        if url := environment.get("DATABASE_URL"):
            return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    raise AssertionError("no child names the database")


def test_parts_are_shared_between_creators(start_up: Any, tmp_path: Path) -> None:
    document = tmp_path / "sections.txt"
    said = "\n\n".join(f"Record {{n}} number {i} was kept by the operator for ten years." for i in range(13))
    section = f"{said}\n\nThe operator shall keep record {{n}} for ten years."  # few duties: parts count here
    document.write_text("\n\n".join(f"{n} Section {n}\n\n" + section.format(n=n) for n in range(1, 121)))
    up = start_up("--creators", "3", env={"ORCHESTRATOR_PART_CHARACTERS": "900"})
    up.wait_for_line("ready")
    limit = time.monotonic() + 60
    while sum(agent["kind"] == "creator" for agent in up.call("GET", "/agents").json()["items"]) < 3:
        assert time.monotonic() < limit, "not all creators have come"
        time.sleep(0.1)
    job = up.submit(document, "Which duties are there?")
    assert up.wait_for_job(job["id"], 120)["status"] == "completed"
    with psycopg2.connect(database_url(up)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT split_part(lease_owner, ':', 1), count(*) FROM steps WHERE kind = 'extract' GROUP BY 1")
        shares = dict(cursor.fetchall())
    assert sum(shares.values()) >= 120
    assert len(shares) == 3
    assert min(shares.values()) >= 12
    assert up.stop() == 0
