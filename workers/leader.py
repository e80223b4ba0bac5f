"""The leader: lives in the beat process, recovers, schedules and dispatches. It is the only publisher.

Recovery never travels through the broker it repairs. Two beats are harmless: one leads, the other waits for its
lease to run out.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from celery import Celery
from celery.beat import Scheduler
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.config.following import follow
from orchestrator.domain.step import QUEUES
from orchestrator.observability.metrics import DISPATCHER_TICK, watch_pool
from orchestrator.services.leadership import Leadership
from orchestrator.storage.connections import LEADER_POOL
from orchestrator.storage.engine import make_engine, session_factory
from orchestrator.storage.listener import Listener
from orchestrator.storage.steps import CHANNEL
from workers.leader_vitals import LeaderVitals, listen
from workers.publisher import Publisher
from workers.schedule import Schedule

log = structlog.get_logger(__name__)

AGE_S = 60.0


class LeaderScheduler(Scheduler):  # type: ignore[misc]
    """Celery beat's scheduler: each tick is one turn of the leader's loop."""

    _leader: Leader | None = None

    def setup_schedule(self) -> None:
        """Start to lead. Celery also makes a lazy scheduler for its banner, which must not: it never gets here."""
        settings = load()
        follow(settings)
        orchestrator = build(settings, role="leader", ping=False, connections=LEADER_POOL)
        watch_pool(orchestrator.engine, "leader")
        self._leader = Leader(self.app, orchestrator)
        listen(self._leader.vitals, orchestrator.settings)

    def tick(self, *_: Any, **__: Any) -> float:
        """One turn; it waits by itself, so that a NOTIFY wakes it."""
        if self._leader is not None:
            self._leader.turn()
        return 0.0

    def close(self) -> None:
        """Hand the lead over at once."""
        if self._leader is not None:
            self._leader.close()
        super().close()


class Leader:
    """Leads while it holds the lease; else waits for it."""

    def __init__(self, app: Celery, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        settings = orchestrator.settings
        self._settings = settings
        self._lease = LeaseKeeper(orchestrator)
        self._listener = Listener(settings.database_url, CHANNEL, "leader listen")
        self._publisher = Publisher(app, orchestrator.dispatcher.recall)
        self._schedule = Schedule(orchestrator, app.conf.beat_schedule)
        self._last_reconcile: float | None = None
        self._last_aging = time.monotonic()
        self._aging: Iterator[None] = iter(())
        self.vitals = LeaderVitals(settings.leader_ttl_s, self._lease.held)

    def turn(self) -> None:
        """Wait for work at most one tick, then dispatch; reconcile and schedule once a tick."""
        self._lease.progress()
        try:
            self._act(self._listener.wait(self._until_reconcile()))
        except SQLAlchemyError as error:
            log.warning("leader_turn_failed", error=str(error))
            time.sleep(self._settings.tick_s)

    def _act(self, woken: set[str]) -> None:
        if not self._lease.held():
            self._last_reconcile = None
        elif self._until_reconcile() <= 0:
            with DISPATCHER_TICK.labels("tick").time():
                self._reconcile()
                self._dispatch(self._orchestrator.dispatcher.ready(QUEUES))
            self.vitals.answered("database")
        else:
            with DISPATCHER_TICK.labels("notification").time():
                self._dispatch([queue for queue in QUEUES if queue in woken])

    def _until_reconcile(self) -> float:
        if not self._lease.held():
            return self._settings.tick_s
        if self._last_reconcile is None:
            return 0.0
        return max(0.0, self._last_reconcile + self._settings.tick_s - time.monotonic())

    def _dispatch(self, queues: Sequence[str]) -> None:
        for queue in queues:
            if not self._publisher.backing_off():
                self._publisher.publish(self._orchestrator.dispatcher.dispatch(queue))

    def _reconcile(self) -> None:
        look = self._orchestrator.recovery.look()
        # Read after the database has answered: one that stood still until now shows as a gap.
        now = time.monotonic()
        gap = self._last_reconcile is None or now - self._last_reconcile > self._settings.lease_s / 3
        if gap:
            # An outage or a take-over: nobody could renew, or nobody looked. A fresh lease for all.
            self._orchestrator.recovery.renew_leases()
        self._orchestrator.recovery.reconcile(look)
        self._schedule.run_due(look.at)
        self._age(now)
        self._last_reconcile = now

    def _age(self, now: float) -> None:
        """A little at each look: a long queue does not hold up dispatch."""
        if now - self._last_aging > AGE_S:
            self._aging = self._orchestrator.recovery.raise_priorities(AGE_S)
            self._last_aging = now
        next(self._aging, None)

    def close(self) -> None:
        """Stop the threads and give up the lease."""
        self._publisher.close()
        self._lease.close()
        self._listener.close()
        self._orchestrator.close()


class LeaseKeeper:
    """Renews the lease on its own thread and connection, as long as the loop makes progress."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._settings = orchestrator.settings
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        engine = make_engine(self._settings, role="leader lease", pool=False)
        self._leadership = Leadership(session_factory(engine), self._settings.leader_ttl_s)
        self._until = 0.0
        self._term: int | None = None
        self._progress_at = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    def held(self) -> bool:
        """Whether this process leads now, by its own clock: it stops before another may start."""
        return time.monotonic() < self._until

    def progress(self) -> None:
        """Say that the loop is alive."""
        self._progress_at = time.monotonic()

    def close(self) -> None:
        """Stop renewing and let another lead."""
        self._stopping.set()
        self._thread.join(timeout=5)
        if self._until:
            self._leadership.give_up(self._holder)
        self._until = 0.0

    def _run(self) -> None:
        while True:
            self._renew()
            if self._stopping.wait(self._settings.leader_renew_s):
                return

    def _renew(self) -> None:
        stalled_s = time.monotonic() - self._progress_at
        if stalled_s > self._settings.leader_ttl_s * 2 / 3:
            log.error("leader_stalled", seconds=round(stalled_s, 1))
            return
        asked_at = time.monotonic()
        try:
            term = self._leadership.take(self._holder)
        except SQLAlchemyError as error:
            log.warning("lease_not_renewed", error=str(error))
            return
        self._until = asked_at + self._settings.leader_ttl_s if term else 0.0
        if term != self._term:
            log.info("leader_changed", leading=term is not None, term=term)
            self._term = term
