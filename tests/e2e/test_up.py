from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import requests
from sqlalchemy.engine import make_url

NO_WORKERS = ("--creators", "0", "--validators", "0", "--maintenance", "0")
PRESET = "preset-key-of-this-test-4711"


def is_alive(process: psutil.Process) -> bool:
    """A zombie is dead: where nothing collects orphans it stays in the table."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Waits for a condition."""
    limit = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true in time"
        time.sleep(0.05)


def submit(up) -> str:
    wish = {"prompt": "Which duties?", "context": {"text": "The clerk must sign."}, "deduplicate": False}
    answer = up.call("POST", "/jobs", json=wish)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def answers(up) -> bool:
    try:
        return requests.get(up.ports["url"] + "/health", timeout=2).ok
    except requests.RequestException:
        return False


def shows(url: str) -> bool:
    try:
        return requests.get(url, timeout=20).ok
    except requests.ConnectionError:
        return False


def test_the_stack_starts_says_where_it_is_restarts_children_and_stops(start_up, state_dir: Path) -> None:
    up = start_up()
    ready = up.wait_for_line("ready")
    assert up.ports["url"] in ready
    up.wait_for_line("stop")
    shown = "\n".join(up.lines)
    assert up.key in shown
    assert f"curl -H 'Authorization: Bearer {up.key}' {up.ports['url']}/jobs" in shown
    assert (state_dir / "admin.key").stat().st_mode & 0o777 == 0o600
    assert "database  33 connections at most, of 117" in shown
    assert {"api", "postgres", "valkey", "flower"} <= up.ports["ports"].keys()
    assert shows(f"http://127.0.0.1:{up.ports['ports']['beat']}/metrics")
    wait_for(lambda: shows(f"http://127.0.0.1:{up.ports['ports']['flower']}/"))
    for name in ("creator", "validator", "maintenance", "beat"):
        assert is_alive(up.child(f" {name}"))

    up.child("main api").kill()
    up.wait_for_line("api ended (signal 9), restart in")
    wait_for(lambda: answers(up))
    job = submit(up)
    up.child("postgres").kill()
    up.wait_for_line("postgres ended (signal 9), restart in")
    wait_for(lambda: up.call("GET", f"/jobs/{job}").status_code == 200)

    family = up.family()
    assert up.stop() == 0
    wait_for(lambda: not any(map(is_alive, family)))
    assert not (state_dir / "ports.json").exists()


def test_data_survive_a_stop_and_a_kill_and_the_key_is_shown_once(start_up, state_dir: Path) -> None:
    up = start_up(*NO_WORKERS)
    up.wait_for_line("stop")
    job = submit(up)
    assert up.stop() == 0

    up = start_up()
    up.wait_for_line("stop")
    wait_for(lambda: len(up.call("GET", "/agents").json()["items"]) >= 3)  # their pools have started, too
    assert up.key not in "\n".join(up.lines)
    assert up.call("GET", f"/jobs/{job}").json()["id"] == job
    later = submit(up)
    family = up.family()
    up.process.kill()
    wait_for(lambda: not any(map(is_alive, family)))

    up = start_up(*NO_WORKERS)
    up.wait_for_line("stop")
    assert {each["id"] for each in up.call("GET", "/jobs").json()["items"]} == {job, later}


def test_a_second_start_and_a_busy_port_get_one_clear_line(
    start_up, run_command, state_dir: Path, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_command("up", "--state-dir", str(tmp_path / "other"), "--port", port)
    assert done.returncode == 69
    assert done.stderr.splitlines() == [
        f"orchestrator: port {port} on 127.0.0.1 is in use or not ours to take: choose another with --port (0: any)"
    ]
    up = start_up(*NO_WORKERS)
    wait_for(lambda: (state_dir / "lock").exists() and (state_dir / "lock").read_text())
    done = run_command("up", "--port", "0")
    assert done.returncode == 75
    assert done.stderr.splitlines() == [
        f"orchestrator: {state_dir} is in use by process {up.process.pid}: stop it or give another --state-dir"
    ]


def test_given_servers_are_used_and_not_started(start_up, make_database, valkey_url: str, state_dir: Path) -> None:
    database_url = make_database()
    given = {"DATABASE_URL": database_url, "REDIS_URL": valkey_url, "ORCHESTRATOR_ADMIN_KEY": PRESET}
    up = start_up(*NO_WORKERS, env=given)
    up.wait_for_line("stop")
    assert PRESET not in "\n".join(up.lines)
    assert not {"postgres", "valkey"} & up.ports["ports"].keys()
    assert not {"postgres", "valkey-server"} & set(up.asked(psutil.Process.name))
    assert not (state_dir / "servers").exists()
    assert up.key == PRESET
    job = submit(up)
    with psycopg2.connect(make_url(database_url).set(drivername="postgresql").render_as_string(False)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM jobs WHERE id::text = %s", (job,))
        assert cursor.fetchone() == (1,)
    connection.close()
    assert up.stop() == 0


def test_a_wrong_configuration_is_reported_whole_and_leaves_nothing(run_command, state_dir: Path) -> None:
    done = run_command("up", "--port", "0", env={"ORCHESTRATOR_LEASE_S": "1", "ORCHESTRATOR_LOG_FORMAT": "loud"})
    assert done.returncode == 78
    assert "ORCHESTRATOR_LOG_FORMAT" in done.stderr
    assert "Traceback" not in done.stderr
    left = [each for each in psutil.process_iter(["cmdline"]) if str(state_dir) in " ".join(each.info["cmdline"] or [])]
    assert left == []


def test_ctrl_c_while_starting_ends_it_in_order(start_up, state_dir: Path) -> None:
    up = start_up(*NO_WORKERS)
    wait_for(lambda: (state_dir / "log" / "prepare.log").exists())
    family = up.family()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    wait_for(lambda: not any(map(is_alive, family)))
