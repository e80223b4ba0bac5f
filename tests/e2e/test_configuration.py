"""A configuration file and the seed, through the console command as a user runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

NO_WORKERS = ("--creators", "0", "--validators", "0", "--maintenance", "0")


def test_a_wrong_file_is_reported_whole_before_anything_is_made(run_command: Any, state_dir: Path) -> None:
    file = state_dir.with_name("config.json")
    file.write_text(json.dumps({"orchestrator": {"job_timeout_hours": -1, "stuck_detection_minute": 60}}))
    done = run_command("--config", str(file), "up", "--port", "0")
    assert (done.returncode, done.stdout) == (78, "")
    assert f"job_timeout_hours in {file}: -1 must be a number from 0.01 to 8,760" in done.stderr
    assert "did you mean stuck_detection_minutes?" in done.stderr
    assert not state_dir.exists()


def test_every_process_reads_the_file_and_a_seed_needs_no_workers(
    start_up: Any, run_command: Any, state_dir: Path
) -> None:
    file = state_dir.with_name("config.json")
    file.write_text(json.dumps({"orchestrator": {"max_upload_bytes": 2_000, "log_level": "WARNING"}, "other": {}}))
    up = start_up(*NO_WORKERS, env={"ORCHESTRATOR_CONFIG": os.path.relpath(file)})  # children start elsewhere
    up.wait_for_line("ready")
    answer = up.call("POST", "/jobs", data={"prompt": "x"}, files={"document": ("long.txt", b"word " * 1_000)})
    assert answer.status_code == 413
    seeded = json.loads(run_command("db", "seed", "-o", "json").stdout)
    report = up.call("GET", f"/jobs/{seeded['sample_job']}/report?format=text")
    assert report.status_code == 200
    assert report.text.startswith("Requirements of service-agreement.md")
    assert json.loads(run_command("db", "seed", "-o", "json").stdout)["new"] is False
    assert up.stop() == 0
