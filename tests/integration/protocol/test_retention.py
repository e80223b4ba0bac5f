"""Jobs past their time: what goes, what stays, and who keeps what is shared."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestrator.domain.graph import GraphFacts, Node, NodeType
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Gone
from orchestrator.services.retention import START, Retention
from orchestrator.storage import documents

RID = "R-ABCDEFGH23"
WORD = "Wolpertinger"
PLACE = {"start": 5, "end": 17, "page": None, "locator": "1", "section": None}
DOCUMENT = f"Each {WORD} must be kept.".encode()
TEXT = text(
    """INSERT INTO document_texts (id, document_id, reader_version, media_type, language, text, passages)
       VALUES (gen_random_uuid(), :document, '1', 'text/plain', 'en', :text, '[]') RETURNING id"""
)
REQUIREMENT = text(
    """INSERT INTO requirements (job_id, rid, seq, requirement_text, requirement_name, modality, source_document,
                                 source_location, citations, confidence_score, status, neo4j_id, research_notes)
       VALUES (:job, :rid, 1, :text, 'Keep it', 'obligation', 'a.txt', '{"locator": "1"}', CAST(:citations AS jsonb),
               0.9, 'integrated', :rid, :text)"""
)
ASKED = text(
    """INSERT INTO llm_requests (job_id, step_id, agent, purpose, endpoint, model, prompt_tokens, completion_tokens,
                                 duration_ms, error, answer)
       VALUES (:job, 1, 'creator', 'extract', 'http://127.0.0.1/v1', 'm', 7, 1, 5, :error, CAST(:answer AS jsonb))"""
)
WHERE_TEXT_IS = (
    "SELECT prompt || context::text || coalesce(brief::text, '') || coalesce(coverage::text, '') FROM jobs",
    "SELECT requirement_text || citations::text || research_notes || relevance_words::text FROM requirements",
    "SELECT payload::text || coalesce(result::text, '') FROM steps",
    "SELECT text FROM document_texts",
    "SELECT encode(data, 'escape') FROM document_chunks",
    "SELECT encode(data, 'escape') FROM report_chunks",
    "SELECT properties::text FROM graph_nodes",
    "SELECT facts::text FROM held_facts",
    "SELECT coalesce(error, '') || coalesce(answer::text, '') FROM llm_requests",
)


@pytest.fixture
def old(make_plant: Callable[..., Any]) -> Any:
    """Completed jobs are redacted after 30 days; failed ones are deleted after 10, cancelled ones kept."""
    return make_plant(redact_completed_days=30, redact_failed_days=5, delete_failed_days=10)


def submit(plant: Any, **fields: Any) -> UUID:
    wish = Submission("ann", f"Where is a {WORD}?", "test", Upload("a.txt", DOCUMENT), context={"a": WORD}, **fields)
    return UUID(str(plant.orchestrator.job_manager.submit(wish).job.id))


def end(plant: Any, job: UUID, days: int, status: str = "completed") -> None:
    """Give it a text, a requirement with its node, a report and an end so many days ago."""
    document = plant.status(job).document_id
    quote = {"quote": DOCUMENT.decode(), "start": 0, "end": 27, "page": None, "locator": "1", "match": "exact"}
    gaps = json.dumps({"duty_sentences": 1, "cited": 0, "uncited": 1, "gaps": [{"quote": WORD} | PLACE]})
    with plant.sessions.begin() as session:
        found = "SELECT id FROM document_texts WHERE document_id = :document"
        known = session.execute(text(found), {"document": document}).scalar()
        pinned = known or session.execute(TEXT, {"document": document, "text": DOCUMENT.decode()}).scalar_one()
        values = {"job": job, "rid": RID, "text": DOCUMENT.decode(), "citations": json.dumps([quote])}
        session.execute(REQUIREMENT, values)
        node = Node(RID, NodeType.REQUIREMENT, {"name": "Keep it", "text": DOCUMENT.decode(), "locator": "1"})
        plant.orchestrator.retention._graph_store.integrate(session, job, GraphFacts((node,), ()))
        held = text("INSERT INTO held_facts (job_id, facts) VALUES (:job, CAST(:facts AS jsonb))")
        session.execute(held, {"job": job, "facts": json.dumps({"text": WORD})})
        asked = {"job": job, "error": f"400: no answer to {WORD}", "answer": json.dumps({"content": WORD})}
        session.execute(ASKED, asked)
        plant.orchestrator.reporter.generate(session, job)
        pin = """UPDATE jobs SET status = 'processing', document_text_id = :pinned, creator_status = 'completed',
                 coverage = CAST(:gaps AS jsonb), brief = :brief WHERE id = :job"""
        session.execute(text(pin), {"pinned": pinned, "gaps": gaps, "brief": json.dumps({"w": WORD}), "job": job})
    plant.run(
        "UPDATE steps SET state = 'done', payload = :payload WHERE job_id = :id",
        payload=json.dumps({"w": WORD}),
        id=job,
    )
    ended = "UPDATE jobs SET status = :status, completed_at = now() - make_interval(days => :days) WHERE id = :id"
    plant.run(ended, status=status, days=days, id=job)


def run(plant: Any, most: int = 200) -> list[Any]:
    """All steps of one day's run."""
    retention: Retention = plant.orchestrator.retention
    taken = [retention.work(START, most)]
    while taken[-1].after is not None:
        taken.append(retention.work(taken[-1].after, most))
    return taken


