"""Requests that are done once, however often they are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.errors import Conflict, Invalid
from orchestrator.storage import idempotency
from orchestrator.storage.engine import SessionFactory, one_transaction

LOCK_NOT_AVAILABLE = "55P03"
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """Which request it is: whose, its key, and the hash of what is asked for."""

    principal: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; without a body where it must not be kept."""

    status: int
    headers: dict[str, str]
    body: bytes | None


class Idempotency:
    """Keeps the key, what the request does and its answer in one transaction: either all of it is there or none."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._lifetime = timedelta(hours=settings.idempotency_hours)
        self._sessions = sessions

    def once(self, wanted: OnceOnly, work: Callable[[], Answer]) -> tuple[Answer, bool]:
        """Do the work unless it was done before; returns the answer and whether it is that of another time. Commits.

        An equal request that is being done is waited for (the setting `lock_timeout_s`). Work that fails, by an error
        or with a status from 400 on, leaves nothing behind: its key is free again.

        Raises:
            Invalid: code `idempotency_conflict`: the key was used for another request.
            Conflict: code `idempotency_in_progress`: the first one still goes on; `idempotency_spent`: it was done, and
                its answer held a secret that is shown once.
        """
        with one_transaction(self._sessions) as session:
            if not self._take(session, wanted):
                return self._kept(session, wanted), True
            answer = work()
            if answer.status >= 400:
                session.rollback()
                return answer, False
            kept = {"status": answer.status, "headers": answer.headers, "body": answer.body}
            idempotency.keep(session, wanted.principal, wanted.key, kept)
        return answer, False

    def _take(self, session: Session, wanted: OnceOnly) -> bool:
        try:
            return idempotency.take(session, wanted.principal, wanted.key, wanted.fingerprint, self._lifetime)
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
                raise
            raise Conflict(
                "A request with this Idempotency-Key is still being done. Send it again in a moment to get its answer.",
                code="idempotency_in_progress",
            ) from error

    def _kept(self, session: Session, wanted: OnceOnly) -> Answer:
        found = idempotency.find(session, wanted.principal, wanted.key)
        if found is not None and found.fingerprint != wanted.fingerprint:
            raise Invalid(
                "This Idempotency-Key was used for another request. Send this one with a key of its own.",
                code="idempotency_conflict",
            )
        if found is None or found.body is None:
            raise Conflict(
                "This request was done, and its answer held a secret that is shown once. "
                "Look at what it made; make another secret with another Idempotency-Key if this one is lost.",
                code="idempotency_spent",
            )
        return Answer(found.status, found.headers, bytes(found.body))

    def prune(self) -> int:
        """Delete keys past their time; returns how many. Commits."""
        deleted = 0
        while True:
            with self._sessions.begin() as session:
                count = idempotency.prune(session, BATCH)
            deleted += count
            if count < BATCH:
                return deleted
