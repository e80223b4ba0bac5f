"""Events as they happen, over as many streams as it takes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, cast

import requests

from orchestrator.client.answers import StreamedEvent
from orchestrator.client.resource import Resource, segment
from orchestrator.errors import Unavailable

RECONNECT_S = 2.0
LONGEST_S = 7 * 86_400.0
OUTAGE_S = 60.0
"""A stream that does not come back for as long as this is given up."""
BLOCK = 512


class Streams(Resource):
    """The streams of `/jobs/{id}/events` and `/events`."""

    def follow(
        self, job_id: str | None = None, *, after: str | None = None, timeout_s: float = LONGEST_S
    ) -> Iterator[StreamedEvent]:
        """Events of a job from the first on, or of all jobs from now on; none is lost or doubled over a reconnection.

        Args:
            job_id: whose events; None: those of all jobs that the key sees.
            after: the `id` of the last event seen, to go on behind it.
            timeout_s: how long to follow; it may take a heartbeat longer.

        Raises:
            Unavailable: the API was away for a minute.
        """
        path = f"/jobs/{segment(job_id)}/events" if job_id else "/events"
        until = heard_at = time.monotonic()
        until += timeout_s
        while time.monotonic() < until:
            try:
                for event in self._frames(path, after):
                    heard_at = time.monotonic()
                    if event is not None:
                        after = event["id"]
                        yield event
                    if time.monotonic() > until:
                        return
            except Unavailable:
                if time.monotonic() > heard_at + OUTAGE_S:
                    raise
            time.sleep(max(0.0, min(RECONNECT_S, until - time.monotonic())))

    def _frames(self, path: str, after: str | None) -> Iterator[StreamedEvent | None]:
        """The events of one stream; None for whatever else it says."""
        fields: dict[str, str] = {}
        with self._transport.event_stream(path, after) as answer:
            try:
                for line in answer.iter_lines(BLOCK):
                    name, _, value = line.decode().partition(":")
                    if line:
                        fields[name] = value.removeprefix(" ")
                        continue
                    yield _event(fields)
                    fields = {}
            except requests.RequestException as error:
                raise Unavailable(f"{self._transport.url} broke the stream off.", code="no_answer") from error


def _event(fields: dict[str, str]) -> StreamedEvent | None:
    if "id" not in fields:
        return None
    event: dict[str, Any] = json.loads(fields["data"])
    return cast(StreamedEvent, {"id": fields["id"], **event})
