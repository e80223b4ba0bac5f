"""Jobs: submit, look at, cancel, retry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

from orchestrator.client.answers import Event, Job, JobInList, Progress, Step, SubmittedJob
from orchestrator.client.resource import Resource, segment
from orchestrator.client.transport import FormField
from orchestrator.errors import Invalid


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
    integrate: bool
    stuck_after_minutes: float
    callback_url: str
    run_at: str
    depends_on: Sequence[str]
    on_parent_failure: str
    deduplicate: bool
    token_budget: int
    successor_of: str


class EditOptions(TypedDict, total=False):
    """What may be changed of a job; docs/rest.md says until when."""

    priority: int
    context: Mapping[str, Any]
    tags: Sequence[str]
    token_budget: int | None
    run_at: str | None
    depends_on: Sequence[str]
    on_parent_failure: str


class Jobs(Resource):
    """The calls of `/jobs`."""

    def submit(
        self, prompt: str, document: Path | None = None, *, dry_run: bool = False, **options: Unpack[SubmitOptions]
    ) -> SubmittedJob:
        """Submit a job and return it as accepted, or the equal one that is there: then it has `deduplicated`.

        Args:
            prompt: what is wanted of the document.
            document: a file to read; without it and without `document_id`, prompt and `context["text"]` are the
                document.
            dry_run: only have it read; the job's `estimate` then tells its parts, tokens and costs.
            options: see `SubmitOptions`.

        Raises:
            Invalid: the file cannot be read here, or the API refuses something.
        """
        fields: dict[str, Any] = {"prompt": prompt, **options}
        path = "/jobs?dry_run=true" if dry_run else "/jobs"
        if document is None:
            return cast(SubmittedJob, self._post(path, fields))
        form = [("document", (document.name, _bytes_of(document))), *_form_fields(fields)]
        return cast(SubmittedJob, self._transport.json(self._transport.post_form(path, form)))

    def job(self, job_id: str) -> Job:
        """A job as it is now."""
        return cast(Job, self._get(f"/jobs/{segment(job_id)}"))

    def jobs(self, status: Sequence[str] = (), limit: int | None = None) -> Iterator[JobInList]:
        """Jobs, the newest first, page by page as they are asked for; at most `limit`."""
        return self._items("/jobs", {"status": ",".join(status)}, limit)

    def cancel(
        self, job_id: str, *, cleanup: bool = False, version: int | None = None, reason: str | None = None
    ) -> Job:
        """End a live job; what is integrated stays. With `cleanup` its working data is deleted as well.

        With a `version` only that one is ended, as `job` showed it. The `reason` is for its event and the audit log.

        Raises:
            InvalidTransition: the job has ended.
            StaleVersion: the job has another version.
        """
        query = ({"cleanup": "true"} if cleanup else {}) | ({"reason": reason} if reason else {})
        return cast(Job, self._transport.json(self._transport.delete(f"/jobs/{segment(job_id)}", query, version)))

    def retry(self, job_id: str) -> Job:
        """Take a failed job up again where it failed; nothing that is done is repeated.

        Raises:
            InvalidTransition: the job has not failed.
            Conflict: code `cleaned_up`: its working data is gone.
        """
        return cast(Job, self._post(f"/jobs/{segment(job_id)}/retry"))

    def edit(self, job_id: str, version: int | None = None, **wanted: Unpack[EditOptions]) -> Job:
        """Change a job; with a `version` only that one, as `job` showed it.

        Raises:
            InvalidTransition: it has ended or begun, and the change comes too late.
            StaleVersion: the job has another version.
            Invalid: code `cycle`: it would wait for itself.
        """
        return cast(Job, self._transport.json(self._transport.patch(f"/jobs/{segment(job_id)}", wanted, version)))

    def to_front(self, job_id: str) -> Job:
        """Let a job go before all others that are ready.

        Raises:
            InvalidTransition: the job has ended.
        """
        return cast(Job, self._post(f"/jobs/{segment(job_id)}/front"))

    def progress(self, job_id: str) -> Progress:
        """How far a job is."""
        return cast(Progress, self._get(f"/jobs/{segment(job_id)}/progress"))

    def steps(self, job_id: str, limit: int | None = None) -> Iterator[Step]:
        """A job's steps, the oldest first."""
        return self._items(f"/jobs/{segment(job_id)}/steps", {}, limit)

    def events(self, job_id: str, limit: int | None = None) -> Iterator[Event]:
        """What happened to a job, the oldest first."""
        return self._items(f"/jobs/{segment(job_id)}/events", {}, limit)


def _form_fields(fields: Mapping[str, Any]) -> Iterator[FormField]:
    for name, value in fields.items():
        if name in ("tags", "depends_on"):
            yield from ((name, each) for each in value)
        else:
            yield name, json.dumps(value) if name == "context" else str(value)


def _bytes_of(document: Path) -> bytes:
    try:
        return document.read_bytes()
    except OSError as error:
        raise Invalid(f"Cannot read {document}: {error.strerror}.", code="unreadable") from error
