"""Steps, and who works on them and leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_OBJECT, NOW, Base, one_of

LIVE_STEPS = "state IN ('waiting', 'pending', 'dispatched', 'running')"


class Step(Base):
    """One unit of work. Every change of `state` adds 1 to `epoch`."""

    __tablename__ = "steps"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    part: Mapped[str] = mapped_column(server_default="")
    queue: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    rank: Mapped[datetime] = mapped_column(server_default=NOW)
    blocking: Mapped[bool] = mapped_column(server_default=text("true"))
    owner: Mapped[str | None]
    """Of its job."""
    state: Mapped[str] = mapped_column(server_default="pending")
    hold: Mapped[str | None]
    """What a waiting step waits for; NULL: the next try after an error."""
    epoch: Mapped[int] = mapped_column(server_default="0")
    attempt: Mapped[int] = mapped_column(server_default="0")
    error_count: Mapped[int] = mapped_column(server_default="0")
    crash_count: Mapped[int] = mapped_column(server_default="0")
    retries: Mapped[int] = mapped_column(server_default="0")
    """How often a user re-opened it."""
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    correlation_id: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    result: Mapped[dict[str, Any] | None]
    """What a done step found: counts and spans that a later step sums up."""
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("job_id", "kind", "part"),
        one_of("state", "waiting", "pending", "dispatched", "running", "done", "dead", "cancelled"),
        one_of("hold", "schedule", "dependencies", "budget"),
        CheckConstraint("state <> 'running' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)", name="leased"),
        Index(
            "ix_steps_ready",
            "queue",
            text("priority DESC"),
            "rank",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_steps_ready_owner",
            "queue",
            "owner",
            text("priority DESC"),
            "rank",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_steps_waiting", "not_before", postgresql_where=text("state = 'waiting'")),
        Index("ix_steps_dispatched", "queue", "dispatched_at", postgresql_where=text("state = 'dispatched'")),
        Index("ix_steps_running", "lease_until", postgresql_where=text("state = 'running'")),
        Index("ix_steps_started", "queue", "started_at"),
        Index("ix_steps_open", "job_id", postgresql_where=text(f"{LIVE_STEPS} AND blocking")),
        {"postgresql_with": {"fillfactor": "70"}},
    )


class Queue(Base):
    """What was said about a queue; without a row it runs."""

    __tablename__ = "queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]


class Agent(Base):
    """A worker's main process as it registered itself; `slots` is how many steps it can run at once.

    A `configured` one is only known by a URL in the settings: it has no slots here and sends no heartbeat. While
    `probe_until` lies ahead, the holder of `probe_token` is checking the agent and nobody else may.
    """

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    slots: Mapped[int]
    version: Mapped[str]
    draining: Mapped[bool] = mapped_column(server_default=text("false"))
    stopped_at: Mapped[datetime | None]
    quarantined_until: Mapped[datetime | None]
    flaps: Mapped[int] = mapped_column(server_default="0")
    flapped_at: Mapped[datetime | None]
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)
    heartbeat_at: Mapped[datetime | None] = mapped_column(server_default=NOW)
    steps_done: Mapped[int] = mapped_column(server_default="0")
    health_url: Mapped[str | None]
    configured: Mapped[bool] = mapped_column(server_default=text("false"))
    breaker_state: Mapped[str] = mapped_column(server_default="closed")
    breaker_failures: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    probe_token: Mapped[int] = mapped_column(server_default="0")
    probe_until: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_error: Mapped[str | None]

    __table_args__ = (
        one_of("breaker_state", "closed", "open", "half_open"),
        Index("ix_agents_live", "kind", "heartbeat_at", postgresql_where=text("stopped_at IS NULL")),
    )


class Lease(Base):
    """Who leads. `term` grows with every take-over."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    term: Mapped[int]
    until: Mapped[datetime]


class PeriodicRun(Base):
    """One row per slot of a schedule: two beats give one run."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    step_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class RecoveryLog(Base):
    """One row: when recovery last looked and last found something, what that was, and the sums since ever."""

    __tablename__ = "recovery_log"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    looked_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    last_expired: Mapped[int] = mapped_column(server_default="0")
    last_lost: Mapped[int] = mapped_column(server_default="0")
    last_timed_out: Mapped[int] = mapped_column(server_default="0")
    expired: Mapped[int] = mapped_column(server_default="0")
    lost: Mapped[int] = mapped_column(server_default="0")
    timed_out: Mapped[int] = mapped_column(server_default="0")
