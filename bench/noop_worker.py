"""A maintenance worker whose steps do nothing, and a bare Celery task that does nothing. See protocol.py."""

# ruff: noqa: E402 - hooks are taken out before the others are imported
from __future__ import annotations

import os
import sys

os.environ["REMAP_SIGTERM"] = "SIGQUIT"
os.environ["ORCHESTRATOR_AGENT_ID"] = f"maintenance-bench-{os.getpid()}"

from unobserved import observe_or_not

observe_or_not("maintenance")

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.step import MAINTENANCE_KINDS, ClaimedStep
from orchestrator.services.execution import Write
from workers.app import app
from workers.task import step_task

app.conf.imports = ("workers.signals",)
app.conf.worker_concurrency = int(sys.argv[1])


def nothing(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    return lambda session: {}


for kind in MAINTENANCE_KINDS:
    step_task(kind)(nothing)


@app.task(name="bench.bare")
def bare(step_id: int, epoch: int) -> None:
    return None


app.worker_main(
    ["worker", "--queues=maintenance", f"--concurrency={sys.argv[1]}", "--without-gossip", "--without-mingle"]
)
