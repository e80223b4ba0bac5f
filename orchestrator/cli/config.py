"""`orchestrator config ...`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from orchestrator.cli.output import output_option, say, show_json, show_table
from orchestrator.config import Configuration, catalogue, read
from orchestrator.config.showing import shown

TITLES = ("SETTING", "VALUE", "FROM")
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def config() -> None:
    """Check the configuration, or show where each value comes from.

    A value comes from the environment, else from the configuration file, else it is the default. docs/configuration.md
    lists every setting.

    Exit codes: 0 the configuration is right; 78 it is wrong, with every fault on stderr.
    """


def source_options(command: Command) -> Command:
    """Adds `--config`, passed as `file`, and `--embedded`."""
    file = click.option(
        "--config", "file", type=click.Path(path_type=Path), help="Configuration file instead of ORCHESTRATOR_CONFIG."
    )
    embedded = click.option(
        "--embedded", is_flag=True, help="Read as `orchestrator up` does, which starts the servers that are not given."
    )
    return file(embedded(command))


@config.command()
@source_options
def check(file: Path | None, embedded: bool) -> None:
    """Say whether the configuration is right; report every fault at once."""
    found = _read(file, embedded)
    changed = sum(origin not in ("default", "orchestrator up") for origin in found.origins.values())
    click.echo(f"The configuration is right: {changed} of {len(found.origins)} settings are set.")


@config.command()
@source_options
@output_option
def show(file: Path | None, embedded: bool, output: str) -> None:
    """Show every setting and where its value comes from; passwords are left out."""
    found = _read(file, embedded)
    rows = [(name, shown(setting, found.settings), found.origins[name]) for name, setting in catalogue().items()]
    if output == "json":
        show_json({name: {"value": value, "from": origin} for name, value, origin in rows})
    else:
        show_table(TITLES, rows, "No settings.")


def _read(file: Path | None, embedded: bool) -> Configuration:
    if file:
        os.environ["ORCHESTRATOR_CONFIG"] = str(file)
    found = read(servers_needed=not embedded)
    for warning in found.warnings:
        say(f"warning: {warning}")
    return found
