"""`orchestrator graph ...`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, show_facts, show_json
from orchestrator.errors import Invalid

MODEL_BYTES = 20_000_000


@click.group()
def graph() -> None:
    """Load the domain model that requirements are matched with.

    Exit codes: 0 done; 2 wrong usage; 65 the file is no domain model; 69 nothing answers; 77 the key is not accepted;
    78 no address or key to be found.
    """


@graph.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option
def load(file: Path, output: str) -> None:
    """Load business objects, messages, aliases and relations from a JSON file.

    Loading again updates what is there; nothing is deleted. samples/domain-model.json shows the form.
    """
    model = _read(file)
    with connected() as client:
        loaded = client.load_graph(model)
    if output == "json":
        show_json(loaded)
    else:
        show_facts((name.replace("_", " "), count) for name, count in loaded.items())


def _read(file: Path) -> dict[str, object]:
    if file.stat().st_size > MODEL_BYTES:
        raise Invalid(f"{file} has more than {MODEL_BYTES:,} bytes: that is no domain model.")
    try:
        model = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{file} holds no JSON: {error}.") from error
    if not isinstance(model, dict):
        raise Invalid(f"{file} holds no JSON object; expected business_objects, messages and relations.")
    return model
