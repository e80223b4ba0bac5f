from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest
import redis
from sqlalchemy import create_engine, text

from orchestrator.stack.layout import StateDir, StateInUse
from orchestrator.stack.servers import servers


def test_servers_answer_keep_their_data_and_lock_their_directory(state_dir: Path) -> None:
    with servers(state_dir) as urls:
        engine = create_engine(urls.database_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (word text)"))
            connection.execute(text("INSERT INTO kept VALUES ('Größe')"))
            assert connection.execute(text("SELECT upper('äöü')")).scalar_one() == "ÄÖÜ"
        engine.dispose()
        redis.Redis.from_url(urls.redis_url).set("kept", "yes")
        with pytest.raises(StateInUse, match=r"in use by process \d+"), servers(state_dir):
            pass
    with servers(state_dir) as urls:
        engine = create_engine(urls.database_url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT word FROM kept")).scalar_one() == "Größe"
        engine.dispose()
        assert redis.Redis.from_url(urls.redis_url).get("kept") == b"yes"


def test_both_servers_refuse_a_client_without_the_password(server_urls) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url("redis://" + server_urls.redis_url.split("@")[1]).ping()
    host = server_urls.database_url.split("@")[1]
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(f"postgresql://orchestrator:wrong@{host}")


def test_secrets_are_private_and_state_is_removed_whole(state_dir: Path) -> None:
    state = StateDir(state_dir)
    with servers(state_dir):
        secrets = [state_dir / name for name in ("postgres.password", "valkey.password")]
        assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]
        record = state_dir / "servers.path"
        home = Path(record.read_text().strip()) if record.exists() else state_dir / "servers"
        assert home.stat().st_mode & 0o777 == 0o700
    state.remove()
    assert not state_dir.exists()
    assert not home.exists()


def test_databases_are_separate_and_can_be_copied(make_database, postgres_url: str) -> None:
    template = make_database()
    engine = create_engine(template)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE made_once (n int)"))
    engine.dispose()
    copy = create_engine(make_database(template=template))
    with copy.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM made_once")).scalar_one() == 0
    copy.dispose()
    assert postgres_url != template
