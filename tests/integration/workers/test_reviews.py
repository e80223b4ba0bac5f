"""What follows a review in the background, with real workers: the graph, the report, the next edition."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from orchestrator.domain.review import Act, Decision
from orchestrator.domain.submission import Submission, Upload
from orchestrator.services.reviews import Place

LATER = """1 Duties

The operator shall log every access. The operator must not delete a log entry within eight years.
"""


def review(fleet: Any, job: UUID, rid: str, decision: Decision) -> None:
    fleet.orchestrator.reviews.review(Place(job, rid), Act(decision, "ann", "As agreed."))


def standing(fleet: Any, job: UUID) -> dict[str, Any]:
    found = fleet.rows(
        "SELECT requirement_text, status, review FROM requirements WHERE job_id = :id ORDER BY seq", id=job
    )
    return {row.requirement_text.split()[2]: (row.status, row.review and row.review["state"]) for row in found}


def test_reviews_reach_the_graph_the_report_and_the_next_edition(fleet: Any) -> None:
    fleet.start("beat")
    for kind in ("creator", "validator", "maintenance"):
        fleet.worker(kind)
    first = fleet.submit()
    assert fleet.wait_for_job(first) == "completed"
    log, delete = (
        row.rid for row in fleet.rows("SELECT rid FROM requirements WHERE job_id = :id ORDER BY seq", id=first)
    )

    for decision in (Decision.REJECT, Decision.ACCEPT):
        review(fleet, first, delete, decision)
    assert standing(fleet, first)["must"] == ("rejected", "accepted")
    integrated = "SELECT 1 FROM requirements WHERE job_id = :id AND rid = :rid AND status = 'integrated'"
    fleet.wait(lambda: fleet.rows(integrated, id=first, rid=delete))
    assert len(fleet.rows("SELECT 1 FROM graph_nodes WHERE key = ANY(:keys)", keys=[log, delete])) == 2
    history = "SELECT decision, reviewer, after ->> 'status' FROM requirement_reviews WHERE rid = :rid ORDER BY id"
    assert [tuple(row) for row in fleet.rows(history, rid=delete)] == [
        ("reject", "ann", "rejected"),
        ("accept", "ann", "rejected"),
        ("accept", None, "integrated"),
    ]
    review(fleet, first, log, Decision.REJECT)

    document = Upload("duties.txt", LATER.encode())
    wish = Submission(owner="test", prompt="And now?", correlation_id="c", document=document, successor_of=first)
    second = fleet.orchestrator.job_manager.submit(wish).job.id
    assert fleet.wait_for_job(second) == "completed"
    fleet.wait(lambda: standing(fleet, second)["shall"][1])
    assert standing(fleet, second) == {"shall": ("rejected", "rejected"), "must": ("integrated", "suspect")}
    report = fleet.wait(lambda: _report(fleet, second))
    assert [(each["status"], each["review"]["state"]) for each in report["requirements"]] == [
        ("rejected", "rejected"),
        ("integrated", "suspect"),
    ]
    assert report["requirements"][1]["review"]["cause"][0] == "number_changed"


def _report(fleet: Any, job: UUID) -> Any:
    content = fleet.orchestrator.reporter.stored(job, "json").read()
    return json.loads(content) if content else None
