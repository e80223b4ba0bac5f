"""How often a caller may come, and from where."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from flask.testing import FlaskClient
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from api import limits
from api.app import create_app
from api.limits import DRAWS, Limits
from orchestrator.bootstrap import build
from orchestrator.stack.binaries import valkey_program
from orchestrator.stack.ports import free_port

AWAY = "redis://127.0.0.1:1/0"
WINDOW_S = 1_000_000_000


@pytest.fixture
def long_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of 30 years: none ends during a test. A Redis that is slow to answer is not away for that."""
    monkeypatch.setattr(limits, "WINDOW_S", WINDOW_S)
    monkeypatch.setattr(limits, "REDIS_S", 30.0)


@pytest.fixture
def serve(shared: Any, stage: Any) -> Iterator[Callable[..., FlaskClient]]:
    """`serve(**settings)` gives a client of a server with these settings; counts are its own."""
    made: list[Any] = []

    def make(**changes: Any) -> FlaskClient:
        own = f"t{uuid4().hex[:12]}"
        made.append(build(replace(shared.settings, **{"environment": own, **changes})))
        return create_app(made[-1]).test_client()

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("away", [None, AWAY])
def test_a_caller_has_so_many_of_each_kind(serve: Any, long_window: None, call: Any, away: str | None) -> None:
    client = serve(rate_read_per_minute=2, rate_submit_per_minute=1, **({"redis_url": away} if away else {}))
    wish = {"prompt": "Which duties?", "deduplicate": False}

    read = [client.get("/jobs", headers=call.headers) for _ in range(3)]
    sent = [client.post("/jobs", json=wish, headers=call.headers) for _ in range(2)]

    assert [answer.status_code for answer in read] == [200, 200, 429]
    assert [answer.status_code for answer in sent] == [202, 429]
    assert read[0].headers["RateLimit-Policy"] == f'"read";q=2;w={WINDOW_S}'
    assert read[0].headers["RateLimit"].startswith('"read";r=1;t=')
    assert "Retry-After" not in read[0].headers
    problem = read[2].get_json()
    assert (problem["code"], problem["status"]) == ("too_many_requests", 429)
    assert 1 <= int(read[2].headers["Retry-After"]) <= WINDOW_S + 1


