"""The console command `orchestrator`: a table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from orchestrator.errors import OrchestratorError
from orchestrator.stack.exit_codes import exit_code

# name -> (where it is, one line for --help); in the order of --help
COMMANDS = {
    "up": ("orchestrator.cli.up:up", "Run the whole stack on this machine."),
    "prepare": ("orchestrator.cli.prepare:prepare", "Migrate the database and make the first admin key."),
    "api": ("orchestrator.cli.api:api", "Serve the REST API."),
    "worker": ("orchestrator.cli.worker:worker", "Run a worker: creator, validator or maintenance."),
    "beat": ("orchestrator.cli.beat:beat", "Run the leader: recovery, schedule and dispatch."),
    "flower": ("orchestrator.cli.flower:flower", "Run Flower on the queues."),
    "submit": ("orchestrator.cli.submit:submit", "Submit a document with a prompt."),
    "jobs": ("orchestrator.cli.jobs:jobs", "List, follow, cancel and retry jobs, and read their results."),
    "review": ("orchestrator.cli.reviews:review", "Decide on requirements: accept, reject, edit."),
    "pack": ("orchestrator.cli.reports:packs", "Check audit packs of jobs."),
    "agents": ("orchestrator.cli.agents:agents", "List the workers."),
    "queues": ("orchestrator.cli.queues:queues", "Show what waits in the queues, and who could do it."),
    "webhooks": ("orchestrator.cli.webhooks:webhooks", "Tell endpoints of events; see what became of it."),
    "keys": ("orchestrator.cli.keys:keys", "Make, list, rotate and revoke API keys."),
    "audit": ("orchestrator.cli.audit:audit", "Show who did what; check that the log was not changed."),
    "graph": ("orchestrator.cli.graph:graph", "Load the domain model, look at the graph."),
    "probe": ("orchestrator.cli.probe:probe", "Ask the API or a worker of this machine whether it is well."),
    "retention": ("orchestrator.cli.retention:retention", "Redact and delete jobs that are past their time."),
    "config": ("orchestrator.cli.config:config", "Check the configuration, or show where each value comes from."),
    "backup": ("orchestrator.cli.backup:backup", "Write the whole database to a file."),
    "restore": ("orchestrator.cli.backup:restore", "Fill an empty database from such a file."),
    "doctor": ("orchestrator.cli.doctor:doctor", "Look for what is wrong with this installation, and say what to do."),
    "db": ("orchestrator.cli.db:db", "Migrate a database, or show its schema revision."),
}


class LazyGroup(click.Group):
    """Shows the table and imports a command's module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="requirement-orchestrator", prog_name="orchestrator")
@click.option(
    "--config",
    "config_file",
    envvar="ORCHESTRATOR_CONFIG",
    type=click.Path(path_type=Path),
    help="Configuration file (JSON or TOML); the same as ORCHESTRATOR_CONFIG.",
)
def cli(config_file: Path | None) -> None:
    """Extract cited requirements from documents, validate them and link them to business objects."""
    if config_file:
        # The processes that a command starts read it as well, from another directory.
        os.environ["ORCHESTRATOR_CONFIG"] = str(config_file.expanduser().absolute())


def main(arguments: list[str] | None = None) -> Any:
    """Runs the console command."""
    run(cli, "orchestrator", arguments)


def run(command: click.Command, name: str, arguments: list[str] | None = None) -> None:
    """Runs a command; an expected error becomes one line (and a log's last lines) on stderr and an exit code.

    Args:
        command: what to run.
        name: of the program, as the user called it.
        arguments: those of the process where none are given.
    """
    try:
        command.main(args=arguments, prog_name=name)
    except OrchestratorError as error:
        click.echo(f"{name}: {error.message}", err=True)
        if error.details.get("log"):
            click.echo(error.details["log"], err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
