"""The register of workers. An agent is a worker's main process; its children run the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.errors import InvalidTransition, NotFound
from orchestrator.storage import audit, steps
from orchestrator.storage.engine import SessionFactory, autocommit
from orchestrator.storage.models import Agent

_HEARTBEAT = text("UPDATE agents SET heartbeat_at = now() WHERE id = :id AND stopped_at IS NULL RETURNING draining")
_STARVED = text(
    """
    SELECT EXISTS (SELECT 1 FROM steps WHERE queue = a.kind AND state = 'dispatched')
       AND NOT EXISTS (SELECT 1 FROM steps WHERE queue = a.kind AND started_at > now() - make_interval(secs => :silence)
                       AND starts_with(lease_owner, a.id || ':'))
    FROM agents a WHERE a.id = :id AND NOT a.draining
    """
)
# The port is taken anew: whoever answered there before on this host is gone.
_SUPERSEDE = text(
    """
    UPDATE agents SET stopped_at = now()
    WHERE host = :host AND health_url = :health_url AND id <> :id AND NOT configured AND stopped_at IS NULL
    """
)
_LIST = text(
    """
    SELECT a.*, a.stopped_at IS NULL AND a.heartbeat_at > now() - make_interval(secs => :timeout) AS live,
           extract(epoch FROM now() - a.heartbeat_at)::float AS heartbeat_age_s,
           (SELECT count(*) FROM steps s
            WHERE s.state = 'running' AND starts_with(s.lease_owner, a.id || ':')) AS running
    FROM agents a
    WHERE NOT a.configured AND (a.stopped_at IS NULL OR a.stopped_at > now() - interval '1 hour')
      AND (CAST(:id AS text) IS NULL OR a.id = :id)
    ORDER BY a.kind, a.started_at, a.id LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as the API shows it."""

    id: str
    kind: str
    host: str
    pid: int
    slots: int
    running: int
    version: str
    live: bool
    draining: bool
    heartbeat_age_s: float
    started_at: datetime
    stopped_at: datetime | None


class Agents:
    """Each public method commits."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)

    def register(self, agent: Mapping[str, Any]) -> None:
        """Enter an agent ({id, kind, host, pid, slots, version, health_url}).

        Entering it again makes it live again, with nothing held against it.
        """
        row = insert(Agent).values(**agent)
        fresh = {
            "slots": row.excluded.slots,
            "health_url": row.excluded.health_url,
            "heartbeat_at": func.now(),
            "stopped_at": None,
            "draining": False,
            "breaker_state": "closed",
            "breaker_failures": 0,
            "breaker_open_until": None,
            "probe_token": Agent.probe_token + 1,
            "probe_until": None,
            "check_error": None,
        }
        place = {"id": agent["id"], "host": agent["host"], "health_url": agent.get("health_url")}
        with self._sessions.begin() as session:
            session.execute(row.on_conflict_do_update(index_elements=[Agent.id], set_=fresh))
            session.execute(_SUPERSEDE, place)
            steps.notify(session, str(agent["kind"]))

    def heartbeat(self, agent_id: str) -> bool | None:
        """Note that the agent lives. Returns whether it is draining; None where it must register again."""
        with self._single() as session:
            return session.execute(_HEARTBEAT, {"id": agent_id}).scalar_one_or_none()

    def moved_on(self, held: Sequence[Mapping[str, Any]]) -> set[int]:
        """Of the steps that children hold ({id, epoch, owner}), those that were cancelled or taken from them."""
        with self._single() as session:
            return {int(step["id"]) for step in held} - steps.still_running(session, held)

    def starved(self, agent_id: str) -> bool:
        """Whether steps are sent to this agent's queue now, and it has claimed none for the watchdog's time.

        For how long they have been is not asked: what nobody claims is sent again and again.
        """
        with self._single() as session:
            values = {"id": agent_id, "silence": self._settings.watchdog_s}
            return bool(session.execute(_STARVED, values).scalar_one_or_none())

    def drain(self, agent_id: str) -> AgentView:
        """Send the agent no more steps; those that run go on. Draining it again changes nothing.

        Raises:
            NotFound: no such agent.
            InvalidTransition: it has stopped.
        """
        return self._set_draining(agent_id, True)

    def resume(self, agent_id: str) -> AgentView:
        """Send the agent steps again. Resuming one that is not draining changes nothing.

        Raises:
            NotFound: no such agent.
            InvalidTransition: it has stopped.
        """
        return self._set_draining(agent_id, False)

    def _set_draining(self, agent_id: str, draining: bool) -> AgentView:
        change = update(Agent).where(Agent.id == agent_id, ~Agent.configured).values(draining=draining)
        with self._sessions.begin() as session:
            before = session.scalar(select(Agent.draining).where(Agent.id == agent_id).with_for_update())
            found = session.execute(change.returning(Agent.kind, Agent.stopped_at)).one_or_none()
            if found is None:
                raise NotFound(f"No agent {agent_id} is registered. GET /agents lists them.")
            if found.stopped_at is not None:
                raise InvalidTransition(f"Agent {agent_id} has stopped; only a live one can be drained or resumed.")
            audit.note(session, "agent", agent_id, {"draining": before}, {"draining": draining})
            steps.notify(session, found.kind)
            (view,) = self._views(session, 1, agent_id)
            return view

    def stop(self, agent_id: str) -> None:
        """Note that the agent has ended."""
        with self._sessions.begin() as session:
            session.execute(update(Agent).where(Agent.id == agent_id).values(stopped_at=func.now(), draining=True))

    def retire_silent(self) -> int:
        """Mark agents as stopped that sent no heartbeat for ten timeouts. Returns how many."""
        silence = text("now() - make_interval(secs => :silence)").bindparams(
            silence=10 * self._settings.agent_timeout_s
        )
        silent = select(Agent.id).where(Agent.stopped_at.is_(None), Agent.heartbeat_at < silence)
        with self._sessions.begin() as session:
            gone = session.execute(
                update(Agent).where(Agent.id.in_(silent)).values(stopped_at=func.now()).returning(Agent.id)
            )
            return len(gone.all())

    def list(self, limit: int = 500) -> Sequence[AgentView]:
        """Live agents, and those that stopped within the hour."""
        with self._sessions() as session:
            return self._views(session, limit)

    def _views(self, session: Session, limit: int, agent_id: str | None = None) -> Sequence[AgentView]:
        values = {"timeout": self._settings.agent_timeout_s, "limit": limit, "id": agent_id}
        names = AgentView.__dataclass_fields__
        rows = session.execute(_LIST, values)
        return [AgentView(**{name: getattr(row, name) for name in names}) for row in rows]
