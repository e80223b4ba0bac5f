"""`orchestrator submit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, say, show_facts, show_json, show_text
from orchestrator.cli.watching import REPORT_S, require_completed, timeout_option, watch
from orchestrator.client import Client, Job, SubmitOptions
from orchestrator.domain.dependency import OnParentFailure
from orchestrator.domain.job import ON_ERROR
from orchestrator.domain.llm import ENGINES


@click.command()
@click.argument(
    "document", metavar="[FILE]", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("-p", "--prompt", required=True, help="What you want to know of the document.")
@click.option("--context", metavar="FILE|JSON", help="A JSON object with facts for the job, or a file that holds it.")
@click.option("--priority", type=click.IntRange(0, 9), help="9 goes first.  [default: 5]")
@click.option("--tag", "tags", multiple=True, help="A word to find the job by; may be repeated.")
@click.option("--scope", help='Places to restrict the job to, e.g. "Art. 5-11".')
@click.option("--engine", type=click.Choice(ENGINES), help="Who extracts.  [default: as the server is configured]")
@click.option("--token-budget", type=click.IntRange(1), help="Tokens that a language model may use for it.")
@click.option("--dry-run", is_flag=True, help="Only read it: tell its parts, tokens and costs.")
@click.option("--on-error", type=click.Choice(ON_ERROR), help="When a part cannot be read.  [default: fail]")
@click.option("--no-integrate", is_flag=True, help="Leave the graph alone until `orchestrator graph integrate`.")
@click.option("--run-at", metavar="TIME", help="Not before this time (RFC 3339, UTC without an offset).")
@click.option("--depends-on", multiple=True, metavar="ID", help="A job that must complete first; may be repeated.")
@click.option(
    "--on-parent-failure", type=click.Choice(list(OnParentFailure)), help="Where such a job fails.  [default: block]"
)
@click.option("--successor-of", metavar="ID", help="The job over the edition before: its reviews are taken over.")
@click.option("--no-deduplicate", is_flag=True, help="Submit it although an equal job is there.")
@click.option("--wait", is_flag=True, help="Wait for the end and print the report.")
@timeout_option
@output_option
def submit(
    document: Path | None, prompt: str, wait: bool, dry_run: bool, timeout: float, output: str, **options: Any
) -> None:
    """Submit FILE (PDF, DOCX, HTML, MD or TXT) with a prompt and print the job's id.

    Without FILE the prompt itself, with the text in the context's "text", is the document.

    Exit codes with --wait: 0 completed, 1 failed or cancelled, 124 not done within --timeout, 130 interrupted.
    """
    wanted = {name: value for name, value in options.items() if value not in (None, ())}
    if wanted.pop("no_deduplicate"):
        wanted["deduplicate"] = False
    if wanted.pop("no_integrate"):
        wanted["integrate"] = False
    if "context" in wanted:
        wanted["context"] = _context(wanted["context"])
    with connected() as client:
        job = client.submit(prompt, document, dry_run=dry_run, **cast(SubmitOptions, wanted))
        if dry_run:
            _estimate(client, job, timeout, output)
        elif wait:
            _finish(client, job, timeout, output)
        elif output == "json":
            show_json(job)
        else:
            click.echo(job["id"])
            said = "An equal job is there." if job.get("deduplicated") else "Submitted."
            say(f"{said} See how far it is with: orchestrator jobs progress {job['id']} --watch")


def _estimate(client: Client, job: Job, timeout_s: float, output: str) -> None:
    ended = watch(client, job["id"], timeout_s)
    require_completed(ended)
    found: Any = ended["estimate"] or {}
    if output == "json":
        show_json(found)
        return
    numbers = {name: f"{value:,}" if isinstance(value, int) else value for name, value in found.items()}
    show_facts((name.replace("_", " ").capitalize(), value) for name, value in numbers.items())


def _finish(client: Client, job: Job, timeout_s: float, output: str) -> None:
    say(f"job {job['id']}: {job['document']['file_name']}")
    ended = watch(client, job["id"], timeout_s)
    require_completed(ended)
    show_text(client.report(job["id"], "json" if output == "json" else "text", REPORT_S))


def _context(given: str) -> dict[str, Any]:
    """The object that was given, as JSON or as the name of a file with JSON."""
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        content = json.loads(text)
    except OSError as error:
        raise click.BadParameter(f"cannot read {given}: {error.strerror}", param_hint="--context") from error
    except ValueError as error:
        raise click.BadParameter(f"no JSON: {error}", param_hint="--context") from error
    if not isinstance(content, dict):
        raise click.BadParameter('no JSON object, expected something like {"country": "DE"}', param_hint="--context")
    return content
