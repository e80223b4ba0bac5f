"""A worker brings to Neo4j what was written to the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.bootstrap import build
from orchestrator.config import Settings


@pytest.mark.xdist_group("bolt")
def test_what_is_written_to_the_graph_reaches_neo4j_by_itself(fleet: Any, settings: Settings, arcadedb: Any) -> None:
    chosen = replace(settings, **{f"neo4j_{name}": value for name, value in arcadedb._asdict().items()})
    fleet.environment |= {f"NEO4J_{name.upper()}": value for name, value in arcadedb._asdict().items()}
    fleet.environment["ORCHESTRATOR_NEO4J_UPDATE_INTERVAL_S"] = "3600"
    orchestrator = build(chosen)
    graph = orchestrator.graph
    graph.catch_up()
    fleet.start("beat")
    fleet.worker("maintenance")

    graph.load({"business_objects": [{"boid": "BO-Uhr", "name": "Uhr"}, {"boid": "BO-Rad", "name": "Rad"}]})
    fleet.wait(lambda: graph.show() == {"behind": 0, "nodes": {"BusinessObject": 2}, "edges": {}})
    applied = "SELECT result FROM steps WHERE kind = 'graph_update' AND state = 'done' AND result->>'applied' = '1'"
    fleet.wait(lambda: fleet.rows(applied))
    orchestrator.close()
