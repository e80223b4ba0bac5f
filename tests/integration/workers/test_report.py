"""A job's report is made once, even where the process that makes it is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import zipfile
from pathlib import Path
from typing import Any

from orchestrator.domain.report import FORMATS
from orchestrator.report_formats.pack_check import check


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


def test_formats_and_the_pack_are_made_by_a_worker(fleet: Any, tmp_path: Path) -> None:
    fleet.start("beat")
    for kind in ("creator", "validator", "maintenance"):
        fleet.worker(kind)
    job = fleet.submit()
    assert fleet.wait_for_job(job) == "completed"
    for name in (*FORMATS, "pack"):
        fleet.wait(lambda name=name: fleet.orchestrator.reporter.stored(job, name).report)
        answer = fleet.orchestrator.reporter.stored(job, name)
        (tmp_path / name).write_bytes(answer.read())
    assert check(tmp_path / "pack").intact
    page = (tmp_path / "html").read_text()
    assert re.search(r"1 Duties\s+(?:… )?<mark>|<mark>The operator shall log every access\.</mark>", page)
    evidence = zipfile.ZipFile(tmp_path / "pack").read("evidence.html").decode()
    assert ">The operator must not delete a log entry within ten years.</mark>" in evidence
    counted = fleet.scalar("SELECT count(*) FROM requirements WHERE job_id = :id", id=job)
    assert counted == page.count("<article") == len(json.loads((tmp_path / "json").read_bytes())["requirements"]) == 2
