"""`orchestrator db` on a real database, without an API."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from orchestrator.config import normalise_database_url
from orchestrator.storage.migrate import code_revision


def test_an_empty_database_is_brought_up_to_date(run: Any, make_database: Callable[..., str]) -> None:
    url = make_database()
    before = run("db", "current", DATABASE_URL=url)
    assert before.code == 1
    assert before.out.split() == ["Database", "empty", "Code", code_revision()]
    assert "Run `orchestrator db upgrade`" in before.err
    first = run("db", "upgrade", DATABASE_URL=url)
    assert (first.code, first.out, first.err) == (0, f"{code_revision()}\n", "Migrated from an empty database.\n")
    assert run("db", "upgrade", DATABASE_URL=url).err == "Nothing to do.\n"
    after = run("db", "current", "-o", "json", DATABASE_URL=url)
    assert after.code == 0
    assert json.loads(after.out) == {"database": code_revision(), "code": code_revision(), "up_to_date": True}


def test_a_schema_that_somebody_changed_is_told(run: Any, database_url: str) -> None:
    well = run("db", "check", DATABASE_URL=database_url)
    assert (well.code, well.out) == (0, ""), well.out
    engine = create_engine(normalise_database_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs DROP COLUMN tags"))
        connection.execute(text("CREATE TABLE by_hand (id int)"))
        connection.execute(text("ALTER TABLE steps ADD CONSTRAINT by_hand CHECK (id > 0)"))
    engine.dispose()
    ended = run("db", "check", DATABASE_URL=database_url)
    assert ended.code == 1
    assert "remove table: by_hand" in ended.out
    assert "add column: jobs tags" in ended.out
    assert "remove constraint: steps by_hand" in ended.out


def test_the_url_may_come_from_a_file(run: Any, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(database_url + "\n")
    assert run("db", "current", DATABASE_URL_FILE=str(file)).code == 0
    assert run("db", "current", DATABASE_URL_FILE=str(tmp_path / "none")).code == 78


def test_no_secret_is_shown_when_the_database_is_away(run: Any) -> None:
    ended = run("db", "upgrade", DATABASE_URL="postgresql://me:hidden@127.0.0.1:9/x")
    assert ended.code == 69
    assert "The database at 127.0.0.1:9 does not let us in: Connection refused." in ended.err
    assert "hidden" not in ended.out + ended.err


def test_a_url_that_is_none_is_a_fault_of_the_configuration(run: Any) -> None:
    assert "DATABASE_URL is not set" in run("db", "current").err
    for url in ("nonsense", "mysql://me:hidden@h/x"):
        ended = run("db", "current", DATABASE_URL=url)
        assert ended.code == 78
        assert "hidden" not in ended.err


def test_seed_fills_an_empty_database_once(run: Any, make_database: Callable[..., str]) -> None:
    url = make_database()
    first = run("db", "seed", DATABASE_URL=url)
    assert (first.code, first.err) == (0, "The sample job is new.\n")
    assert "Business objects" in first.out
    again = run("db", "seed", "-o", "json", DATABASE_URL=url)
    assert again.code == 0
    assert json.loads(again.out)["new"] is False


def test_seed_refuses_a_file_that_is_no_model(run: Any, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(b"\xff")
    assert run("db", "seed", "--file", str(file), DATABASE_URL=database_url).code == 65
    file.write_text("[]")
    assert run("db", "seed", "--file", str(file), DATABASE_URL=database_url).code == 65


def test_the_database_of_the_running_stack_is_found(run: Any, database_url: str, tmp_path: Path) -> None:
    where = make_url(database_url)
    assert "DATABASE_URL is not set" in run("db", "current", ORCHESTRATOR_STATE_DIR=str(tmp_path)).err
    (tmp_path / "ports.json").write_text(json.dumps({"ports": {"postgres": where.port}}))
    (tmp_path / "postgres.password").write_text(f"{where.password}\n")
    found = run("db", "current", ORCHESTRATOR_STATE_DIR=str(tmp_path))
    assert "Code" in found.out
