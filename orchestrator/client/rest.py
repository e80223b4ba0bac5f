"""Class `Client`: one method per thing that the API can do."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack, cast
from urllib.parse import quote

from orchestrator.client.answers import (
    Agent,
    AgentHealth,
    Event,
    GraphCounts,
    Job,
    JobInList,
    Loaded,
    Neighbours,
    Node,
    Progress,
    Queue,
    Recovered,
    Requirement,
    Step,
    StuckJob,
)
from orchestrator.client.transport import FormField, Transport
from orchestrator.domain.job import TERMINAL
from orchestrator.errors import Invalid, TimedOut, Unavailable

WAIT_S = 3600.0
POLL_S = (0.1, 2.0)
"""The first pause between two looks at a job, which grows by half each time, and the longest."""
OUTAGE_S = 60.0
"""A wait outlives an API that is away for as long as this."""
PAGE = 100
_AGENT = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,128}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SubmitOptions(TypedDict, total=False):
    """What may come with a prompt; docs/rest.md says what each is."""

    document_id: str
    file_name: str
    context: Mapping[str, Any]
    priority: int
    engine: str
    scope: str
    tags: Sequence[str]
    on_error: str
    stuck_after_minutes: float


class RequirementQuery(TypedDict, total=False):
    """Which requirements to show; what is left out is not restricted."""

    status: Sequence[str]
    modality: Sequence[str]
    type: Sequence[str]
    min_confidence: float


class Client:
    """The API at one URL with one key. Use as a context manager, or close it.

    Every call is bounded in time and raises the classes of `orchestrator.errors` with the API's code and message:
    Invalid (also TooLarge, Unsupported), Denied, NotFound, Conflict (also InvalidTransition), Unavailable.
    """

    def __init__(self, url: str, key: str) -> None:
        self._transport = Transport(url, key)

    @property
    def url(self) -> str:
        """Of the API, without a slash at the end."""
        return self._transport.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def submit(self, prompt: str, document: Path | None = None, **options: Unpack[SubmitOptions]) -> Job:
        """Submit a job and return it as accepted.

        Args:
            prompt: what is wanted of the document.
            document: a file to read; without it and without `document_id`, prompt and `context["text"]` are the
                document.
            options: see `SubmitOptions`.

        Raises:
            Invalid: the file cannot be read here, or the API refuses something.
        """
        fields: dict[str, Any] = {"prompt": prompt, **options}
        if document is None:
            return cast(Job, self._post("/jobs", fields))
        form = [("document", (document.name, _bytes_of(document))), *_form_fields(fields)]
        return cast(Job, self._transport.json(self._transport.post_form("/jobs", form)))

    def job(self, job_id: str) -> Job:
        """A job as it is now."""
        return cast(Job, self._get(f"/jobs/{_segment(job_id)}"))

    def jobs(self, status: Sequence[str] = (), limit: int | None = None) -> Iterator[JobInList]:
        """Jobs, the newest first, page by page as they are asked for; at most `limit`."""
        return self._items("/jobs", {"status": ",".join(status)}, limit)

    def cancel(self, job_id: str, *, cleanup: bool = False) -> Job:
        """End a live job; what is integrated stays. With `cleanup` its working data is deleted as well.

        Raises:
            InvalidTransition: the job has ended.
        """
        query = {"cleanup": "true"} if cleanup else {}
        return cast(Job, self._transport.json(self._transport.delete(f"/jobs/{_segment(job_id)}", query)))

    def retry(self, job_id: str) -> Job:
        """Take a failed job up again where it failed; nothing that is done is repeated.

        Raises:
            InvalidTransition: the job has not failed.
            Conflict: code `cleaned_up`: its working data is gone.
        """
        return cast(Job, self._post(f"/jobs/{_segment(job_id)}/retry"))

    def stuck(self, threshold_minutes: float | None = None, limit: int = PAGE) -> list[StuckJob]:
        """Jobs that stand still, the longest first; the threshold takes the place of each job's own."""
        query = {"threshold_minutes": threshold_minutes} if threshold_minutes is not None else {}
        return cast(list[StuckJob], self._get("/jobs/stuck", {"limit": limit, **query})["items"])

    def recover(self, *, dry_run: bool = False) -> Recovered:
        """Take back now what was lost, as the leader does every second; with `dry_run` only count it."""
        return cast(Recovered, self._post(f"/jobs/recover?dry_run={'true' if dry_run else 'false'}"))

    def progress(self, job_id: str) -> Progress:
        """How far a job is."""
        return cast(Progress, self._get(f"/jobs/{_segment(job_id)}/progress"))

    def steps(self, job_id: str, limit: int | None = None) -> Iterator[Step]:
        """A job's steps, the oldest first."""
        return self._items(f"/jobs/{_segment(job_id)}/steps", {}, limit)

    def events(self, job_id: str, limit: int | None = None) -> Iterator[Event]:
        """What happened to a job, the oldest first."""
        return self._items(f"/jobs/{_segment(job_id)}/events", {}, limit)

    def requirements(
        self, job_id: str, limit: int | None = None, **query: Unpack[RequirementQuery]
    ) -> Iterator[Requirement]:
        """A job's requirements in the order of the document."""
        wanted = {name: value if name == "min_confidence" else ",".join(value) for name, value in query.items()}  # type: ignore[arg-type]
        return self._items(f"/jobs/{_segment(job_id)}/requirements", wanted, limit)

    def requirement(self, job_id: str, rid: str) -> Requirement:
        """One requirement."""
        return cast(Requirement, self._get(f"/jobs/{_segment(job_id)}/requirements/{_segment(rid)}"))

    def report(self, job_id: str, report_format: str = "text", timeout_s: float = 0.0) -> str:
        """The report of a job that has ended, waiting up to `timeout_s` seconds for it.

        Raises:
            TimedOut: it is not there yet.
            Conflict: code `report_failed`: it could not be made.
        """
        limit = time.monotonic() + timeout_s
        pauses = _pauses()
        while True:
            answer = self._transport.get(f"/jobs/{_segment(job_id)}/report", {"format": report_format})
            if answer.status_code != 202:
                return answer.content.decode()
            pause = next(pauses)
            if time.monotonic() + pause > limit:
                raise TimedOut(_no_report(job_id, self._transport.json(answer)), details={"job_id": job_id})
            time.sleep(pause)

    def wait(
        self, job_id: str, timeout_s: float = WAIT_S, on_progress: Callable[[Progress], None] | None = None
    ) -> Job:
        """Wait until a job is completed, failed or cancelled, and return it.

        Args:
            job_id: the job.
            timeout_s: seconds to wait at most.
            on_progress: called with each progress that was read.

        Raises:
            TimedOut: the job still goes on.
            Unavailable: the API was away for a minute.
        """
        limit = time.monotonic() + timeout_s
        heard_at = time.monotonic()
        pauses = _pauses()
        while True:
            pause = next(pauses)
            try:
                progress = self.progress(job_id)
            except Unavailable:
                if time.monotonic() > min(heard_at + OUTAGE_S, limit):
                    raise
            else:
                heard_at = time.monotonic()
                if on_progress:
                    on_progress(progress)
                if progress["status"] in TERMINAL:
                    return self.job(job_id)
                if heard_at + pause > limit:
                    raise TimedOut(_goes_on(progress, timeout_s), details={"job_id": job_id})
            time.sleep(pause)

    def queues(self) -> list[Queue]:
        """What waits in each queue, and who could do it."""
        return cast(list[Queue], self._get("/queues")["items"])

    def agents(self) -> list[Agent]:
        """Live workers, and those that stopped within the hour."""
        return cast(list[Agent], self._get("/agents")["items"])

    def agent_health(self) -> list[AgentHealth]:
        """The last health check of each agent, and its circuit breaker."""
        return cast(list[AgentHealth], self._get("/agents/health")["items"])

    def drain_agent(self, agent_id: str) -> Agent:
        """Send an agent no more steps; those that run go on.

        Raises:
            InvalidTransition: it has stopped.
        """
        return cast(Agent, self._post(f"/agents/{_agent(agent_id)}/drain"))

    def resume_agent(self, agent_id: str) -> Agent:
        """Send a drained agent steps again.

        Raises:
            InvalidTransition: it has stopped.
        """
        return cast(Agent, self._post(f"/agents/{_agent(agent_id)}/resume"))

    def load_graph(self, model: Mapping[str, Any]) -> Loaded:
        """Load a domain model (business objects, messages, relations): what is there is updated, nothing deleted.

        Raises:
            Invalid: the model has faults; nothing was loaded.
        """
        return cast(Loaded, self._post("/graph/model", model))

    def graph(self) -> GraphCounts:
        """How many nodes and edges of which type there are."""
        return cast(GraphCounts, self._get("/graph"))

    def nodes(self, node_type: str | None = None, limit: int | None = None) -> Iterator[Node]:
        """Nodes of the graph in the order of their keys."""
        return self._items("/graph/nodes", {"type": node_type}, limit)

    def neighbours(self, key: str, limit: int = PAGE) -> Neighbours:
        """A node, at most `limit` of its edges, and the nodes at their other ends."""
        if key.strip(".") == "":
            raise Invalid(f"{key!r} is no key of a node.")
        return cast(Neighbours, self._get(f"/graph/nodes/{quote(key, safe='')}/neighbours", {"limit": limit}))

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self._transport.json(self._transport.get(path, query))

    def _post(self, path: str, content: Any = None) -> Any:
        return self._transport.json(self._transport.post(path, content))

    def _items(self, path: str, query: Mapping[str, Any], limit: int | None) -> Iterator[Any]:
        return islice(self._pages(path, query, limit), limit)

    def _pages(self, path: str, query: Mapping[str, Any], limit: int | None) -> Iterator[Any]:
        wanted = {name: value for name, value in query.items() if value not in ("", None)}
        wanted["limit"] = min(limit or PAGE, PAGE)
        while True:
            page = self._get(path, wanted)
            yield from page["items"]
            if not page["next_cursor"]:
                return
            wanted["cursor"] = page["next_cursor"]


