"""Workers and Neo4j: what is written to the graph arrives there; a held job arrives when it is told to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from orchestrator.bootstrap import build
from orchestrator.config import Settings
from orchestrator.domain.graph import GraphFacts
from orchestrator.domain.review import Act, Decision
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Conflict
from orchestrator.services.held_integration import Preview
from orchestrator.services.reviews import Place
from orchestrator.storage import held_facts

MODEL = {"business_objects": [{"boid": "BO-Log", "name": "Log entry"}, {"boid": "BO-Rad", "name": "Rad"}]}
LOADED = {"behind": 0, "nodes": {"BusinessObject": 2}, "edges": {}}
DOCUMENT = """1 Duties

The operator shall log every access. The operator must not delete a log entry within ten years.
The operator shall archive each log entry.
"""


@pytest.mark.xdist_group("bolt")
def test_what_is_written_to_the_graph_reaches_neo4j_by_itself(fleet: Any, settings: Settings, arcadedb: Any) -> None:
    chosen = replace(settings, **{f"neo4j_{name}": value for name, value in arcadedb._asdict().items()})
    fleet.environment |= {f"NEO4J_{name.upper()}": value for name, value in arcadedb._asdict().items()}
    fleet.environment["ORCHESTRATOR_NEO4J_UPDATE_INTERVAL_S"] = "3600"
    orchestrator = build(chosen)
    graph, held, store = orchestrator.graph, orchestrator.held_integration, orchestrator.graph._store
    store.copy()
    fleet.start("beat")
    for kind in ("creator", "validator", "maintenance"):
        fleet.worker(kind)

    graph.load(MODEL)
    fleet.wait(lambda: graph.show() == LOADED)
    applied = "SELECT result FROM steps WHERE kind = 'graph_update' AND state = 'done' AND result->>'applied' = '1'"
    fleet.wait(lambda: fleet.rows(applied))

    document = Upload("duties.txt", DOCUMENT.encode())
    wish = Submission(owner="test", prompt="Which?", correlation_id="c", document=document, integrate=False)
    job = orchestrator.job_manager.submit(wish).job.id
    assert fleet.wait_for_job(job) == "completed"
    rows = fleet.rows("SELECT rid, status, neo4j_id FROM requirements WHERE job_id = :id ORDER BY seq", id=job)
    assert [(row.status, row.neo4j_id) for row in rows] == [("integrated", None)] * 3
    assert graph.show() == LOADED
    whole = held.preview(job)
    assert (whole.adds, whole.merges, whole.touches, whole.conflict) == (3, 0, 1, None)
    assert whole == held.preview(job)

    log, delete, archive = (row.rid for row in rows)
    orchestrator.reviews.review(Place(job, archive), Act(Decision.REJECT, "ann", "Not ours."))
    with orchestrator.sessions.begin() as session:
        known = tuple(node for node in held_facts.read(session, job).nodes if node.key == delete)
        store.integrate(session, uuid4(), GraphFacts(known))
    assert _counts(held.preview(job)) == (1, 1)
    assert _counts(held.integrate(job)) == (1, 1)

    fleet.wait(lambda: graph.show()["nodes"].get("Requirement") == 2)
    named = "SELECT rid FROM requirements WHERE job_id = :id AND neo4j_id = rid ORDER BY seq"
    assert [row.rid for row in fleet.rows(named, id=job)] == [log, delete]
    with pytest.raises(Conflict, match="held back") as again:
        held.integrate(job)
    assert again.value.code == "not_held"
    orchestrator.close()


def _counts(preview: Preview) -> tuple[int, int]:
    return preview.adds, preview.merges
