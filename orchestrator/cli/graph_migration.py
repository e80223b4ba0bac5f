"""`orchestrator graph migrate`: the work, on the servers themselves."""

from __future__ import annotations

from dataclasses import asdict, replace

from orchestrator.errors import ConfigError


def migrate_graph(target: str) -> dict[str, int]:
    """Copy the graph to `target` ("neo4j" or "postgres"); returns how the two compare after it.

    Raises:
        ConfigError: there is no NEO4J_URI, or no database.
        Unavailable: one of them does not answer.
        Conflict: code `contradiction`: the two cannot both be right.
    """
    from orchestrator.bootstrap import build  # all services: not for every `orchestrator graph`
    from orchestrator.cli.db import database_url_in_use, reporting_outage
    from orchestrator.config import read

    settings = replace(read(servers_needed=False).settings, database_url=database_url_in_use())
    orchestrator = build(settings, role="graph migrate")
    try:
        migration = orchestrator.graph_migration
        if migration is None:
            raise ConfigError("NEO4J_URI is not set: there is no Neo4j to copy to or from. Set it and its password.")
        with reporting_outage(settings.database_url):
            return asdict(migration.to_neo4j() if target == "neo4j" else migration.to_postgres())
    finally:
        orchestrator.close()
