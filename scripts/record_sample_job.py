#!/usr/bin/env python3
"""Runs the sample document through the real engine on temporary servers and writes what `orchestrator db seed` loads.

Run it after a change of the samples or, to show what the rules find now, after a change of the rules.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.job import TERMINAL
from orchestrator.domain.step import QUEUES, TASK_OF
from orchestrator.domain.submission import Submission, Upload
from orchestrator.stack.testing import TestServers
from orchestrator.storage import migrate, recorded_jobs

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "orchestrator" / "seed"
MODEL = ROOT / "samples" / "domain-model.json"
DOCUMENT = ROOT / "samples" / "service-agreement.md"
PROMPT = "Which duties does the provider have, and which things must not be done?"
JOB_ID = "5a3f1e00-0000-4000-8000-000000000001"
ROUNDS = 100

NODES = text(
    "SELECT n.key, n.type, n.properties || jsonb_build_object('name', n.name) FROM graph_nodes n "
    "JOIN graph_assertions a ON a.node_key = n.key WHERE a.job_id = :job_id ORDER BY n.key"
)
EDGES = text(
    "SELECT e.source, e.destination, e.type, e.properties FROM graph_edges e "
    "JOIN graph_assertions a ON a.edge_id = e.id WHERE a.job_id = :job_id ORDER BY 1, 2, 3"
)


def main() -> None:
    """Writes the three files."""
    with TestServers.hold() as servers:
        urls = servers.urls()
        os.environ |= {
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "ORCHESTRATOR_AGENT_ID": "sample",
        }
        migrate.upgrade(urls.database_url)
        content = _run()
    (SEED / "sample-job.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for source in (MODEL, DOCUMENT):
        shutil.copyfile(source, SEED / source.name)
    found = [row["status"] for row in content["requirements"]]
    print(f"recorded {len(found)} requirements, {found.count('integrated')} of them integrated")


def _run() -> dict[str, Any]:
    """Plays leader and workers in this process: no message is sent."""
    # Celery reads its configuration, and with it the environment, while it is imported.
    import workers.creator.tasks
    import workers.maintenance.tasks
    import workers.validator.tasks  # noqa: F401 - each registers its tasks
    from workers import context
    from workers.app import app

    orchestrator = context.orchestrator()
    orchestrator.graph.load(MODEL.read_text(encoding="utf-8"))
    for queue in QUEUES:
        agent = {"id": f"{queue}-sample", "kind": queue, "host": "sample", "pid": 1, "slots": 1, "version": "sample"}
        orchestrator.agents.register(agent)
    document = Upload(DOCUMENT.name, DOCUMENT.read_bytes())
    wish = Submission(owner="sample", prompt=PROMPT, correlation_id="sample", document=document, tags=("sample",))
    job_id = orchestrator.job_manager.submit(wish).job.id
    for _ in range(ROUNDS):
        messages = [message for queue in QUEUES for message in orchestrator.dispatcher.dispatch(queue)]
        if not messages:
            break
        for message in messages:
            app.tasks[TASK_OF[message.kind]](message.step_id, message.epoch)
    if orchestrator.job_manager.get(job_id).job.status not in TERMINAL:
        raise SystemExit("The sample job did not end: see the lines above.")
    with orchestrator.sessions() as session:
        content = recorded_jobs.record(session, job_id) | {"graph": _graph(session, job_id)}
    orchestrator.close()
    renamed: dict[str, Any] = json.loads(json.dumps(content).replace(str(job_id), JOB_ID))
    return renamed


def _graph(session: Session, job_id: UUID) -> dict[str, Any]:
    values = {"job_id": job_id}
    return {
        "nodes": [list(row) for row in session.execute(NODES, values)],
        "edges": [list(row) for row in session.execute(EDGES, values)],
    }


if __name__ == "__main__":
    main()
