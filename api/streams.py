"""Events as a stream: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema

from api.context import scope, services
from orchestrator.errors import Invalid
from orchestrator.services.event_feed import EventStream, Place, StreamedEvent

MEDIA_TYPE = "text/event-stream"
HEADER = "Last-Event-ID"
RETRY_MS = 2_000
"""How long a client waits before it connects again."""
_SEQ = re.compile(r"[0-9]{1,18}")
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9a-f]{32})")


def described(pages: type[Schema]) -> dict[str, Any]:
    """How a route is described that answers with pages or with a stream."""
    content = {"application/json": {"schema": pages}, MEDIA_TYPE: {"schema": {"type": "string"}}}
    said = f"With `Accept: {MEDIA_TYPE}` the events come as a stream, as they happen."
    return {"description": said, "responses": {"200": {"description": "OK", "content": content}}}


def wants_stream() -> bool:
    """Whether the caller names streams among what it accepts; `*/*` is JSON."""
    return any(named == MEDIA_TYPE and quality > 0 for named, quality in request.accept_mimetypes)


def job_stream(job_id: UUID, given: str) -> Response:
    """The events of a job, from the first one on, or behind the last one seen (`given`)."""
    if given and not _SEQ.fullmatch(given):
        raise _refused("the number of an event")
    return _answer(services().event_feed.subscribe(job_id, after=int(given) if given else None), whole=False)


def stream_of_all(given: str) -> Response:
    """The events of all jobs that the caller may see, from now on, or behind the last one seen (`given`)."""
    after = place_of(given) if given else None
    return _answer(services().event_feed.subscribe(owner=scope(), after=after), whole=True)


def place_of(text: str) -> Place:
    """Where an event stands among all events, from its id.

    Raises:
        Invalid: it is no such id.
    """
    parts = _PLACE.fullmatch(text)
    if parts is None:
        raise _refused("the id of an event of this stream")
    return (int(parts[1]), UUID(parts[3]), int(parts[2]))


def id_of(place: Place) -> str:
    """An event's id in the stream of all jobs."""
    xid, job_id, seq = place
    return f"{xid}.{seq}.{job_id.hex}"


def _refused(what: str) -> Invalid:
    return Invalid(f"{HEADER} must be {what}; leave it out to begin anew.", details={"parameter": HEADER})


def _answer(stream: EventStream, *, whole: bool) -> Response:
    answer = Response(_frames(stream, whole), content_type=MEDIA_TYPE)
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(stream.close)
    return answer


def _frames(stream: EventStream, whole: bool) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    for event in stream:
        yield _frame(event, whole) if event else ": nothing new\n\n"


def _frame(event: StreamedEvent, whole: bool) -> str:
    number = id_of(event.place) if whole else event.seq
    return f"id: {number}\nevent: {event.type}\ndata: {event.line}\n\n"
