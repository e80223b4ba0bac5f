"""The audit log: who did what or was refused it, and whether the log is as it was written. See docs/security.md."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from orchestrator.domain.audit import AuditedCall, Fault, Outcome, faults
from orchestrator.storage import audit
from orchestrator.storage.audit import AuditFilter
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.paging import Page, Paging

WINDOW_S = 60.0
"""Equal refusals within this time make two rows at most: the first one at once, the rest together."""
MOST_KINDS = 500
"""So many different refusals are told apart within the time; the rest is counted together."""
BATCH = 500
OTHERS = "(others)"


class Refusal(NamedTuple):
    """What makes two refused or failed calls count as equal."""

    method: str
    route: str
    actor: str | None
    role: str | None
    key_id: str | None
    address: str | None
    outcome: Outcome
    http_status: int
    code: str | None


@dataclass(slots=True)
class Tally:
    """How often a call was refused since the last row about it, with the first one's target and request id."""

    target: str | None
    request_id: str | None
    since: float
    number: int = 0
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at a part of the chain found.

    Attributes:
        checked: rows that were looked at.
        after: the position of the last of them; to go on from.
        complete: whether that is the end of the chain.
        head_position, head_hash: the chain's end. Written down elsewhere, it shows later that nothing was cut off.
        unchained: rows that are not in the chain yet; they get into it within seconds.
    """

    checked: int
    after: int
    complete: bool
    head_position: int
    head_hash: str
    unchained: int
    faults: list[Fault]


@dataclass(slots=True)
class Audit:
    """Writes, chains, lists and checks the rows. For many threads."""

    sessions: SessionFactory
    _tallies: dict[Refusal, Tally] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, call: AuditedCall, http_status: int) -> None:
        """Write the row of a call that was let through but committed nothing. Commits."""
        with self.sessions.begin() as session:
            audit.put(session, call, Outcome.DONE, audit.Answered(http_status))
        call.written = True

    def tally(self, refusal: Refusal, target: str, request_id: str) -> None:
        """Count a call that was refused or went wrong; `flush` writes it."""
        with self._lock:
            if refusal not in self._tallies and len(self._tallies) >= MOST_KINDS:
                refusal = refusal._replace(route=OTHERS, actor=None, role=None, key_id=None, address=None, code=None)
                target = OTHERS
            tally = self._tallies.setdefault(refusal, Tally(target, request_id, time.monotonic()))
            tally.number += 1

    def flush(self, *, everything: bool = False) -> int:
        """Write what was counted and is due: what is new at once, what repeats when its minute is over. Commits.

        What cannot be written is counted on. Returns how many rows were written.
        """
        due = self._take(everything)
        if not due:
            return 0
        try:
            with self.sessions.begin() as session:
                for refusal, tally in due:
                    answer = audit.Answered(refusal.http_status, refusal.code, tally.number)
                    audit.put(session, _call(refusal, tally), refusal.outcome, answer)
        except Exception:
            self._put_back(due)
            raise
        return len(due)

    def _take(self, everything: bool) -> list[tuple[Refusal, Tally]]:
        due = []
        with self._lock:
            for refusal, tally in list(self._tallies.items()):
                over = everything or time.monotonic() - tally.since >= WINDOW_S
                if tally.number and (over or not tally.shown):
                    due.append((refusal, Tally(tally.target, tally.request_id, tally.since, tally.number)))
                    tally.number, tally.shown = 0, True
                if over:
                    del self._tallies[refusal]
        return due

    def _put_back(self, due: list[tuple[Refusal, Tally]]) -> None:
        with self._lock:
            for refusal, tally in due:
                self._tallies.setdefault(refusal, tally)
                if self._tallies[refusal] is not tally:
                    self._tallies[refusal].number += tally.number
                self._tallies[refusal].shown = False

    def chain(self) -> int:
        """Put the chain over the rows that are not in it yet, as far as no other process does. Commits."""
        chained = BATCH
        total = 0
        while chained == BATCH:
            with self.sessions.begin() as session:
                chained = audit.chain(session, BATCH)
            total += chained
        return total

    def list(self, wanted: AuditFilter, at: Paging) -> Page:
        """A page of rows, the newest first."""
        with self.sessions() as session:
            found = audit.page(session, wanted, at)
            return Page([row.AuditEntry for row in found.items], found.next_cursor)

    def verify(self, after: int, limit: int, head: tuple[int, str] | None = None) -> Verified:
        """Check up to `limit` rows of the chain behind a position.

        Args:
            after: 0 for the start, else the `after` of the part before.
            limit: rows to look at, at most.
            head: position and hash of an earlier end of the chain: it must still be there. Looked at with the last
                part.
        """
        with snapshot(self.sessions)() as session:
            rows = audit.links(session, after, limit)
            found = list(faults(rows, after, audit.hash_at(session, after)))
            position, stored = audit.head(session)
            last = rows[-1].position if rows else after
            complete = len(rows) < limit
            if complete and head is not None and audit.hash_at(session, head[0]) != head[1]:
                found.append(Fault(head[0], None, f"the end that was noted, at position {head[0]}, is not there"))
            return Verified(len(rows), last, complete, position, stored, audit.unchained(session), found)


def _call(refusal: Refusal, tally: Tally) -> AuditedCall:
    who = {name: getattr(refusal, name) for name in ("method", "route", "actor", "role", "key_id", "address")}
    return AuditedCall(target=tally.target, request_id=tally.request_id, **who)
