"""A backup of one installation becomes another one that works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import make_url

PRESET = "preset-key-after-a-restore-4711"
SMALL = ("--creators", "1", "--validators", "1", "--maintenance", "1")


def counts(url: str) -> dict[str, int]:
    """Rows of every table."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg2.connect(plain) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of the test, no input
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture
def source(run_command: Any, make_database: Callable[..., str]) -> tuple[str, str]:
    """A database with the sample job, and the job's id."""
    url = make_database()
    seeded = run_command("db", "seed", "-o", "json", env={"DATABASE_URL": url})
    return url, json.loads(seeded.stdout)["sample_job"]


def test_a_backup_restored_into_an_empty_instance_has_the_same_rows_and_works(
    run_command: Any, start_up: Any, make_database: Callable[..., str], source: tuple[str, str], tmp_path: Path
) -> None:
    url, job = source
    file = tmp_path / "backup"
    made = run_command("backup", str(file), env={"DATABASE_URL": url})
    assert (made.returncode, made.stdout) == (0, f"{file}\n"), made.stderr
    assert file.stat().st_mode & 0o777 == 0o600

    other = make_database()
    assert run_command("restore", str(file), env={"DATABASE_URL": other}).returncode == 0
    assert counts(other) == counts(url)
    full = run_command("restore", str(file), env={"DATABASE_URL": other})
    assert (full.returncode, full.stderr.count("\n")) == (1, 1)
    assert "has tables" in full.stderr

    told = run_command("restore", str(file), "-o", "json")  # into PostgreSQL of a state directory that is new
    assert told.returncode == 0, told.stderr
    before = counts(url)
    assert json.loads(told.stdout).items() <= before.items()
    up = start_up(*SMALL, env={"ORCHESTRATOR_ADMIN_KEY": PRESET})
    up.wait_for_line("ready")
    report = up.call("GET", f"/jobs/{job}/report?format=text")
    assert report.text.startswith("Requirements of service-agreement.md")
    assert run_command("restore", str(file)).returncode == 75
    new = up.call("POST", "/jobs", json={"prompt": "Which duties?", "context": {"text": "The clerk must sign."}})
    assert up.wait_for_job(new.json()["id"])["status"] == "completed"
    assert up.stop() == 0


def test_what_is_no_backup_and_no_stack_gets_one_line(run_command: Any, state_dir: Path, tmp_path: Path) -> None:
    nothing = run_command("backup", str(tmp_path / "file"))
    assert (nothing.returncode, nothing.stderr.count("\n")) == (66, 1)
    assert not state_dir.exists()
    (tmp_path / "text").write_text("no backup")
    other = run_command("restore", str(tmp_path / "text"), env={"DATABASE_URL": "postgresql://me:hidden@127.0.0.1:9/x"})
    assert (other.returncode, other.stderr.count("\n")) == (65, 1)
    away = run_command("backup", str(tmp_path / "file"), env={"DATABASE_URL": "postgresql://me:hidden@127.0.0.1:9/x"})
    assert away.returncode == 69
    assert "hidden" not in away.stderr
    assert not (tmp_path / "file").exists()
    again = run_command("backup", str(tmp_path / "text"), env={"DATABASE_URL": "postgresql://me:hidden@127.0.0.1:9/x"})
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert (tmp_path / "text").read_text() == "no backup"
