"""The shipped domain model and the recorded sample job, put into real databases."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from orchestrator import seed
from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.graph import NodeType
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Invalid
from orchestrator.storage.models import Base
from orchestrator.storage.paging import Paging
from orchestrator.storage.requirements import RequirementFilter

SAMPLES = Path(__file__).parents[4] / "samples"


def rows(orchestrator: Orchestrator) -> dict[str, list[Any]]:
    """Everything that the database holds."""
    with orchestrator.sessions() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(str, session.execute(table.select()))) for table in tables}


def test_the_shipped_files_are_those_of_the_samples() -> None:
    assert seed.domain_model() == (SAMPLES / "domain-model.json").read_text(encoding="utf-8")
    assert seed.sample_document() == (SAMPLES / "service-agreement.md").read_bytes()


def test_an_empty_database_gets_the_model_and_a_finished_job(orchestrator: Orchestrator) -> None:
    seeded = orchestrator.seeding.seed()
    assert seeded.new
    assert seeded.sample_job is not None
    view = orchestrator.job_manager.get(seeded.sample_job)
    assert (view.job.status, view.job.creator_status, view.job.validator_status) == ("completed",) * 3
    assert orchestrator.job_manager.progress(seeded.sample_job).percent == 100
    answer = orchestrator.reporter.stored(seeded.sample_job, "json")
    report = json.loads(answer.read())
    assert report["summary"]["status"]["integrated"] == len(requirements(orchestrator, seeded.sample_job)) > 10


def requirements(orchestrator: Orchestrator, job_id: Any) -> list[Any]:
    found = orchestrator.job_contents.requirements(job_id, RequirementFilter(statuses=["integrated"]), Paging(100))
    return [row.Requirement for row in found.items]


def test_the_sample_cites_its_document_to_the_letter_and_stands_in_the_graph(orchestrator: Orchestrator) -> None:
    seeded = orchestrator.seeding.seed()
    with orchestrator.sessions() as session:
        content = session.scalar(text("SELECT text FROM document_texts"))
    for requirement in requirements(orchestrator, seeded.sample_job):
        assert all(content[one["start"] : one["end"]] == one["quote"] for one in requirement.citations)
        node, _, _ = orchestrator.graph.neighbours(requirement.rid)
        assert node.properties["sourceJobId"] == str(seeded.sample_job)
    with_edges = orchestrator.graph.show()
    assert with_edges["nodes"]["BusinessObject"] == seeded.business_objects
    assert with_edges["edges"]["RELATES_TO_OBJECT"] > 0


def test_events_name_the_steps_of_this_database(orchestrator: Orchestrator) -> None:
    document = Upload("other.txt", b"The operator shall log every access.")
    orchestrator.job_manager.submit(Submission(owner="me", prompt="Duties?", correlation_id="x", document=document))
    seeded = orchestrator.seeding.seed()
    with orchestrator.sessions() as session:
        named = session.scalars(
            text("SELECT (data->>'step_id')::int FROM job_events WHERE job_id = :id AND data ? 'step_id'"),
            {"id": seeded.sample_job},
        ).all()
        own = session.scalars(text("SELECT id FROM steps WHERE job_id = :id"), {"id": seeded.sample_job}).all()
    assert named
    assert set(named) <= set(own)


def test_twice_changes_nothing(orchestrator: Orchestrator) -> None:
    orchestrator.seeding.seed()
    before = rows(orchestrator)
    again = orchestrator.seeding.seed()
    assert not again.new
    assert rows(orchestrator) == before
    assert len(before["jobs"]) == 1


def test_two_at_once_give_one_job(orchestrator: Orchestrator) -> None:
    outcomes: list[bool] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        outcomes.append(orchestrator.seeding.seed().new)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [False, True]


def test_a_document_that_a_user_sent_before_is_shared(orchestrator: Orchestrator) -> None:
    mine = Upload("mine.md", seed.sample_document())
    orchestrator.job_manager.submit(Submission(owner="me", prompt="Duties?", correlation_id="x", document=mine))
    orchestrator.seeding.seed()
    assert len(rows(orchestrator)["documents"]) == 1


def test_another_model_comes_without_the_sample(orchestrator: Orchestrator) -> None:
    model = {"business_objects": [{"boid": "BO-X", "name": "Crate"}], "messages": []}
    seeded = orchestrator.seeding.seed(json.dumps(model))
    assert (seeded.business_objects, seeded.sample_job, seeded.new) == (1, None, False)
    assert [node.key for node in orchestrator.graph.nodes(NodeType.BUSINESS_OBJECT, Paging(10)).items] == ["BO-X"]
    assert rows(orchestrator)["jobs"] == []


def test_a_model_with_faults_stores_nothing(orchestrator: Orchestrator) -> None:
    before = rows(orchestrator)
    with pytest.raises(Invalid):
        orchestrator.seeding.seed('{"business_objects": [{"name": 5}]}')
    assert rows(orchestrator) == before
