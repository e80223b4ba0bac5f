from __future__ import annotations

import pytest

from orchestrator.errors import Unavailable
from orchestrator.storage.versions import redis_version, refuse_old_postgres_version, refuse_old_redis


def test_an_old_postgres_is_refused_with_the_way_out() -> None:
    refuse_old_postgres_version(150_000)
    with pytest.raises(Unavailable, match=r"PostgreSQL 14, which is too old. Upgrade it to 15") as caught:
        refuse_old_postgres_version(140_011)
    assert caught.value.code == "postgres_too_old"


@pytest.mark.parametrize("version", ["3.2.1", "6.0.16", ""])
def test_an_old_redis_is_refused(version: str) -> None:
    with pytest.raises(Unavailable, match="too old"):
        refuse_old_redis({"redis_version": version})


def test_valkey_tells_the_redis_whose_protocol_it_speaks() -> None:
    assert redis_version({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.0.0"}) == (7, 2)
