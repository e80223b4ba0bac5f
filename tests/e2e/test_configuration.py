"""A configuration file and the seed, through the console command as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

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
    _change_while_it_runs(up, file)
    assert up.stop() == 0


def _change_while_it_runs(up: Any, file: Path) -> None:
    """Two changes of the file, one of them wrong, reach the API and the leader."""
    values = {"max_upload_bytes": 2_000, "log_level": "WARNING", "rate_read_per_minute": 77}
    file.write_text(json.dumps({"orchestrator": values}))
    _wait(lambda: up.call("GET", "/health").json()["config_generation"] == 2)
    assert "77" in up.call("GET", "/jobs").headers["RateLimit-Policy"]
    leader = f"http://127.0.0.1:{up.ports['ports']['beat']}"
    _wait(lambda: requests.get(f"{leader}/status", timeout=5).json()["config_generation"] == 2)
    assert "orchestrator_config_generation 2.0" in requests.get(f"{leader}/metrics", timeout=5).text
    assert "orchestrator_config_generation 2.0" in up.call("GET", "/metrics").text
    up.process.send_signal(signal.SIGHUP)
    up.wait_for_line("config    is right")
    file.write_text(json.dumps({"orchestrator": values | {"rate_read_per_minute": -1}}))
    _wait(lambda: "config_refused" in (up.state_dir / "log" / "api.log").read_text())
    assert up.call("GET", "/health").json()["config_generation"] == 2
    up.process.send_signal(signal.SIGHUP)
    up.wait_for_line("config    refused")
    file.write_text(json.dumps({"orchestrator": values | {"rate_read_per_minute": 78}}))
    up.child(" api").send_signal(signal.SIGHUP)
    _wait(lambda: up.call("GET", "/health").json()["config_generation"] == 3)


def _wait(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.2)
