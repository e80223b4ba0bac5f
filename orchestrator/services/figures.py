"""What the database knows of the whole installation, as Prometheus reads it. Reads only."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerState
from orchestrator.domain.job import LIVE
from orchestrator.domain.step import AGENT_KINDS, OPEN, QUEUE_OF
from orchestrator.observability.metrics import PREFIX
from orchestrator.storage import figures, graph_intents, queues, recovery_log
from orchestrator.storage.engine import SessionFactory, snapshot

Samples = Iterable[tuple[Sequence[str], float]]


class Figures(Collector):
    """Asks the database when it is collected. Ask one process of the installation: all give the same numbers."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._snapshots = snapshot(sessions)

    def collect(self) -> Iterator[Metric]:
        """All of them, as the database is at one moment."""
        with self._snapshots() as session:
            yield from _steps(session)
            yield from _queues(session, self._settings.agent_timeout_s)
            yield from _agents(session)
            yield from _leader(session)
            yield from _recovery(session)
            if self._settings.neo4j_uri:
                yield from _graph(session)
            yield _gauge("database_bytes", "Size of the database.", (), [((), figures.size_bytes(session))])
        yield from _disk(self._settings.state_dir)


def _steps(session: Session) -> Iterator[Metric]:
    counts = {(row.kind, row.state): row.steps for row in figures.open_steps(session)}
    labels = ("queue", "kind", "state")
    open_ones = [
        ((queue, kind, state), counts.get((kind, state), 0)) for kind, queue in QUEUE_OF.items() for state in OPEN
    ]
    yield _gauge("steps", "Open steps.", labels, open_ones)
    live = figures.live_jobs(session)
    jobs = [((status,), live.get(status, 0)) for status in sorted(LIVE)]
    yield _gauge("jobs", "Jobs that have not ended.", ("status",), jobs)


def _queues(session: Session, agent_timeout_s: float) -> Iterator[Metric]:
    rows = queues.rows(session, agent_timeout_s)
    for name, said, column in (
        ("oldest_pending_seconds", "Age of the oldest step ready and not begun; 0 without one.", "oldest_age_s"),
        ("agents", "Agents that get steps.", "agents"),
        ("slots", "Slots of these agents.", "slots"),
        ("free_slots", "Slots of these agents that run no step.", "free_slots"),
    ):
        yield _gauge(name, said, ("queue",), [((row.name,), getattr(row, column) or 0) for row in rows])
    paused = [((row.name,), row.paused_at is not None) for row in rows]
    yield _gauge(
        "queue_paused", "1: nothing of this queue is dispatched until somebody resumes it.", ("queue",), paused
    )


def _agents(session: Session) -> Iterator[Metric]:
    counts = {(row.kind, row.state): row.agents for row in figures.breakers(session)}
    breakers = [((kind, state), counts.get((kind, state), 0)) for kind in AGENT_KINDS for state in BreakerState]
    yield _gauge("breakers", "Agents by the state of their circuit breaker.", ("kind", "state"), breakers)
    said = "Seconds since the last heartbeat of the agent that has been silent the longest."
    ages = [((kind,), age_s) for kind, age_s in sorted(figures.heartbeats(session).items())]
    yield _gauge("agent_heartbeat_age_seconds", said, ("kind",), ages)


def _leader(session: Session) -> Iterator[Metric]:
    term, leads = figures.leader(session)
    yield _gauge("leader", "1: somebody leads.", (), [((), leads)])
    yield _gauge("leader_term", "How often the lead has changed hands.", (), [((), term)])


def _recovery(session: Session) -> Iterator[Metric]:
    row = recovery_log.read(session)
    for name, said, column in (
        ("lease_expired", "Steps recovered because their worker died or froze.", "expired"),
        ("republished", "Steps sent again because nobody claimed them.", "lost"),
        ("jobs_timed_out", "Jobs that did not end before their deadline.", "timed_out"),
    ):
        yield _counter(name, said, getattr(row, column) if row else 0)


def _graph(session: Session) -> Iterator[Metric]:
    row = graph_intents.backlog(session)
    yield _gauge("graph_behind", "Writes to the graph that Neo4j has not got yet.", (), [((), row.behind)])
    yield _gauge("graph_behind_seconds", "Age of the oldest of them; 0 without one.", (), [((), row.age_s)])


def _disk(place: Path) -> Iterator[Metric]:
    """Of the file system that the state directory is, or would be, on."""
    existing = next(parent for parent in (place, *place.absolute().parents) if parent.exists())
    usage = shutil.disk_usage(existing)
    yield _gauge("disk_free_bytes", "Free on the disk of the state directory.", (), [((), usage.free)])
    yield _gauge("disk_size_bytes", "Size of the disk of the state directory.", (), [((), usage.total)])


def _gauge(name: str, said: str, labels: Sequence[str], samples: Samples) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, said, labels=labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family


def _counter(name: str, said: str, number: int) -> Metric:
    family = CounterMetricFamily(PREFIX + name, said, labels=())
    family.add_metric((), number)
    return family
