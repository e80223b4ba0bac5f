"""Jobs past their time: first they lose their texts, later they are deleted. See docs/retention.md."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.graph import GraphFacts, Node
from orchestrator.domain.job import TERMINAL
from orchestrator.domain.operation import AT_ONCE, MOST_S
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.errors import Conflict
from orchestrator.graph_store import GraphStore
from orchestrator.services import workspace
from orchestrator.services.deletion import delete_job
from orchestrator.storage import audit, documents, events, jobs, redaction, reopening, steps
from orchestrator.storage.engine import SessionFactory, snapshot

log = structlog.get_logger(__name__)

RULES = ("redact", "delete")
STATUSES = tuple(sorted(status.value for status in TERMINAL))
START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one step did. `after` is the last job that it looked at; None: it was the last step."""

    after: UUID | None
    redacted: int = 0
    deleted: int = 0
    kept: int = 0


class Retention:
    """What is due by the settings, and doing it."""

    def __init__(self, settings: Settings, sessions: SessionFactory, graph_store: GraphStore) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)
        self._graph_store = graph_store

    @property
    def days(self) -> dict[str, dict[str, int]]:
        """Rule -> status -> days after the end; 0: never."""
        return {rule: {each: getattr(self._settings, f"{rule}_{each}_days") for each in STATUSES} for rule in RULES}

    def preview(self) -> dict[str, dict[str, int]]:
        """Rule -> status -> jobs that are due now. Changes nothing."""
        found = {rule: dict.fromkeys(STATUSES, 0) for rule in RULES}
        with self._snapshots() as session:
            for row in redaction.counts(session, self.days):
                found[row.rule][row.status] = row.jobs
        return found

    def start(self, correlation_id: str) -> dict[str, dict[str, int]]:
        """Do now what is done daily. Returns what is due, as `preview`. Commits."""
        found = self.preview()
        with self._sessions.begin() as session:
            steps.insert_alone(session, _step(START), correlation_id)
            audit.note(session, "retention", "jobs", None, found)
        return found

    def work(self, after: UUID = START, most: int = AT_ONCE) -> Taken:
        """Redact and delete the next jobs, each in a transaction of its own. Commits.

        Begun again after a crash it goes on with what is still due.
        """
        until = time.monotonic() + MOST_S
        with self._sessions() as session:
            due = redaction.due(session, self.days, after, most)
        done = []
        for row in due:
            if time.monotonic() > until:
                break
            done.append(self._take(row.id))
            after = row.id
        return Taken(
            after=after if len(done) == most or len(done) < len(due) else None,
            redacted=done.count("redact"),
            deleted=done.count("delete"),
            kept=done.count(None),
        )

    def _take(self, job_id: UUID) -> str | None:
        """What was done to a job; None where it is no longer due, or another job needs it."""
        try:
            with self._sessions.begin() as session:
                document_id = documents.lock_of(session, job_id)
                if document_id is None or jobs.lock(session, job_id) is None:
                    return None
                rule = redaction.rule_of(session, self.days, job_id)
                if rule == "redact":
                    redact_job(session, self._graph_store, job_id, document_id)
                elif rule == "delete":
                    delete_job(session, self._graph_store, job_id)
        except Conflict as error:
            log.info("retention_kept", job_id=str(job_id), reason=error.message)
            return None
        if rule is not None:
            workspace.remove(self._settings.state_dir, job_id)
        return rule

    def go_on(self, session: Session, taken: Taken) -> dict[str, Any]:
        """Insert the next step where there may be more; in the transaction that ends this step."""
        if taken.after is not None:
            steps.insert_alone(session, _step(taken.after), f"retention-{taken.after}")
        return {name: getattr(taken, name) for name in ("redacted", "deleted", "kept")}


def redact_job(session: Session, graph_store: GraphStore, job_id: UUID, document_id: UUID) -> None:
    """Take the words of document and prompt out of everything that is kept of a job that has ended.

    Numbers, names, places and statuses stay. The document itself goes with the last job that has it. The caller holds
    the locks of the document and of the job, taken in this order.
    """
    keys = redaction.nodes_to_redact(session, document_id, job_id)
    reopening.drop_report(session, job_id)
    jobs.clean_up(session, job_id)
    redaction.redact_rows(session, job_id)
    gone = redaction.redact_document(session, document_id, job_id)
    nodes = [_without_text(node) for node in graph_store.nodes(session, keys)]
    if nodes:
        graph_store.integrate(session, job_id, GraphFacts(tuple(nodes), ()))
    events.append(session, job_id, "job.redacted", {"document": gone})


def _without_text(node: Node) -> Node:
    hidden = {"text", "sourceJobId"}
    return Node(node.key, node.type, {name: value for name, value in node.properties.items() if name not in hidden})


def _step(after: UUID) -> NewStep:
    return NewStep(StepKind.RETENTION, part=f"after {after}", payload={"after": str(after)})
