"""`orchestrator review`: what waits for a person, and what that person decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import at_most, limit_option, output_option, show_facts, show_json, show_table, when
from orchestrator.client import Requirement
from orchestrator.client.answers.reviews import ReviewAct, WaitingRequirement
from orchestrator.client.reviews import NewValues, ReviewQueueQuery
from orchestrator.domain.report import PRIORITIES
from orchestrator.domain.requirement import RequirementType

QUEUE_TITLES = ("JOB", "RID", "STATE", "CONFIDENCE", "PRIORITY", "PLACE", "TEXT")
HISTORY_TITLES = ("WHEN (UTC)", "WHO", "WHAT", "BEFORE", "AFTER", "REASON")
STATES = ("unreviewed", "awaiting_second", "suspect")

Command = Callable[..., None]


def _decision(command: Command) -> Command:
    """The arguments of every decision."""
    command = output_option(command)
    command = click.option("--version", type=click.IntRange(1), help="Only where it still has this version.")(command)
    command = click.option("--reason", required=True, help="Why; it is kept.")(command)
    command = click.argument("rid", metavar="RID")(command)
    return click.argument("job_id", metavar="JOB")(command)


@click.group()
def review() -> None:
    """Decide on requirements: accept, reject, edit."""


@review.command(name="list")
@click.option("--job", "job_id", metavar="ID", help="Of this job alone.")
@click.option("--state", multiple=True, type=click.Choice(STATES), help="May be repeated.")
@click.option("--priority", multiple=True, type=click.Choice(PRIORITIES), help="May be repeated.")
@click.option("--max-confidence", type=click.FloatRange(0, 1), help="At most this.")
@limit_option(50)
@output_option
def list_waiting(limit: int, output: str, **query: Any) -> None:
    """Show what waits for a review: low confidence and high priority first."""
    wanted: ReviewQueueQuery = {name: each for name, each in query.items() if each not in (None, ())}  # type: ignore[assignment]
    with connected() as client:
        found = at_most(limit, client.review_queue(limit + 1, **wanted))
    if output == "json":
        show_json(found)
    else:
        show_table(QUEUE_TITLES, map(_waiting_row, found), "Nothing waits for a review.")


@review.command()
@_decision
def accept(job_id: str, rid: str, reason: str, version: int | None, output: str) -> None:
    """Accept a requirement; one that was rejected is put into the graph soon. Exit 1 where its state forbids it."""
    with connected() as client:
        _show(client.accept(job_id, rid, reason, version), output)


@review.command()
@_decision
def reject(job_id: str, rid: str, reason: str, version: int | None, output: str) -> None:
    """Reject a requirement and take it out of the graph. Exit 1 where its state forbids it."""
    with connected() as client:
        _show(client.reject(job_id, rid, reason, version), output)


@review.command()
@_decision
@click.option("--name", help="A new name.")
@click.option("--type", type=click.Choice(list(RequirementType)), help="A new type.")
@click.option("--priority", type=click.Choice(PRIORITIES), help="A new priority.")
def edit(job_id: str, rid: str, reason: str, version: int | None, output: str, **values: Any) -> None:
    """Change a requirement's name, type or priority. Its quote and text are the document's. Exit 1 where forbidden."""
    given: NewValues = {name: each for name, each in values.items() if each is not None}  # type: ignore[assignment]
    if not given:
        raise click.UsageError("Name something to change: --name, --type or --priority.")
    with connected() as client:
        _show(client.edit_requirement(job_id, rid, reason, version, **given), output)


@review.command()
@click.argument("job_id", metavar="JOB")
@click.argument("rid", metavar="[RID]", required=False)
@click.option("--reason", required=True, help="Why; it is kept.")
def clear(job_id: str, rid: str | None, reason: str) -> None:
    """Take the suspicion from a requirement, or from all of a job. Prints how many. Exit 1 where there is none."""
    with connected() as client:
        if rid is not None:
            client.clear_suspect(job_id, rid, reason)
            click.echo("1")
            return
        count, more = 0, True
        while more:
            done = client.clear_suspects(job_id, reason)
            count, more = count + done["cleared"], done["more"]
    click.echo(str(count))


@review.command()
@click.argument("job_id", metavar="JOB")
@click.argument("rid", metavar="RID")
@limit_option(100)
@output_option
def history(job_id: str, rid: str, limit: int, output: str) -> None:
    """Show what was decided on a requirement, the oldest first."""
    with connected() as client:
        found = at_most(limit, client.reviews(job_id, rid, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(HISTORY_TITLES, map(_act_row, found), "Nobody has reviewed it.")


def _show(found: Requirement, output: str) -> None:
    if output == "json":
        show_json(found)
        return
    state = (found["review"] or {}).get("state") or "edited"
    facts = ("rid", "status", "requirement_name", "requirement_type", "priority", "version")
    show_facts([("review", state), *((name, found[name]) for name in facts)])  # type: ignore[literal-required]


def _waiting_row(each: WaitingRequirement) -> tuple[Any, ...]:
    state = (each["review"] or {}).get("state") or "unreviewed"
    place = each["source_location"]["locator"]
    return (
        each["job_id"],
        each["rid"],
        state,
        each["confidence_score"],
        each["priority"],
        place,
        each["requirement_text"],
    )


def _act_row(act: ReviewAct) -> tuple[Any, ...]:
    sides = (", ".join(f"{name} {value}" for name, value in act[side].items()) for side in ("before", "after"))
    return (when(act["created_at"]), act["reviewer"], act["decision"], *sides, act["reason"])
