"""The numbers that KEDA scales by, asked of a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from orchestrator.domain.submission import Submission
from orchestrator.services.job_manager import JobManager

SCALING = Path(__file__).parents[3] / "deploy" / "kubernetes" / "overlays" / "autoscaled" / "scaling.yaml"
QUERIES = {
    each["scaleTargetRef"]["name"]: each["triggers"][0]["metadata"]["query"]
    for each in (thing["spec"] for thing in yaml.safe_load_all(SCALING.read_text(encoding="utf-8")) if "spec" in thing)
    if "scaleTargetRef" in each
}


def count(orchestrator: Any, kind: str) -> int:
    with orchestrator.sessions() as session:
        return int(session.execute(text(QUERIES[kind])).scalar_one())


@pytest.mark.parametrize("kind", ["creator", "validator"])
def test_no_step_and_no_pod(orchestrator: Any, kind: str) -> None:
    assert count(orchestrator, kind) == 0


def test_ready_steps_count_unless_their_queue_is_paused(orchestrator: Any) -> None:
    manager: JobManager = orchestrator.job_manager
    for number in range(3):
        manager.submit(
            Submission(owner="test", prompt=f"Which duties? {number}", correlation_id="x", context={"text": "He must."})
        )
    assert count(orchestrator, "creator") == 3
    assert count(orchestrator, "validator") == 0
    orchestrator.queues.pause("creator", by="test")
    assert count(orchestrator, "creator") == 0
