#!/usr/bin/env python3
"""Submits a document to a running orchestrator, as `orchestrator submit` does."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.main import run
from orchestrator.cli.submit import submit
from orchestrator.cli.watching import timeout_option


@click.command()
@click.option(
    "--document-path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PDF, DOCX, HTML, MD or TXT. Without it the prompt itself is the document.",
)
@click.option("--prompt", required=True, help="What you want to know of the document.")
@click.option("--wait", is_flag=True, help="Wait for the end and print the report.")
@click.option("--json", "as_json", is_flag=True, help="Print the job, or with --wait the report, as JSON.")
@timeout_option
@click.pass_context
def start_orchestrator(
    ctx: click.Context, document_path: Path | None, prompt: str, wait: bool, as_json: bool, timeout: float
) -> None:
    """Submit a document with a prompt to the running stack and print the job's id.

    Exit codes with --wait: 0 completed, 1 failed or cancelled, 124 not done within --timeout, 130 interrupted.
    """
    output = "json" if as_json else "table"
    ctx.invoke(submit, document=document_path, prompt=prompt, wait=wait, timeout=timeout, output=output)


if __name__ == "__main__":
    run(start_orchestrator, "start_orchestrator.py")
