"""Asks every agent whether it is alive, and takes those that fail out of dispatch until they answer again."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from sqlalchemy import Row

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerRule, BreakerState, QuarantineRule
from orchestrator.outgoing import ask, make_session
from orchestrator.services.breaking import rule_of
from orchestrator.storage import agent_health, steps
from orchestrator.storage.engine import SessionFactory

log = structlog.get_logger(__name__)

ERROR_CHARACTERS = 300
AGENT_HEADER = "X-Agent-Id"


@dataclass(frozen=True, slots=True)
class AgentHealthView:
    """An agent's health as the API shows it.

    `state` is live, draining, quarantined (it fell ill too often), silent (no heartbeat), stopped, or unregistered
    (known by its URL in the settings alone). `breaker_open_until` is when an open one is tried again.
    """

    id: str
    kind: str
    host: str
    state: str
    slots: int
    health_url: str | None
    breaker_state: str
    breaker_failures: int
    breaker_open_until: datetime | None
    heartbeat_age_s: float | None
    checked_at: datetime | None
    check_error: str | None


@dataclass(slots=True)
class Tally:
    """What one round of checks found, in agents."""

    checked: int = 0
    failed: int = 0
    opened: int = 0
    closed: int = 0


class AgentHealth:
    """Each public method commits."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._patience_s = settings.health_connect_s + settings.health_read_s + 1
        self._quarantine = QuarantineRule(settings.quarantine_s, settings.quarantine_cap_s)

    @property
    def rule(self) -> BreakerRule:
        """Of the breaker, as the settings say now."""
        return rule_of(self._settings)

    def check(self) -> dict[str, int]:
        """Check every agent that is due, 16 at a time, for at most one interval. Returns counts.

        Any number of these may run at once: each agent is checked by one of them.
        """
        until = time.monotonic() + self._settings.agent_health_interval_s
        with self._sessions.begin() as session:
            since = agent_health.now(session)
            agent_health.sync_configured(session, configured_agents(self._settings))
        tally = Tally()
        while time.monotonic() < until and (taken := self._take(since)):
            for agent, fault in zip(taken, self._probe(taken), strict=True):
                self._settle(agent, fault, tally)
        return asdict(tally)

    def _take(self, since: datetime) -> Sequence[Row[Any]]:
        # Twice what a batch may last: another takes over only from a checker that died.
        with self._sessions.begin() as session:
            lease_s, memory_s = 2 * self._patience_s, self._settings.quarantine_cap_s
            return agent_health.take(session, since, socket.gethostname(), lease_s, memory_s)

    def _probe(self, agents: Sequence[Row[Any]]) -> list[str | None]:
        """What is wrong with each agent, None where nothing is; in the same order."""
        settings = self._settings
        asking = ThreadPoolExecutor(agent_health.AT_ONCE, thread_name_prefix="health")
        with make_session(connect_s=settings.health_connect_s, read_s=settings.health_read_s) as session:
            answers = [asking.submit(self._fault_of, session, agent) for agent in agents]
            wait(answers, timeout=self._patience_s)
        asking.shutdown(wait=False, cancel_futures=True)
        return [self._fault(answer) for answer in answers]

    def _fault(self, answer: Future[str | None]) -> str | None:
        return answer.result() if answer.done() else f"No answer within {self._patience_s:g} s."

    def _fault_of(self, session: requests.Session, agent: Row[Any]) -> str | None:
        try:
            status, headers = ask(session, f"{agent.health_url}/health")
        except requests.ConnectTimeout:
            return f"No connection within {self._settings.health_connect_s:g} s."
        except requests.Timeout:
            return f"No answer within {self._settings.health_read_s:g} s."
        except Exception as error:  # whatever a broken server makes of an answer
            return f"No connection: {type(error).__name__}: {error}"[:ERROR_CHARACTERS]
        if status != requests.codes.ok:
            return f"It answers with status {status}."
        other = headers.get(AGENT_HEADER)
        if not agent.configured and other != agent.id:
            return f"Another process answers there: {other or 'not a worker'}."[:ERROR_CHARACTERS]
        return None

    def _settle(self, agent: Row[Any], error: str | None, tally: Tally) -> None:
        before = BreakerState(agent.breaker_state)
        verdict = self.rule.after(before, agent.breaker_failures, healthy=error is None)
        if agent.kind != "maintenance":  # the check that ends a quarantine runs there
            verdict = self._quarantine.after(before, verdict, agent.flaps)
        closes = before is not BreakerState.CLOSED and verdict.state is BreakerState.CLOSED
        with self._sessions.begin() as session:
            if not agent_health.settle(session, agent.id, agent.probe_token, verdict, error):
                return
            if closes:
                steps.notify(session, agent.kind)
        tally.checked += 1
        tally.failed += error is not None
        tally.closed += closes
        tally.opened += verdict.state is BreakerState.OPEN and before is BreakerState.CLOSED
        if verdict.state is not before:
            log.warning("breaker_changed", agent_id=agent.id, before=before, after=verdict.state, error=error)

    def list(self, limit: int = 500) -> list[AgentHealthView]:
        """The health of live agents, and of those that stopped within the hour. Asks nobody but the database."""
        with self._sessions() as session:
            rows = agent_health.rows(session, self._settings.agent_timeout_s, limit)
        names = AgentHealthView.__dataclass_fields__
        return [AgentHealthView(**{name: getattr(row, name) for name in names}) for row in rows]


def configured_agents(settings: Settings) -> list[dict[str, str]]:
    """The agents of CREATOR_AGENT_URL and VALIDATOR_AGENT_URL: {id, kind, host, health_url} each, none twice."""
    found = {}
    for kind, urls in (("creator", settings.creator_agent_url), ("validator", settings.validator_agent_url)):
        for url in (each.rstrip("/") for each in urls):
            name = f"{kind}-url-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
            found[name] = {"id": name, "kind": kind, "host": urlsplit(url).hostname or "", "health_url": url}
    return list(found.values())