def places_of(plant: Any, word: str) -> list[str]:
    """The queries that still find it."""
    return [query for query in WHERE_TEXT_IS if any(word in row[0] for row in plant.rows(query))]


def test_nothing_of_the_document_is_left_but_its_numbers(old: Any) -> None:
    job, young = submit(old, deduplicate=True), submit(old)
    end(old, job, days=31)
    assert len(places_of(old, WORD)) == len(WHERE_TEXT_IS)
    old.run("DELETE FROM jobs WHERE id = :id", id=young)

    assert [(taken.redacted, taken.deleted) for taken in run(old)] == [(1, 0)]

    assert places_of(old, WORD) == []
    row = old.status(job)
    assert (row.status, row.file_name, row.dedup_key, row.coverage["uncited"]) == ("completed", "a.txt", None, 1)
    assert row.coverage["gaps"] == [{"quote": ""} | PLACE]
    kept = old.one("SELECT * FROM requirements")
    assert (kept.rid, kept.requirement_name, kept.status, kept.source_location) == (
        RID, "Keep it", "integrated", {"locator": "1"},
    )  # fmt: skip
    (citation,) = kept.citations
    assert citation == {"quote": "", "start": 0, "end": 27, "page": None, "locator": "1", "match": "exact"}
    node = old.one("SELECT name, properties FROM graph_nodes WHERE key = :key", key=RID)
    assert (node.name, node.properties) == ("Keep it", {"locator": "1"})
    call = old.one("SELECT prompt_tokens, error, answer FROM llm_requests")
    assert tuple(call) == (7, "", None), "that it failed stays"
    assert old.one("SELECT data FROM job_events WHERE type = 'job.redacted'").data == {"document": True}
    assert [(taken.redacted, taken.deleted) for taken in run(old)] == [(0, 0)]


def test_what_can_no_longer_be_done_says_so(old: Any) -> None:
    job = submit(old)
    end(old, job, days=31)
    run(old)
    services = old.orchestrator
    document = old.status(job).document_id

    for refused in (
        lambda: services.job_contents.document(job),
        lambda: services.reporter.stored(job, "pack"),
        lambda: services.revisions.rerun(job, "ann", "test", {}),
        lambda: services.job_manager.submit(Submission("ann", "x", "test", document)),
    ):
        with pytest.raises(Gone, match="redacted"):
            refused()
    with old.sessions.begin() as session:
        services.reporter.generate(session, job, ("json", "text", "html", "csv", "xlsx", "reqif"))
    assert b"Keep it" in services.reporter.stored(job, "json").read()

    again = submit(old)
    assert services.job_contents.document(again).document.id == document
    assert b"".join(services.job_contents.document(again).chunks) == DOCUMENT
    with pytest.raises(Gone):
        services.job_contents.document(job)


