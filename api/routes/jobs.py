"""/jobs: submit, list, show, cancel, retry, progress."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from api.arguments import FORM, Resource
from api.auth import requires
from api.context import job_id_of, principal, request_id, scope, services
from api.context_filter import context_of
from api.paging import shown
from api.preconditions import etag, if_match
from api.schemas.jobs import (
    CancelQuery,
    JobPageSchema,
    JobQuery,
    JobSchema,
    ProgressSchema,
    SubmissionFormSchema,
    SubmissionSchema,
    SubmitQuery,
    SubmittedSchema,
)
from orchestrator.domain.access import Role
from orchestrator.domain.submission import Submission, Upload
from orchestrator.services.job_view import JobView

blp = Resource("jobs", __name__, description="A document and a prompt on their way to a report.")

_FORM_TOO = {"content": {FORM: {"schema": SubmissionFormSchema}}}


@blp.post("/jobs")
@requires(Role.OPERATOR)
@blp.describes(requestBody=_FORM_TOO)
@blp.takes(SubmitQuery, "query")
@blp.takes(SubmissionSchema, "submission")
@blp.answers(202, SubmittedSchema, headers={"Location": {"schema": {"type": "string"}}})
@blp.also(200, schema=SubmittedSchema, description="The equal job that was there already")
def submit(query: dict[str, Any], fields: dict[str, Any]) -> Any:
    """Submit a document and a prompt."""
    wish = Submission(
        owner=principal().owner,
        correlation_id=request_id(),
        document=_upload(fields.pop("document", None)) or fields.pop("document_id", None),
        tags=tuple(fields.pop("tags")),
        depends_on=tuple(fields.pop("depends_on")),
        successor_of=_seen(fields.pop("successor_of")),
        **fields,
        **query,
    )
    view = services().job_manager.submit(wish)
    found = {"Location": url_for("jobs.show", job_id=view.job.id)} | _etag(view)
    return view, 200 if view.deduplicated else 202, found


@blp.get("/jobs")
@requires(Role.VIEWER)
@blp.takes(JobQuery, "query")
@blp.answers(200, JobPageSchema)
def index(query: dict[str, Any]) -> Any:
    """List jobs, the newest first unless `sort` says otherwise; `context.a.b=value` asks for what their context has."""
    wanted = replace(query["wanted"], visible_to=scope(), context=context_of(request.args))
    return shown(services().job_manager.list(wanted, query["paging"]))


@blp.get("/jobs/<job_id>")
@requires(Role.VIEWER)
@blp.answers(200, JobSchema)
def show(job_id: str) -> Any:
    """Show a job with its requirement statistics."""
    view = services().job_manager.get(job_id_of(job_id))
    return view, _etag(view)


@blp.delete("/jobs/<job_id>")
@requires(Role.OPERATOR)
@if_match
@blp.takes(CancelQuery, "query")
@blp.answers(202, JobSchema)
def remove(query: dict[str, Any], job_id: str, version: int | None) -> Any:
    """Cancel a job: what is integrated stays, the rest is dropped."""
    view = services().job_manager.cancel(job_id_of(job_id), version=version, **query)
    return view, _etag(view)


@blp.post("/jobs/<job_id>/cancel")
@requires(Role.OPERATOR)
@blp.takes(CancelQuery, "query")
@blp.answers(202, JobSchema)
def cancel(query: dict[str, Any], job_id: str) -> Any:
    """Cancel a job in whatever version it is."""
    view = services().job_manager.cancel(job_id_of(job_id), **query)
    return view, _etag(view)


@blp.post("/jobs/<job_id>/retry")
@requires(Role.OPERATOR)
@blp.answers(202, JobSchema)
def retry(job_id: str) -> Any:
    """Take a failed job up again where it failed; nothing that is done is repeated."""
    view = services().job_manager.retry(job_id_of(job_id))
    return view, _etag(view)


@blp.get("/jobs/<job_id>/progress")
@requires(Role.VIEWER)
@blp.answers(200, ProgressSchema)
def progress(job_id: str) -> Any:
    """Tell how far a job is."""
    return services().job_manager.progress(job_id_of(job_id))


@blp.get("/jobs/<job_id>/document")
@requires(Role.VIEWER)
@blp.also(200, content_type="application/octet-stream", schema={"type": "string", "format": "binary"})
def document(job_id: str) -> Response:
    """Give the document back as it was sent."""
    stored = services().job_contents.document(job_id_of(job_id))
    answer = Response(stored.chunks if request.method == "GET" else None, content_type=stored.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=stored.file_name)
    answer.content_length = stored.document.size_bytes
    return answer


def _etag(view: JobView) -> dict[str, str]:
    return etag(view.job.version)


def _seen(job_id: UUID | None) -> UUID | None:
    """The job, if the caller may know of it.

    Raises:
        NotFound: it may not.
    """
    if job_id is not None:
        services().visibility.check(principal(), job_id)
    return job_id


def _upload(file: Any) -> Upload | None:
    return Upload(file.filename, file.stream.read(), file.mimetype or None) if file else None
