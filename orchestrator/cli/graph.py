"""`orchestrator graph ...`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.graph_migration import migrate_graph
from orchestrator.cli.output import at_most, limit_option, output_option, say, show_facts, show_json, show_table
from orchestrator.client import Edge, Gate, Neighbours, Node
from orchestrator.domain.graph import NodeType
from orchestrator.errors import Invalid
from orchestrator.stack.exit_codes import FAILED

NODE_TITLES = ("KEY", "TYPE", "NAME")
EDGE_TITLES = ("", "EDGE", "NODE", "NAME")
GATE_TITLES = ("GATE", "COUNT", "WHAT", "SUCH AS")
ASSERTED_TITLES = {
    "nodes": "Nodes",
    "own_nodes": "No other job's nodes",
    "edges": "Edges",
    "own_edges": "No other job's edges",
    "touched": "Touched of the model",
}
MODEL_BYTES = 20_000_000


@click.group()
def graph() -> None:
    """Load the domain model, and look at the graph of requirements, business objects and messages.

    Exit codes: 0 done; 1 a gate found an error, or the job still runs; 2 wrong usage; 65 the file is no domain model;
    66 no such node or job; 69 nothing answers; 77 the key is not accepted; 78 no address or key to be found.
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
        show_facts((name.replace("_", " ").capitalize(), count) for name, count in loaded.items())


@graph.command("list")
@click.option("--type", "node_type", type=click.Choice(list(map(str, NodeType))), help="Only these.")
@limit_option(100)
@output_option
def list_nodes(node_type: str | None, limit: int, output: str) -> None:
    """List nodes in the order of their keys."""
    with connected() as client:
        found = at_most(limit, client.nodes(node_type, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(NODE_TITLES, ((node["key"], node["type"], _name(node)) for node in found), "No nodes.")


@graph.command()
@click.argument("key", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="Show at most this many edges."
)
@output_option
def show(key: str | None, limit: int, output: str) -> None:
    """Show a node and its neighbours; without KEY, how many nodes and edges there are."""
    with connected() as client:
        found: Any = client.neighbours(key, limit) if key else client.graph()
    if output == "json":
        show_json(found)
    elif key:
        _show_node(found)
    else:
        show_facts([*found["nodes"].items(), *found["edges"].items()])
        if found["behind"]:
            say(f"{found['behind']} writes have not reached Neo4j yet.")


@graph.command()
@output_option
def verify(output: str) -> None:
    """Ask the quality gates of the graph. Ends with 1 where one of severity error found something."""
    with connected() as client:
        found = client.verify_graph()
    if output == "json":
        show_json(found)
    else:
        show_table(GATE_TITLES, map(_gate_row, found["gates"]), "No gates.")
    if not found["passed"]:
        sys.exit(FAILED)


@graph.command()
@click.option("--json", "form", flag_value="json", default=True, help="One object {nodes, edges}; the default.")
@click.option("--cypher", "form", flag_value="cypher", help="Statements for Neo4j, safe to run twice.")
@click.option(
    "-f", "--file", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write to this file."
)
def export(form: str, file: Path | None) -> None:
    """Print the whole graph, or write it to a file, which is replaced once all has come."""
    with connected() as client:
        if file is None:
            for block in client.export_graph(form):
                sys.stdout.buffer.write(block)
            return
        part = file.with_name(f"{file.name}.part")
        with part.open("wb") as target:
            target.writelines(client.export_graph(form))
        part.replace(file)
    say(f"The graph is in {file}.")


@graph.command()
@click.argument("job_id")
@click.option("--preview", is_flag=True, help="Only tell what it would do.")
@output_option
def integrate(job_id: str, preview: bool, output: str) -> None:
    """Put into the graph what JOB_ID says, which was submitted with --no-integrate. The job must have ended."""
    with connected() as client:
        found = client.preview_integration(job_id) if preview else client.integrate(job_id)
    if output == "json":
        show_json(found)
    else:
        show_facts((name.capitalize(), value) for name, value in found.items() if value is not None)
    if found["conflict"]:
        sys.exit(FAILED)


@graph.command()
@click.argument("job_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--preview", is_flag=True, help="Only tell what would go.")
@output_option
def retract(job_id: str, yes: bool, preview: bool, output: str) -> None:
    """Take out of the graph what only JOB_ID asserts; what other jobs assert too stays. The job must have ended."""
    with connected() as client:
        found = client.asserted(job_id)
        if not preview:
            say(f"{found['own_nodes']} nodes and {found['own_edges']} edges go, which no other job asserts.")
            if not yes:
                click.confirm(f"Retract what job {job_id} asserts?", abort=True, err=True)
            found = client.retract(job_id)
    if output == "json":
        show_json(found)
    else:
        show_facts((ASSERTED_TITLES[name], count) for name, count in found.items())


@graph.command()
@click.option("--to", "target", type=click.Choice(["neo4j", "postgres"]), required=True, help="Where it is to be.")
@output_option
def migrate(target: str, output: str) -> None:
    """Copy the whole graph from PostgreSQL to Neo4j, or from Neo4j to PostgreSQL, and compare both.

    Works on the servers that DATABASE_URL and NEO4J_URI name, without the API. To Neo4j: what this product wrote there
    and PostgreSQL does not have is removed. To PostgreSQL: nothing is removed. Ends with 1 where they differ after it.
    """
    compared = migrate_graph(target)
    if output == "json":
        show_json(compared)
    else:
        show_facts((name.capitalize(), number) for name, number in compared.items())
    if compared["missing"] or compared["extra"] or compared["different"]:
        say("The two differ; missing and extra are seen from PostgreSQL.")
        sys.exit(FAILED)


def _gate_row(gate: Gate) -> tuple[str, ...]:
    few = ", ".join(gate["examples"][:3]) + (", ..." if gate["count"] > 3 else "")
    return (gate["severity"] if gate["count"] else "ok", str(gate["count"]), gate["meaning"], few)


def _show_node(found: Neighbours) -> None:
    node, names = found["node"], {other["key"]: _name(other) for other in found["nodes"]}
    show_facts([("Key", node["key"]), ("Node type", node["type"]), *_properties(node)])
    click.echo()
    show_table(EDGE_TITLES, (_edge_row(edge, node["key"], names) for edge in found["edges"]), "No edges.")


def _edge_row(edge: Edge, key: str, names: dict[str, str]) -> tuple[str, ...]:
    arrow, other = ("->", edge["destination"]) if edge["source"] == key else ("<-", edge["source"])
    return (arrow, edge["type"], other, names.get(other, ""))


def _properties(node: Node) -> Iterator[tuple[str, str]]:
    for name, value in node["properties"].items():
        words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
        yield words.capitalize(), ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name(node: Node) -> str:
    return str(node["properties"].get("name", ""))


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
