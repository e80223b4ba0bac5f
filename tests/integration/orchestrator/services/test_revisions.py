"""A re-run over gaps, as its creator sees it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.document import DocumentText
from orchestrator.domain.submission import GAPS, Submission
from orchestrator.errors import NotFound

QUOTE = "The operator must not delete a log entry."
SAID = f"The operator must keep a log. {QUOTE}"


def test_a_rerun_over_gaps_reads_those_of_the_revision_before_and_no_others(orchestrator: Orchestrator) -> None:
    submission = Submission(owner="ann", prompt="Only obligations", correlation_id="c", context={"text": SAID})
    before = orchestrator.job_manager.submit(submission).job.id
    document = DocumentText(SAID, (), (), "en", None)
    start = SAID.index(QUOTE)
    gap = {"quote": QUOTE, "start": start, "end": len(SAID)}
    with orchestrator.sessions.begin() as session:
        session.execute(
            text("UPDATE jobs SET status = 'cancelled', completed_at = now(), coverage = CAST(:coverage AS jsonb)"),
            {"coverage": json.dumps({"uncited": 1, "gaps": [gap]})},
        )

    after = orchestrator.revisions.rerun(before, "ben", "d", {"scope": GAPS}).job
    source = orchestrator.creation.source(after.id)

    assert (after.owner, after.revision, after.previous_revision) == ("ben", 2, before)
    assert orchestrator.creation.gaps(source, document) == ((start, len(SAID)),)
    with pytest.raises(NotFound, match="gaps"):
        orchestrator.creation.gaps(source, DocumentText("Another text.", (), (), "en", None))
