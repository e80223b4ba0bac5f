"""`orchestrator up`."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from orchestrator.config import announced, read
from orchestrator.domain.step import AGENT_KINDS
from orchestrator.errors import Invalid
from orchestrator.stack.children import Scale
from orchestrator.stack.scaling import Range
from orchestrator.stack.up import Options
from orchestrator.stack.up import up as run_stack

COUNT = click.IntRange(0, 32)


@click.command()
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    help="Where everything is kept.  [default: ORCHESTRATOR_STATE_DIR, else ~/.local/state/orchestrator]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Of the API; 0: any free.  [default: ORCHESTRATOR_API_PORT, else 8000]",
)
@click.option(
    "--bind",
    help="Address the API listens on.  [default: ORCHESTRATOR_API_HOST, else 127.0.0.1]",
)
@click.option("--creators", type=COUNT, default=1, show_default=True, help="Creator worker processes.")
@click.option("--validators", type=COUNT, default=1, show_default=True, help="Validator worker processes.")
@click.option("--maintenance", type=COUNT, default=1, show_default=True, help="Maintenance worker processes.")
@click.option(
    "--autoscale",
    multiple=True,
    metavar="KIND=LEAST,MOST...",
    help="Start and stop workers of these kinds by the work there is: --autoscale creator=1,4 validator=1,4.",
)
@click.argument("ranges", nargs=-1, metavar="")
def up(
    state_dir: Path | None,
    port: int | None,
    bind: str | None,
    autoscale: tuple[str, ...],
    ranges: tuple[str, ...],
    **counts: int,
) -> None:
    """Run the whole stack on this machine until Ctrl-C or SIGTERM.

    PostgreSQL and Valkey come with it and keep their data in the state directory; a server named by DATABASE_URL or
    REDIS_URL is used instead. ORCHESTRATOR_ADMIN_KEY presets the first admin key; otherwise one is made and shown once.
    SIGHUP, also that of a terminal that is closed, does not end it: it has the configuration looked at again.

    Exit codes: 0 stopped as asked, 1 something did not come up, 69 the port or a server is not to be had,
    75 the state directory is in use, 78 the configuration is wrong.
    """
    scaled = _ranges(autoscale, ranges)
    settings = announced(read(servers_needed=False)).settings
    where = (state_dir or settings.state_dir, bind or settings.api_host, settings.api_port if port is None else port)
    kinds = dict(zip(AGENT_KINDS, (counts["creators"], counts["validators"], counts["maintenance"]), strict=True))
    kinds |= {within.kind: within.clamp(kinds[within.kind]) for within in scaled}
    run_stack(Options(*where, Scale(*kinds.values()), scaled), _announce)


def _announce(line: str) -> None:
    with contextlib.suppress(OSError):  # its terminal may be gone, and it runs on
        click.echo(line)


def _ranges(first: tuple[str, ...], others: tuple[str, ...]) -> tuple[Range, ...]:
    """One option may be followed by several ranges, which come as arguments."""
    if others and not first:
        raise click.UsageError(f"Got unexpected extra argument ({others[0]})")
    try:
        found = tuple(Range.parse(words) for words in (*first, *others))
    except Invalid as error:
        raise click.BadParameter(error.message, param_hint="--autoscale") from error
    if len({within.kind for within in found}) < len(found):
        raise click.BadParameter("a kind is named twice", param_hint="--autoscale")
    return found
