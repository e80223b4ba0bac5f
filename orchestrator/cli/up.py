"""`orchestrator up`."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.stack.children import Scale
from orchestrator.stack.layout import default_state_dir
from orchestrator.stack.up import Options
from orchestrator.stack.up import up as run_stack

COUNT = click.IntRange(0, 32)


@click.command()
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=default_state_dir,
    envvar="ORCHESTRATOR_STATE_DIR",
    show_default="~/.local/state/orchestrator",
    help="Where everything is kept.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    envvar="ORCHESTRATOR_API_PORT",
    show_default=True,
    help="Of the API; 0: any free.",
)
@click.option(
    "--bind",
    default="127.0.0.1",
    envvar="ORCHESTRATOR_API_HOST",
    show_default=True,
    help="Address the API listens on.",
)
@click.option("--creators", type=COUNT, default=1, show_default=True, help="Creator worker processes.")
@click.option("--validators", type=COUNT, default=1, show_default=True, help="Validator worker processes.")
@click.option("--maintenance", type=COUNT, default=1, show_default=True, help="Maintenance worker processes.")
def up(state_dir: Path, port: int, bind: str, creators: int, validators: int, maintenance: int) -> None:
    """Run the whole stack on this machine until Ctrl-C or SIGTERM.

    PostgreSQL and Valkey come with it and keep their data in the state directory; a server named by DATABASE_URL or
    REDIS_URL is used instead. ORCHESTRATOR_ADMIN_KEY presets the first admin key; otherwise one is made and shown once.

    Exit codes: 0 stopped as asked, 1 something did not come up, 69 the port or a server is not to be had,
    75 the state directory is in use, 78 the configuration is wrong.
    """
    run_stack(Options(state_dir, bind, port, Scale(creators, validators, maintenance)), click.echo)
