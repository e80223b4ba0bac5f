"""Streams of events: one thread and one connection hear of them for all streams of a process.

Each stream first reads what it missed, then takes what the thread hands it; what comes twice is told by its place. A
stream that does not keep up is ended: its client goes on where it was.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.config import Settings
from orchestrator.errors import Unavailable
from orchestrator.services.job_view import require
from orchestrator.storage import events
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.listener import Listener

POLL_S = 0.5
"""How late an event may be that nobody was notified of, and how soon a stop is noticed."""
READ_AT_ONCE = 500
KEPT = 1_000
"""Events that wait for a slow client before its stream is ended."""
NOBODY = UUID(int=0)

Place = tuple[int, UUID, int]
"""(xid, job_id, seq): the order of all events."""
BEGINNING: Place = (-1, NOBODY, 0)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StreamedEvent:
    """An event of some job. `place` is where it stands among those of all jobs."""

    place: Place
    job_id: UUID
    seq: int
    type: str
    data: dict[str, Any]
    correlation_id: str
    created_at: datetime
    owner: str

    @cached_property
    def shown(self) -> dict[str, Any]:
        """What is told of it, JSON-ready."""
        named = ("seq", "type", "data", "correlation_id")
        values = {name: getattr(self, name) for name in named}
        return {"job_id": str(self.job_id), **values, "created_at": self.created_at.isoformat()}

    @cached_property
    def line(self) -> str:
        """The same as JSON in one line, made once for all streams."""
        return json.dumps(self.shown)


class EventFeed:
    """The thread starts with the first stream."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._streams: set[EventStream] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._at: Place | None = None
        self._stopping: Callable[[], bool] = lambda: False
        self._closed = threading.Event()

    def stop_when(self, stopping: Callable[[], bool]) -> None:
        """End all streams once this is true, and open no more."""
        self._stopping = stopping

    def subscribe(
        self, job_id: UUID | None = None, *, owner: str | None = None, after: Place | int | None = None
    ) -> EventStream:
        """Open a stream; close it at the end.

        Args:
            job_id: whose events; None: those of all jobs.
            owner: of whose jobs alone.
            after: the last event that the client has seen: its number, or without a job its place. None: a job's
                events from the first on, those of all jobs from now on.

        Raises:
            NotFound: there is no such job.
            Unavailable: code `too_many_streams` or `stopping`.
        """
        if job_id is not None:
            with self._sessions() as session:
                require(session, job_id)
        with self._lock:
            self._check_room()
            stream = EventStream(self, job_id, owner)
            self._streams.add(stream)
        try:
            stream.begin(self._begin(), after)
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def _check_room(self) -> None:
        if self._stopping() or self._closed.is_set():
            raise Unavailable("This server stops; connect again, to another one.", code="stopping")
        if len(self._streams) >= self._settings.event_streams:
            raise Unavailable(
                f"This server has {self._settings.event_streams} streams open, the most it may. Connect again later.",
                code="too_many_streams",
            )

    def _begin(self) -> Place:
        """Where all streams begin that ask for what comes; the thread reads from no later place."""
        now = self.horizon()
        with self._lock:
            if self._at is None:
                self._at = now
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        return now

    def horizon(self) -> Place:
        """The place before everything that is still to come."""
        with self._sessions() as session:
            return (events.horizon(session), NOBODY, 0)

    def missed(self, job_id: UUID | None, owner: str | None, after: Place | int) -> list[StreamedEvent]:
        """Some events behind this one, in order; none where all were read."""
        if job_id is not None and isinstance(after, int):
            with self._sessions() as session:
                return [_event(row) for row in events.after(session, job_id, after, READ_AT_ONCE)]
        assert not isinstance(after, int)  # noqa: S101 - a number belongs to a job
        return self.log(owner, after, READ_AT_ONCE)

    def log(self, owner: str | None, after: Place | None, limit: int) -> list[StreamedEvent]:
        """Events of all jobs, or of an owner's, behind this place (None: from the first on), in order."""
        with self._sessions() as session:
            return [_event(row) for row in events.log(session, after or BEGINNING, owner, limit)]

    def leave(self, stream: EventStream) -> None:
        """Forget a stream."""
        with self._lock:
            self._streams.discard(stream)
            if not self._streams:
                self._at = None

    @property
    def lifetime_s(self) -> float:
        """How long a stream lives."""
        return self._settings.event_stream_s

    @property
    def heartbeat_s(self) -> float:
        """How long a stream is silent at most."""
        return self._settings.event_heartbeat_s

    def _run(self) -> None:
        listener = Listener(self._settings.database_url, events.CHANNEL, "api events")
        while not (self._closed.is_set() or self._stopping()):
            listener.wait(POLL_S)
            try:
                self._read()
            except SQLAlchemyError as error:
                log.warning("events_not_read", error=type(error).__name__)
        listener.close()
        with self._lock:
            for stream in self._streams:
                stream.end()

    def _read(self) -> None:
        while (at := self._at) is not None:
            with self._sessions() as session:
                rows = events.log(session, at, None, READ_AT_ONCE)
            with self._lock:
                for event in map(_event, rows):
                    for stream in self._streams:
                        stream.offer(event)
                    if self._at is not None:
                        self._at = event.place
            if len(rows) < READ_AT_ONCE:
                return

    def close(self) -> None:
        """End all streams and the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(timeout=5)


class EventStream:
    """Events as they happen; None where nothing did for a heartbeat. Iterate once, then close."""

    def __init__(self, feed: EventFeed, job_id: UUID | None, owner: str | None) -> None:
        self._feed = feed
        self._job_id = job_id
        self._owner = owner
        self._waiting: queue.SimpleQueue[StreamedEvent | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._after: Place | int = 0

    def begin(self, now: Place, after: Place | int | None) -> None:
        """Take the first event: behind `after`, else a job's first one, else the next one."""
        beginning: Place | int = now if self._job_id is None else 0
        self._after = beginning if after is None else after

    def offer(self, event: StreamedEvent) -> None:
        """Called by the feed with every event; ends the stream where too many wait."""
        if self._ended.is_set() or (self._job_id or event.job_id) != event.job_id:
            return
        if self._owner not in (None, event.owner):
            return
        if self._waiting.qsize() >= KEPT:
            self.end()
            return
        self._waiting.put(event)

    def end(self) -> None:
        """Let the iteration end at once."""
        self._ended.set()
        self._waiting.put(None)

    def __iter__(self) -> Iterator[StreamedEvent | None]:
        until = time.monotonic() + self._feed.lifetime_s
        yield from self._catch_up()
        while not self._ended.is_set() and (left_s := until - time.monotonic()) > 0:
            try:
                event = self._waiting.get(timeout=min(self._feed.heartbeat_s, left_s))
            except queue.Empty:
                yield None
                continue
            if event is None:
                return
            if self._has_gap(event):
                yield from self._catch_up()
            elif self._is_new(event):
                yield self._seen(event)

    def _catch_up(self) -> Iterator[StreamedEvent]:
        while not self._ended.is_set() and (found := self._feed.missed(self._job_id, self._owner, self._after)):
            for event in found:
                yield self._seen(event)

    def _seen(self, event: StreamedEvent) -> StreamedEvent:
        self._after = event.place if self._job_id is None else event.seq
        return event

    def _is_new(self, event: StreamedEvent) -> bool:
        return event.seq > self._after if isinstance(self._after, int) else event.place > self._after

    def _has_gap(self, event: StreamedEvent) -> bool:
        """Whether an earlier event of the job was handed over later: transactions may end in another order."""
        return isinstance(self._after, int) and event.seq > self._after + 1

    def close(self) -> None:
        """Leave the feed."""
        self._ended.set()
        self._feed.leave(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _event(row: Row[Any]) -> StreamedEvent:
    known = (row.job_id, row.seq, row.type, row.data, row.correlation_id, row.created_at, row.owner)
    return StreamedEvent((row.xid, row.job_id, row.seq), *known)