def test_a_limit_is_never_exceeded_and_nearly_used_up_by_several_servers(shared: Any, long_window: None) -> None:
    settings = replace(shared.settings, environment=f"t{uuid4().hex[:12]}", rate_read_per_minute=1_000)
    servers = [Limits(settings) for _ in range(2)]

    def ask(number: int) -> bool:
        standing = servers[number % 3 % 2].count("read", "ada")  # one of them twice as often
        return standing is not None and standing.left >= 0

    with ThreadPoolExecutor(4) as threads:
        admitted = sum(threads.map(ask, range(1_600)))
    assert 1_000 - 4 * (1_000 // DRAWS) <= admitted <= 1_000


def test_a_redis_that_is_away_is_not_waited_for_each_time(serve: Any, call: Any) -> None:
    client = serve(redis_url="redis://10.255.255.1:6379/0")
    began = time.monotonic()
    for _ in range(20):
        answer = client.get("/jobs", headers=call.headers)
        assert (answer.status_code, answer.headers["RateLimit-Policy"]) == (200, '"read";q=6000;w=60')
    assert time.monotonic() - began < 60  # twenty waits of a connection would be minutes


def test_servers_count_together_again_once_redis_is_back(
    serve: Any, long_window: None, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "AWAY_S", 0.1)
    port = free_port()
    one, other = (
        serve(rate_read_per_minute=2, redis_url=f"redis://127.0.0.1:{port}/0", environment="back") for _ in range(2)
    )

    def read(server: FlaskClient) -> int:
        return server.get("/jobs", headers=call.headers).status_code

    assert [read(one), read(other), read(one), read(other), read(one)] == [200, 200, 200, 200, 429]
    with _redis(port, tmp_path):
        time.sleep(0.2)
        assert [read(one), read(other), read(one), read(other)] == [200, 200, 429, 429]


@contextmanager
def _redis(port: int, place: Path) -> Iterator[None]:
    """A Valkey on this port, without a password."""
    command = [str(valkey_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(place)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - a program of the project
    try:
        with redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 1_200)) as asked:
            assert asked.ping()
        yield
    finally:
        server.terminate()
        server.wait(60)


def test_an_address_that_guesses_is_not_heard(serve: Any, long_window: None, call: Any) -> None:
    client = serve(rate_failed_per_minute=2)

    guesses = [client.get("/jobs", headers={"X-API-Key": f"guess{n}"}).status_code for n in range(4)]
    with_key = client.get("/jobs", headers=call.headers)

    assert guesses == [401, 401, 401, 429]
    assert (with_key.status_code, client.get("/health").status_code) == (429, 200)
    other = client.get("/jobs", headers=call.headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert other.status_code == 200


def test_who_guesses_does_not_shut_out_keys_that_were_let_in_before(
    serve: Any, long_window: None, call: Any, stage: Any
) -> None:
    made = [call("POST", "/keys", json={"name": f"neighbour {n}", "role": "viewer"}).get_json() for n in range(3)]
    client = serve(rate_failed_per_minute=2, key_cache_s=0)

    def statuses() -> list[int]:
        return [client.get("/jobs", headers={"X-API-Key": key["key"]}).status_code for key in made[:2]]

    before = [*statuses(), client.get("/jobs", headers=call.headers).status_code]
    guesses = [client.get("/jobs", headers={"X-API-Key": f"guess{n}"}).status_code for n in range(4)]
    after = [*statuses(), client.get("/jobs", headers={"X-API-Key": made[2]["key"]}).status_code]
    chosen_by_somebody = client.get("/jobs", headers=call.headers).status_code
    stage.run("UPDATE api_keys SET revoked_at = now() WHERE id = :id", id=made[0]["id"])
    revoked = [*statuses(), *statuses()]

    assert (before, guesses) == ([200, 200, 200], [401, 401, 401, 429])
    assert (after, chosen_by_somebody) == ([200, 200, 429], 429)
    assert revoked == [401, 200, 429, 200]


def test_all_addresses_that_one_caller_may_have_are_one(serve: Any, long_window: None) -> None:
    client = serve(rate_failed_per_minute=1)

    def guess(address: str) -> int:
        return client.get("/jobs", headers={"X-API-Key": "guess"}, environ_base={"REMOTE_ADDR": address}).status_code

    assert [guess(f"2001:db8:1:2:{number}::1") for number in range(4)] == [401, 401, 429, 429]
    assert guess("2001:db8:1:3::1") == 401
    assert [guess(f"not an address {number}") for number in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(("hops", "status"), [(0, 429), (1, 200)])
def test_forwarded_addresses_are_believed_from_configured_proxies_alone(
    serve: Any, long_window: None, call: Any, hops: int, status: int
) -> None:
    client = serve(rate_failed_per_minute=1, proxy_hops=hops)
    for number in range(3):
        client.get("/jobs", headers={"X-Forwarded-For": f"10.0.0.{number}"})

    assert client.get("/jobs", headers=call.headers | {"X-Forwarded-For": "10.0.0.7"}).status_code == status


def test_other_origins_are_let_in_by_list_alone(serve: Any, call: Any) -> None:
    listed = "https://app.example.org"
    closed, opened = serve(), serve(cors_origins=(listed,))

    def origin(client: FlaskClient, name: str) -> str | None:
        return client.get("/jobs", headers=call.headers | {"Origin": name}).headers.get("Access-Control-Allow-Origin")

    assert origin(closed, listed) is None
    assert origin(opened, listed) == listed
    assert origin(opened, "https://evil.example.org") is None


def test_every_answer_is_guarded(serve: Any, call: Any) -> None:
    client = serve(hsts_s=3600)
    for path in ("/jobs", "/docs", "/openapi.json", "/nothing", "/docs/assets/docs.js"):
        headers = client.get(path, headers=call.headers).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[-1].split(";")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "max-age=3600" in headers["Strict-Transport-Security"]
