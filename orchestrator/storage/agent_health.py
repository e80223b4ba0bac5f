"""The agents' health as rows: fixed SQL, one function per statement, no commits.

A check is taken before it is made and settled afterwards: `take` gives each due agent's probe token to one caller, and
`settle` writes for the holder of the token alone. So a half-open breaker lets one check through, however many ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.breaker import Verdict

AT_ONCE = 16
"""So many checks are taken at most, as so many are made at the same time."""
READ_MS = 1500
"""The view answers within two seconds or not at all."""

LOOPBACK = r"^https?://(127\.|localhost[:/]|\[::1\])"

_NOW = text("SELECT now()")
_SYNC = text(
    """
    WITH wanted AS MATERIALIZED (
        SELECT w.* FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS w(id text, kind text, host text, health_url text)
        WHERE NOT EXISTS (SELECT 1 FROM agents r WHERE r.health_url = w.health_url
                          AND NOT r.configured AND r.stopped_at IS NULL)
    ), gone AS (
        UPDATE agents SET stopped_at = now()
        WHERE configured AND stopped_at IS NULL AND id NOT IN (SELECT id FROM wanted)
    )
    INSERT INTO agents (id, kind, host, pid, slots, version, configured, heartbeat_at, health_url)
    SELECT id, kind, host, 0, 0, '', true, NULL, health_url FROM wanted ORDER BY id
    ON CONFLICT (id) DO UPDATE SET stopped_at = NULL WHERE agents.stopped_at IS NOT NULL
    """
)
_TAKE = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM agents
        WHERE stopped_at IS NULL AND health_url IS NOT NULL
          AND (checked_at IS NULL OR checked_at < :since)
          AND (probe_until IS NULL OR probe_until <= now())
          AND (breaker_state <> 'open' OR breaker_open_until <= now())
          AND (configured OR host = :host OR health_url !~ :loopback)
        ORDER BY checked_at NULLS FIRST, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE agents a
    SET probe_token = a.probe_token + 1, probe_until = now() + make_interval(secs => :lease),
        breaker_state = CASE a.breaker_state WHEN 'open' THEN 'half_open' ELSE a.breaker_state END
    FROM due WHERE a.id = due.id
    RETURNING a.id, a.kind, a.configured, a.health_url, a.breaker_state, a.breaker_failures, a.probe_token,
              CASE WHEN a.flapped_at > now() - make_interval(secs => :memory) THEN a.flaps ELSE 0 END AS flaps
    """
)
_SETTLE = text(
    """
    UPDATE agents
    SET breaker_state = :state, breaker_failures = :failures, probe_until = NULL, checked_at = now(),
        breaker_open_until = now() + make_interval(secs => CAST(:open_s AS double precision)), check_error = :error,
        flapped_at = CASE WHEN breaker_state = :state THEN flapped_at ELSE now() END, flaps = :flaps,
        quarantined_until = CASE WHEN CAST(:quarantine_s AS double precision) IS NULL THEN quarantined_until
                                 ELSE now() + make_interval(secs => CAST(:quarantine_s AS double precision)) END
    WHERE id = :id AND probe_token = :token AND stopped_at IS NULL
    """
)
_LIST = text(
    """
    SELECT a.id, a.kind, a.host, a.configured, a.slots, a.health_url, a.breaker_state, a.breaker_failures,
           a.breaker_open_until, a.checked_at, a.check_error,
           extract(epoch FROM now() - a.heartbeat_at)::float AS heartbeat_age_s,
           CASE WHEN a.stopped_at IS NOT NULL THEN 'stopped'
                WHEN a.configured THEN 'unregistered'
                WHEN a.heartbeat_at < now() - make_interval(secs => :timeout) THEN 'silent'
                WHEN a.draining THEN 'draining'
                WHEN a.quarantined_until > now() THEN 'quarantined' ELSE 'live' END AS state
    FROM agents a
    WHERE a.stopped_at IS NULL OR a.stopped_at > now() - interval '1 hour'
    ORDER BY a.kind, a.started_at, a.id LIMIT :limit
    """
)


def now(session: Session) -> datetime:
    """The database's clock."""
    at: datetime = session.execute(_NOW).scalar_one()
    return at


def sync_configured(session: Session, wanted: Sequence[Mapping[str, str]]) -> None:
    """Have a row for each agent of the settings ({id, kind, host, health_url}) that did not register; stop others."""
    session.execute(_SYNC, {"wanted": json.dumps(list(wanted))})


def take(session: Session, since: datetime, host: str, lease_s: float, memory_s: float) -> Sequence[Row[Any]]:
    """Take the checks that are due, those whose last one is the longest ago first.

    Args:
        since: agents that were checked after this are not due.
        host: where the caller runs; loopback addresses of other hosts lead nowhere from here.
        lease_s: how long nobody else may check them.
        memory_s: how long it counts that an agent's breaker opened.
    """
    values = {"since": since, "host": host, "loopback": LOOPBACK, "limit": AT_ONCE}
    return session.execute(_TAKE, values | {"lease": lease_s, "memory": memory_s}).all()


def settle(session: Session, agent_id: str, token: int, verdict: Verdict, error: str | None) -> bool:
    """Write what follows from a check; False where its token has passed."""
    values = {
        "id": agent_id,
        "token": token,
        "state": verdict.state.value,
        "failures": verdict.failures,
        "open_s": verdict.open_s,
        "flaps": verdict.flaps,
        "quarantine_s": verdict.quarantine_s,
        "error": error,
    }
    return bool(session.execute(_SETTLE, values).rowcount)  # type: ignore[attr-defined]


def rows(session: Session, agent_timeout_s: float, limit: int) -> Sequence[Row[Any]]:
    """The health of live agents, and of those that stopped within the hour."""
    session.execute(text(f"SET LOCAL statement_timeout = {READ_MS}"))
    return session.execute(_LIST, {"timeout": agent_timeout_s, "limit": limit}).all()