def test_a_document_that_another_job_has_stays_with_it(old: Any) -> None:
    first, second = submit(old), submit(old)
    end(old, first, days=31)
    end(old, second, days=29)
    run(old)
    assert old.status(first).redacted_at is not None
    assert b"".join(old.orchestrator.job_contents.document(second).chunks) == DOCUMENT
    assert old.one("SELECT properties FROM graph_nodes").properties["text"] == DOCUMENT.decode()
    assert old.one("SELECT data FROM job_events WHERE type = 'job.redacted'").data == {"document": False}

    old.run("UPDATE jobs SET completed_at = now() - interval '31 days'")
    run(old)
    assert places_of(old, WORD) == []


def test_each_status_has_its_own_times_and_a_preview_changes_nothing(old: Any, monkeypatch: Any) -> None:
    ages = {"completed": (29, 31), "failed": (4, 6, 11), "cancelled": (900,)}
    jobs = {(status, days): submit(old) for status, each in ages.items() for days in each}
    for (status, days), job in jobs.items():
        end(old, job, days, status)

    nothing = {"cancelled": 0, "completed": 0, "failed": 0}
    due = {"redact": nothing | {"completed": 1, "failed": 1}, "delete": nothing | {"failed": 1}}
    assert [old.orchestrator.retention.preview() for _ in range(2)] == [due, due]

    monkeypatch.setattr("orchestrator.services.retention.MOST_S", -1.0)
    assert old.orchestrator.retention.work().after == START
    monkeypatch.undo()
    taken = run(old, most=1)

    assert len(taken) == 4
    assert sum(each.redacted for each in taken) == 2
    left = {row.id: row.redacted_at is not None for row in old.rows("SELECT id, redacted_at FROM jobs")}
    assert jobs["failed", 11] not in left
    assert {key for key, job in jobs.items() if left.get(job)} == {("completed", 31), ("failed", 6)}
    assert old.orchestrator.retention.preview() == {"redact": nothing, "delete": nothing}


def test_one_that_another_waits_for_is_kept(old: Any) -> None:
    parent = submit(old)
    end(old, parent, days=11, status="failed")
    submit(old, depends_on=(parent,), on_parent_failure="block")
    assert [(taken.deleted, taken.kept) for taken in run(old)] == [(0, 1)]
    assert old.status(parent).status == "failed"


def test_a_submission_at_the_same_time_finds_the_bytes(old: Any) -> None:
    for _ in range(5):
        job = submit(old)
        end(old, job, days=31)
        with ThreadPoolExecutor(2) as pool:
            cleaning, submitting = pool.submit(run, old), pool.submit(submit, old)
            cleaning.result(30)
            new = submitting.result(30)
        assert b"".join(old.orchestrator.job_contents.document(new).chunks) == DOCUMENT
        assert old.status(job).redacted_at is not None
        old.run("DELETE FROM jobs")
        with old.sessions.begin() as session:
            documents.drop_unused(session, old.one("SELECT id FROM documents").id)


def test_a_late_report_of_before_is_not_stored(old: Any) -> None:
    job = submit(old)
    end(old, job, days=31)
    old.run("UPDATE steps SET state = 'pending', kind = 'report', queue = 'maintenance', blocking = false")
    (step,) = old.claim_all("maintenance")
    write = old.orchestrator.reporter.make(job, step.part)
    run(old)
    with pytest.raises(Exception, match="moved on"):
        old.orchestrator.execution.finish(step, write)
    assert old.rows("SELECT 1 FROM reports") == []
