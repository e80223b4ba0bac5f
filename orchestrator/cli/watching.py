"""Waiting for a job with a bar on stderr."""

from __future__ import annotations

import sys

import click

from orchestrator.cli.output import counted, say
from orchestrator.client import Client, Job, Progress
from orchestrator.client.waits import WAIT_S
from orchestrator.errors import OrchestratorError

REPORT_S = 60.0
"""How long a finished job's report may take to be made."""
INTERRUPTED = 130

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0, 7 * 24 * 3600),
    default=WAIT_S,
    show_default=True,
    help="Seconds to wait at most.",
)


def watch(client: Client, job_id: str, timeout_s: float) -> Job:
    """Wait for the end of a job, showing how far it is; Ctrl-C ends the wait (130) and not the job.

    Raises:
        TimedOut: the job still goes on.
    """
    bar = click.progressbar(
        length=100,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        bar_template="[%(bar)s]  %(info)s",
        item_show_func=describe,
        show_eta=False,
        update_min_steps=0,  # shows a change of words while the percentage stays
    )
    try:
        with bar:
            return client.wait(job_id, timeout_s, lambda seen: bar.update(seen["percent"] - bar.pos, seen))
    except KeyboardInterrupt:
        say(f"Job {job_id} goes on. See it with: orchestrator jobs progress {job_id} --watch")
        sys.exit(INTERRUPTED)


def require_completed(job: Job) -> None:
    """Turn a failed or cancelled job into the command's error.

    Raises:
        OrchestratorError: one line that says why.
    """
    if job["status"] == "completed":
        return
    message = f"job {job['id']} was cancelled"
    if job["status"] == "failed":
        error = job["error"] or {"code": "failed", "message": "no reason is known", "details": {}}
        message = f"job {job['id']} failed: {error['message']} [{error['code']}]"
    raise OrchestratorError(message, code=job["status"])


def describe(progress: Progress | None) -> str:
    """What the job is at, in a few words."""
    if progress is None:
        return ""
    if progress["status"] not in ("created", "processing"):
        return f"{progress['status']}: {_outcome(progress)}"
    return _now_at(progress) + _time_left(progress)


def _now_at(progress: Progress) -> str:
    if progress["waiting_for"] == "capacity":
        return "waiting for a free worker" + _place(progress)
    if progress["waiting_for"] == "retry":
        return "waiting to repeat a step"
    if progress["waiting_for"] == "budget":
        return f"waiting for a larger token budget: orchestrator jobs edit {progress['job_id']} --token-budget N"
    if progress["waiting_for"]:
        return f"waiting for {progress['waiting_for']}"
    if progress["status"] == "created":
        return "in the queue" + _place(progress)
    parts, found = progress["parts"], progress["requirements"]
    if parts["done"] < parts["total"]:
        return f"reading, {parts['done']} of {parts['total']} parts done" if parts["total"] > 1 else "reading"
    judged = found["integrated"] + found["rejected"] + found["failed"]
    return f"{judged} of {found['total']} requirements validated"


def _place(progress: Progress) -> str:
    return f", place {progress['queue_position']}" if progress["queue_position"] else ""


def _time_left(progress: Progress) -> str:
    left = progress["eta_s"]
    return f", {left['low']:.0f}-{left['high']:.0f} s left" if left else ""


def _outcome(progress: Progress) -> str:
    found = progress["requirements"]
    return counted(dict(found), without=("total",)) if found["total"] else "no requirements"