def _form_fields(fields: Mapping[str, Any]) -> Iterator[FormField]:
    for name, value in fields.items():
        if name == "tags":
            yield from ((name, tag) for tag in value)
        else:
            yield name, json.dumps(value) if name == "context" else str(value)


def _bytes_of(document: Path) -> bytes:
    try:
        return document.read_bytes()
    except OSError as error:
        raise Invalid(f"Cannot read {document}: {error.strerror}.", code="unreadable") from error


def _segment(name: str) -> str:
    """The id as a path segment.

    Raises:
        Invalid: it is none, and would lead elsewhere.
    """
    if not _ID.fullmatch(name):
        raise Invalid(f"{name!r} is no id; `orchestrator jobs list` shows those of the jobs.")
    return name


def _agent(name: str) -> str:
    """An agent's id as a path segment; the API says where it is none."""
    if not _AGENT.fullmatch(name):
        raise Invalid(f"{name!r} is no id of an agent; `orchestrator agents` shows them.")
    return name


def _pauses() -> Iterator[float]:
    pause, longest = POLL_S
    while True:
        yield pause
        pause = min(pause * 1.5, longest)


def _no_report(job_id: str, answer: Mapping[str, Any]) -> str:
    state = f"is {answer.get('job_status', 'not done')} ({answer.get('percent', 0)} %)"
    return f"Job {job_id} {state}: its report is not there yet."


def _goes_on(progress: Progress, timeout_s: float) -> str:
    state = f"{progress['status']} ({progress['percent']} %)"
    return f"Job {progress['job_id']} is still {state} after {timeout_s:.0f} s. It goes on without this wait."
