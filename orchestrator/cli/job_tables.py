"""How jobs, progress, steps and requirements look in a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator.cli.output import counted, when
from orchestrator.cli.watching import describe
from orchestrator.client import Job, Progress, Requirement, Step
from orchestrator.client.answers import JobInList

JOB_TITLES = ("ID", "STATUS", "KEPT", "FOUND", "CREATED (UTC)", "DOCUMENT", "PROMPT")
STEP_TITLES = ("ID", "KIND", "PART", "STATE", "TRIES", "ERRORS", "CRASHES", "STARTED (UTC)", "FINISHED (UTC)", "ERROR")
REQUIREMENT_TITLES = ("NO", "RID", "STATUS", "MODALITY", "SURE", "PLACE", "NAME")
REFUSED_TITLES = ("NO", "RID", "STATUS", "PLACE", "REASON", "NAME")


def job_row(job: JobInList) -> tuple[Any, ...]:
    """One line of a list."""
    found = job["requirements"]
    return (
        job["id"],
        status_of(job),
        found["integrated"],
        found["total"],
        when(job["created_at"])[:16],
        job["document"]["file_name"],
        job["prompt"],
    )


def job_facts(job: Job) -> Iterator[tuple[str, Any]]:
    """A job from top to bottom."""
    document, found, error = job["document"], job["requirements"], job["error"]
    yield "Job", job["id"]
    yield "Status", status_of(job)
    yield "Waiting", _waiting(job)
    if error:
        yield "Error", f"{error['message']} [{error['code']}]"
        yield "Tried", _tried(error["details"])
    yield "Prompt", job["prompt"]
    yield "Document", f"{document['file_name']}, {document['media_type']}, {document['size_bytes']:,} bytes"
    yield "SHA-256", document["sha256"]
    yield "Scope", job["scope"]
    yield "Tags", ", ".join(job["tags"])
    yield "Priority", job["priority"]
    yield "Engine", f"{job['engine']}, on error: {job['on_error']}"
    if job["text_sent_to"]:
        budget = f" of {job['token_budget']:,}" if job["token_budget"] else ""
        used = f"{job['total_tokens']:,}{budget} tokens in {job['total_requests']:,} requests"
        yield "Language model", f"{job['text_sent_to']}, {used}"
    yield "Creator", job["creator_status"]
    yield "Validator", job["validator_status"]
    yield "Requirements", f"{found['total']}: {_by_status(found)}"
    yield "Created", f"{when(job['created_at'])} UTC by {job['owner']}"
    yield "Started", job["started_at"] and f"{when(job['started_at'])} UTC"
    yield "Ended", job["completed_at"] and f"{when(job['completed_at'])} UTC"
    yield "Correlation", job["correlation_id"]


def progress_facts(progress: Progress) -> Iterator[tuple[str, Any]]:
    """How far a job is."""
    parts, steps, found = progress["parts"], progress["steps"], progress["requirements"]
    yield "Job", progress["job_id"]
    yield "Status", progress["status"]
    yield "Progress", f"{progress['percent']} %, {describe(progress)}"
    yield "Parts", f"{parts['done']} of {parts['total']}"
    yield "Steps", counted({name: steps[name] for name in ("done", "open", "dead", "cancelled")})
    yield "Requirements", f"{found['total']}: {_by_status(found)}"
    yield "Elapsed", f"{progress['elapsed_s']:.1f} s"


def step_row(step: Step) -> tuple[Any, ...]:
    """One line of the ledger."""
    return (
        step["id"],
        step["kind"],
        step["part"] or "-",
        step["state"],
        step["attempt"],
        step["error_count"],
        step["crash_count"],
        when(step["started_at"]),
        when(step["finished_at"]),
        (step["error"] or {}).get("message", ""),
    )


def requirement_row(requirement: Requirement) -> tuple[Any, ...]:
    """One line of a list."""
    return (
        requirement["seq"],
        requirement["rid"],
        requirement["status"],
        requirement["modality"],
        f"{requirement['confidence_score']:.2f}",
        _place(requirement),
        requirement["requirement_name"],
    )


def refused_row(requirement: Requirement) -> tuple[Any, ...]:
    """One line of a list of requirements that were rejected or failed, with the reason."""
    reason = requirement["rejection_reason"] or requirement["last_error"]
    facts = (requirement["seq"], requirement["rid"], requirement["status"], _place(requirement), reason)
    return (*facts, requirement["requirement_name"])


def _place(requirement: Requirement) -> str:
    where = requirement["source_location"]
    page = f"p. {where['page']}" if where.get("page") else ""
    return ", ".join(part for part in (where.get("locator"), page) if part) or "-"


def status_of(job: JobInList) -> str:
    """The status and what it waits for."""
    return f"{job['status']} ({job['waiting_for']})" if job["waiting_for"] else job["status"]


def _waiting(job: Job) -> str | None:
    """What to do about it, or until when; None where the status says all."""
    match job["waiting_for"]:
        case "budget":
            return f"the next call may use more tokens; orchestrator jobs edit {job['id']} --token-budget N allows them"
        case "retry":
            return f"{_until(job)}; orchestrator jobs steps {job['id']} tells what for"
        case "schedule":
            return _until(job)
    return None


def _until(job: Job) -> str:
    return f"until {when(job['waiting_until'])} UTC" if job["waiting_until"] else "a moment"


def _tried(failure: dict[str, Any]) -> str | None:
    """How often the step that failed was tried; None where no step did."""
    if "attempts" not in failure:
        return None
    step = f"{failure['kind']} {failure['part']}".strip()
    found = f"errors {failure['errors']}, crashes {failure['crashes']}, the last of class {failure.get('class')}"
    return f"{step}: attempts {failure['attempts']}, {found}"


def _by_status(found: Any) -> str:
    return counted(found, without=("total",))
