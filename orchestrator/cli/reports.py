"""`orchestrator jobs report`, `orchestrator jobs pack` and `orchestrator pack ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, say, show_facts, show_json, show_text
from orchestrator.cli.watching import REPORT_S, timeout_option, watch
from orchestrator.client import Client
from orchestrator.domain.report import EXTENSIONS, FORMATS, PACK
from orchestrator.errors import Conflict

PACK_S = 600.0
"""How long a pack may take to be made."""

job_argument = click.argument("job_id", metavar="ID")
wait_option = click.option("--wait", is_flag=True, help="Wait for the end of the job.")


@click.command()
@job_argument
@click.option(
    "-f",
    "--format",
    "report_format",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="For people, programs, tables or requirement tools.",
)
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@wait_option
@timeout_option
def report(job_id: str, report_format: str, file: Path | None, wait: bool, timeout: float) -> None:
    """Print the report of a job, or write it to a file.

    Failed and cancelled jobs have one too: of what was done until then. Formats other than text and json are made when
    somebody asks for them first. Without --wait, exit 124 where the job still runs.
    """
    if file is None and report_format == "xlsx":
        raise click.UsageError("A workbook is not for the terminal: name a file with -o.")
    with connected() as client:
        timeout_s = _ready(client, job_id, REPORT_S, wait=wait, wait_s=timeout)
        if file is None:
            show_text(client.report(job_id, report_format, timeout_s))
        else:
            _save(file, lambda bar: client.save_report(job_id, report_format, file, timeout_s, bar))


@click.command()
@job_argument
@click.option(
    "-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="By default audit-pack-ID.zip here."
)
@wait_option
@timeout_option
def pack(job_id: str, file: Path | None, wait: bool, timeout: float) -> None:
    """Write the audit pack of a job to a file, and print the file's SHA-256.

    It has the report in all formats, the document, the evidence and a manifest with the digest of each. Note the
    printed digest elsewhere: `orchestrator pack verify FILE --sha256 DIGEST` then proves that it is this one.
    """
    target = file or Path(f"audit-pack-{job_id}.{EXTENSIONS[PACK]}")
    with connected() as client:
        timeout_s = _ready(client, job_id, PACK_S, wait=wait, wait_s=timeout)
        _save(target, lambda bar: client.save_pack(job_id, target, timeout_s, bar))


def _ready(client: Client, job_id: str, making_s: float, *, wait: bool, wait_s: float) -> float:
    """How long to wait for what is made of a job: not at all for one that still runs."""
    if wait:
        watch(client, job_id, wait_s)
    return making_s if client.has_ended(job_id) else 0.0


def _save(file: Path, save: Callable[[Callable[[int, int], None]], str]) -> None:
    bar = click.progressbar(length=100, label=file.name, file=sys.stderr, hidden=not sys.stderr.isatty())

    def show(there: int, total: int) -> None:
        bar.update((100 * there // total if total else 0) - bar.pos)

    with bar:
        digest = save(show)
    say(f"{file}: {file.stat().st_size:,} bytes")
    click.echo(f"{digest}  {file}")


@click.group("pack")
def packs() -> None:
    """Check audit packs, as `jobs pack` wrote them. Needs no server."""


@packs.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", help="What the digest of the whole file should be, as it was noted when the pack was made.")
@output_option
def verify(file: Path, sha256: str | None, output: str) -> None:
    """Say whether an audit pack is intact, or name what was changed, is missing or was added.

    Exit codes: 0 intact; 1 changed; 65 no audit pack.
    """
    from orchestrator.report_formats.pack_check import check  # its libraries take a moment to load

    found = check(file)
    other = bool(sha256) and found.sha256 != str(sha256).lower()
    faults = {"changed": found.changed, "missing": found.missing, "extra": found.extra}
    facts = {"file": str(file), "sha256": found.sha256, "intact": found.intact and not other, **faults}
    if output == "json":
        show_json(facts | {"other_file": other})
    else:
        job, document = found.manifest.get("job") or {}, found.manifest.get("document") or {}
        shown = {"Job": job.get("id"), "Document": document.get("file_name"), "Made at": found.manifest.get("made_at")}
        listed = {name.capitalize(): ", ".join(names) for name, names in faults.items()}
        verdict = "intact" if facts["intact"] else "not what was made"
        show_facts([*shown.items(), ("SHA-256", found.sha256), *listed.items(), ("Pack", verdict)])
    if other:
        raise Conflict(f"{file} is not the pack with SHA-256 {sha256}.", code="other_pack")
    if not found.intact:
        said = "; ".join(f"{name}: {', '.join(names)}" for name, names in faults.items() if names)
        raise Conflict(f"{file} is not what was made: {said}.", code="pack_changed")


COMMANDS = (report, pack)
