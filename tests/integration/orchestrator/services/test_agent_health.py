"""The health checks against real HTTP servers and two connections at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.breaker import BreakerState, Verdict
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.services.agent_health import AGENT_HEADER
from orchestrator.storage import agent_health, steps, sweeps

HERE = socket.gethostname()
PATIENCE_S = 30.0
HASTY = {"health_connect_s": 0.5, "health_read_s": 0.4}
"""For those who do not answer; one who does is given more time than a slow machine takes."""


class Peer(ThreadingHTTPServer):
    """An agent that answers as it is told, from the moment on that so many have asked as `meets`, and counts them."""

    daemon_threads = True

    def __init__(self) -> None:
        self.agent_id = "creator-1"
        self.status = 200
        self.frozen = False
        self.meets = 1
        self.met = threading.Event()
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    server: Peer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if len(self.server.asked) >= self.server.meets:
            self.server.met.set()
        if self.server.frozen:
            time.sleep(PATIENCE_S)
        self.server.met.wait(PATIENCE_S)
        self.send_response(self.server.status)
        for name, value in ({AGENT_HEADER: self.server.agent_id} | self.server.headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as served:
        yield served
        served.shutdown()


@pytest.fixture
def make(make_orchestrator: Callable[..., Orchestrator]) -> Callable[..., Orchestrator]:
    """An orchestrator whose breakers open soon."""

    def build(**changes: Any) -> Orchestrator:
        short = {
            "agent_timeout_s": 3600.0,
            "health_connect_s": PATIENCE_S,
            "health_read_s": PATIENCE_S,
            "breaker_failures": 2,
            "breaker_open_s": 0.3,
            "breaker_open_cap_s": 60.0,
        }
        return make_orchestrator(**(short | changes))

    return build


def register(orchestrator: Orchestrator, url: str | None, agent_id: str = "creator-1", **changes: Any) -> None:
    row = {"id": agent_id, "kind": "creator", "host": HERE, "pid": 1, "slots": 2, "version": "1", "health_url": url}
    orchestrator.agents.register(row | changes)


def run(orchestrator: Orchestrator, statement: str, **values: Any) -> None:
    with orchestrator.sessions.begin() as session:
        session.execute(text(statement), values)


def the(orchestrator: Orchestrator) -> Any:
    (agent,) = orchestrator.agent_health.list()
    return agent


def due(orchestrator: Orchestrator) -> None:
    run(orchestrator, "UPDATE agents SET breaker_open_until = now()")


def test_a_frozen_agent_is_taken_out_and_put_back(make: Callable[..., Orchestrator], peer: Peer) -> None:
    orchestrator, hasty = make(breaker_open_s=30.0), make(breaker_open_s=30.0, **HASTY)
    register(orchestrator, peer.url)
    assert orchestrator.agent_health.check() == {"checked": 1, "failed": 0, "opened": 0, "closed": 0}
    assert (the(orchestrator).breaker_state, the(orchestrator).check_error) == ("closed", None)

    peer.frozen = True
    assert hasty.agent_health.check()["opened"] == 0
    assert hasty.agent_health.check() == {"checked": 1, "failed": 1, "opened": 1, "closed": 0}
    assert (the(orchestrator).breaker_state, the(orchestrator).check_error) == ("open", "No answer within 0.4 s.")
    assert hasty.agent_health.check()["checked"] == 0, "an open breaker is left alone until its time has come"

    due(orchestrator)
    assert hasty.agent_health.check() == {"checked": 1, "failed": 1, "opened": 0, "closed": 0}
    again = the(orchestrator)
    assert (again.breaker_state, again.breaker_failures) == ("open", 3)
    assert 55 < (again.breaker_open_until - again.checked_at).total_seconds() < 65

    peer.frozen = False
    due(orchestrator)
    assert orchestrator.agent_health.check() == {"checked": 1, "failed": 0, "opened": 0, "closed": 1}
    assert (the(orchestrator).breaker_state, the(orchestrator).breaker_failures) == ("closed", 0)


def fall_ill(orchestrator: Orchestrator, peer: Peer) -> None:
    """Its breaker opens, and it answers again."""
    peer.status = 503
    for _ in range(2):
        orchestrator.agent_health.check()
    assert the(orchestrator).breaker_state == "open"
    peer.status = 200
    due(orchestrator)
    orchestrator.agent_health.check()
    assert the(orchestrator).breaker_state == "closed"


def test_a_flapping_agent_is_quarantined_for_longer_each_time(make: Callable[..., Orchestrator], peer: Peer) -> None:
    orchestrator = make(quarantine_s=60.0, quarantine_cap_s=200.0)
    register(orchestrator, peer.url)
    with orchestrator.sessions.begin() as session:
        steps.insert_periodic(session, "x", "2026-01-01T00:00:00Z", NewStep(StepKind.PRUNE, part="x"), "test")
        session.execute(text("UPDATE steps SET queue = 'creator'"))
    given = text("SELECT extract(epoch FROM quarantined_until - checked_at)::float FROM agents")
    seen = []
    for _ in range(5):
        fall_ill(orchestrator, peer)
        with orchestrator.sessions() as session:
            seen.append(round(session.execute(given).scalar_one() or 0, -1))
    assert seen == [0, 60, 120, 200, 200]
    assert the(orchestrator).state == "quarantined"
    assert orchestrator.dispatcher.dispatch("creator") == []

    run(orchestrator, "UPDATE agents SET quarantined_until = now(), flapped_at = now() - interval '201 seconds'")
    assert the(orchestrator).state == "live"
    assert len(orchestrator.dispatcher.dispatch("creator")) == 1
    fall_ill(orchestrator, peer)
    assert the(orchestrator).state == "live", "it was well for long enough to start anew"


def test_two_checkers_try_a_half_open_breaker_once(make: Callable[..., Orchestrator], peer: Peer) -> None:
    checkers = [make(), make()]
    register(checkers[0], peer.url)
    peer.meets = 3  # it answers when the other checker has gone without asking, or three ask
    for state, answers in (("open", 1), ("closed", 1)):
        peer.asked.clear()
        peer.met.clear()
        run(checkers[0], "UPDATE agents SET breaker_state = :state, breaker_open_until = now()", state=state)
        start = threading.Barrier(2)

        def check(each: Orchestrator, start: threading.Barrier = start) -> int:
            start.wait(PATIENCE_S)
            checked = each.agent_health.check()["checked"]
            peer.met.set()
            return checked

        with ThreadPoolExecutor(2) as both:
            assert sum(both.map(check, checkers)) == answers
        assert peer.asked == ["/health"]


def test_the_probe_token_goes_to_one_of_two_open_transactions(make: Callable[..., Orchestrator]) -> None:
    orchestrator = make()
    register(orchestrator, "http://127.0.0.1:9")
    run(orchestrator, "UPDATE agents SET breaker_state = 'open', breaker_failures = 2, breaker_open_until = now()")

    def take(session: Any) -> Any:
        return agent_health.take(session, agent_health.now(session), HERE, 60, 900)

    with closing(orchestrator.sessions()) as one, closing(orchestrator.sessions()) as other:
        (mine,) = take(one)
        assert (mine.breaker_state, take(other)) == ("half_open", [])
        one.commit()
        other.commit()
        assert take(other) == [], "taken and not settled: nobody else may ask"
        other.commit()
        run(orchestrator, "UPDATE agents SET probe_until = now()")
        (theirs,) = take(other)
        other.commit()
        assert theirs.probe_token > mine.probe_token, "the checker that died loses its token"
        closed = Verdict(BreakerState.CLOSED, 0)
        assert not agent_health.settle(one, "creator-1", mine.probe_token, closed, None)
        assert agent_health.settle(other, "creator-1", theirs.probe_token, closed, None)
        other.commit()
    assert the(orchestrator).breaker_state == "closed"


@pytest.mark.parametrize(
    ("peer_is", "error"),
    [
        ({"status": 503}, "It answers with status 503."),
        ({"status": 302, "headers": {"Location": "/health"}}, "It answers with status 302."),
        ({"agent_id": "creator-2"}, "Another process answers there: creator-2."),
        ({"agent_id": ""}, "Another process answers there: not a worker."),
    ],
)
def test_what_is_no_sign_of_life(
    make: Callable[..., Orchestrator], peer: Peer, peer_is: dict[str, Any], error: str
) -> None:
    orchestrator = make()
    register(orchestrator, peer.url)
    for name, value in peer_is.items():
        setattr(peer, name, value)

    assert orchestrator.agent_health.check()["failed"] == 1
    assert the(orchestrator).check_error == error
    assert len(peer.asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid:80", "http://[::1]:1"])
def test_a_server_that_is_away_is_said_to_be(make: Callable[..., Orchestrator], url: str) -> None:
    orchestrator = make(**HASTY)
    register(orchestrator, url)

    orchestrator.agent_health.check()

    error = the(orchestrator).check_error
    assert error.startswith(("No connection", "No answer"))
    assert len(error) <= 300


def test_many_agents_are_checked_side_by_side(make: Callable[..., Orchestrator], peer: Peer) -> None:
    """None of them answers before ten are asked: one after the other, they would seem to be frozen."""
    orchestrator = make()
    peer.meets, peer.agent_id = 10, "another"
    for number in range(20):
        register(orchestrator, f"{peer.url}/{number}", f"creator-{number}")

    assert orchestrator.agent_health.check()["failed"] == 20
    assert {each.check_error for each in orchestrator.agent_health.list()} == {
        "Another process answers there: another."
    }


def test_agents_of_the_settings_are_watched_while_they_are_there(make: Callable[..., Orchestrator], peer: Peer) -> None:
    orchestrator = make(creator_agent_url=(f"{peer.url}/", "http://127.0.0.1:1"), validator_agent_url=(peer.url,))
    orchestrator.agent_health.check()

    seen = {(each.kind, each.health_url): each for each in orchestrator.agent_health.list()}
    assert set(seen) == {("creator", peer.url), ("creator", "http://127.0.0.1:1"), ("validator", peer.url)}
    assert {each.state for each in seen.values()} == {"unregistered"}
    assert seen["creator", peer.url].check_error is None
    assert seen["creator", "http://127.0.0.1:1"].breaker_failures == 1
    assert orchestrator.agents.list() == [], "they did not register"

    make().agent_health.check()
    assert {each.state for each in orchestrator.agent_health.list()} == {"stopped"}
    orchestrator.agent_health.check()
    assert {each.state for each in orchestrator.agent_health.list()} == {"unregistered"}


def test_an_agent_that_registers_its_url_is_watched_once(make: Callable[..., Orchestrator], peer: Peer) -> None:
    orchestrator = make(creator_agent_url=(peer.url,))
    orchestrator.agent_health.check()
    register(orchestrator, peer.url)
    peer.asked.clear()

    orchestrator.agent_health.check()

    assert peer.asked == ["/health"]
    assert {each.id: each.state for each in orchestrator.agent_health.list()}["creator-1"] == "live"


def test_a_loopback_address_is_asked_on_its_own_host_alone(make: Callable[..., Orchestrator], peer: Peer) -> None:
    orchestrator = make()
    register(orchestrator, peer.url, host="another-machine")

    assert orchestrator.agent_health.check()["checked"] == 0
    assert peer.asked == []


def test_who_takes_the_port_over_ends_the_one_before(make: Callable[..., Orchestrator]) -> None:
    orchestrator = make()
    for number in (1, 2):
        register(orchestrator, "http://127.0.0.1:8001", f"creator-{number}", host="h")

    assert {each.id: each.state for each in orchestrator.agent_health.list()} == {
        "creator-1": "stopped",
        "creator-2": "live",
    }


def test_registering_again_starts_with_a_closed_breaker(make: Callable[..., Orchestrator]) -> None:
    orchestrator = make()
    register(orchestrator, "http://127.0.0.1:1")
    orchestrator.agent_health.check()
    orchestrator.agent_health.check()
    assert the(orchestrator).breaker_state == "open"

    register(orchestrator, "http://127.0.0.1:1")

    assert (the(orchestrator).breaker_state, the(orchestrator).breaker_failures) == ("closed", 0)


@pytest.mark.parametrize(("kind", "dispatched"), [("creator", 0), ("maintenance", 1)])
@pytest.mark.parametrize("state", ["open", "half_open"])
def test_an_open_breaker_keeps_steps_away_except_from_where_checks_run(
    make: Callable[..., Orchestrator], kind: str, dispatched: int, state: str
) -> None:
    orchestrator = make()
    register(orchestrator, None, kind=kind)
    run(orchestrator, "INSERT INTO steps (kind, queue, correlation_id) VALUES ('report', :queue, 'x')", queue=kind)
    run(orchestrator, "UPDATE agents SET breaker_state = :state", state=state)
    assert len(orchestrator.dispatcher.dispatch(kind)) == dispatched

    run(orchestrator, "UPDATE steps SET state = 'dispatched', dispatched_at = now() - interval '1 hour'")
    with orchestrator.sessions.begin() as session:
        assert len(sweeps.recover_lost(session, 60, 30, 10)) == dispatched
