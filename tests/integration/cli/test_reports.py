"""Reports and packs as files, and the check of a pack without a server."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest


@pytest.fixture
def job_id(client: Any, api: Any) -> str:
    """A job that has ended, with its pack."""
    job_id = str(client.submit("Which duties?", context={"text": "The lessor shall keep record 1."})["id"])
    api.start(job_id)
    api.complete(job_id, {})
    write = api.orchestrator.reporter.make(UUID(job_id), "pack.1")
    with api.orchestrator.sessions.begin() as session:
        write(session)
    return job_id


def test_a_report_is_written_to_a_file_whole_or_not_at_all(cli: Any, job_id: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"

    saved = cli("jobs", "report", job_id, "--format", "json", "-o", str(file))

    assert (saved.code, saved.out) == (0, f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file}\n")
    assert json.loads(file.read_bytes())["summary"]["total"] == 1
    nowhere = cli("jobs", "report", job_id, "-o", str(tmp_path / "none" / "x"))
    assert (nowhere.code, [each.name for each in tmp_path.iterdir()]) == (65, ["report.json"])
    assert cli("jobs", "report", job_id, "--format", "xlsx").code == 2, "a workbook is not for the terminal"


def test_a_pack_is_intact_until_it_is_changed(cli: Any, run: Any, job_id: str, tmp_path: Path) -> None:
    file = tmp_path / "pack.zip"
    saved = cli("jobs", "pack", job_id, "-o", str(file))
    digest = saved.out.split()[0]
    assert saved.code == 0

    checked = run("pack", "verify", str(file), "--sha256", digest)
    assert (checked.code, "Pack      intact" in checked.out) == (0, True)
    other = run("pack", "verify", str(file), "--sha256", "0" * 64, "-o", "json")
    assert (other.code, json.loads(other.out)["intact"], json.loads(other.out)["other_file"]) == (1, False, True)

    data = bytearray(file.read_bytes())
    data[data.index(b"report.csv") + 150] ^= 1
    file.write_bytes(data)
    changed = run("pack", "verify", str(file))
    assert (changed.code, "changed: report.csv" in changed.err) == (1, True)
    file.write_bytes(b"x")
    assert run("pack", "verify", str(file)).code == 65
