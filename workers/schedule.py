"""Celery's beat_schedule on the step protocol: each entry inserts one step per slot, whoever leads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from celery.schedules import crontab

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.storage import steps

log = structlog.get_logger(__name__)


class Schedule:
    """Remembers the slots that it has seen run; the database knows all of them."""

    def __init__(self, orchestrator: Orchestrator, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._sessions = orchestrator.sessions
        self._entries = entries
        self._ran: dict[str, datetime] = {}

    def run_due(self, now: datetime) -> None:
        """Insert the step of each entry's present slot. After a time without a leader that is one catch-up each.

        Args:
            now: the database's time: leaders whose clocks differ agree on the slot.
        """
        for name, entry in self._entries.items():
            slot = slot_of(entry["schedule"], now)
            if self._ran.get(name) != slot:
                self._insert(name, slot, StepKind(entry["task"]))
                self._ran[name] = slot

    def _insert(self, name: str, slot: datetime, kind: StepKind) -> None:
        step = NewStep(kind, part=slot.isoformat(), payload={"slot": slot.isoformat()})
        with self._sessions.begin() as session:
            step_id = steps.insert_periodic(session, name, slot, step, correlation_id=f"{name}-{uuid4().hex[:12]}")
        if step_id is not None:
            log.info("periodic_step", name=name, slot=slot.isoformat(), step_id=step_id)


def slot_of(schedule: timedelta | crontab, now: datetime) -> datetime:
    """The latest time at or before `now` at which the schedule fires, in UTC."""
    if isinstance(schedule, timedelta):
        seconds = schedule.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    minute = now.replace(second=0, microsecond=0)
    while not _matches(schedule, minute):
        minute -= timedelta(minutes=1)
    return minute


def _matches(schedule: crontab, at: datetime) -> bool:
    return (
        at.minute in schedule.minute
        and at.hour in schedule.hour
        and at.isoweekday() % 7 in schedule.day_of_week
        and at.day in schedule.day_of_month
        and at.month in schedule.month_of_year
    )
