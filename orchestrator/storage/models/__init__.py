"""All tables. Times are UTC; `_at` columns are written by the database clock.

The step protocol does not use these classes for its statements (see `steps.py`): they are fixed SQL. Everything
else reads and writes through them.
"""

from orchestrator.storage.models.access import ApiKey, AuditEntry, IdempotencyKey
from orchestrator.storage.models.declaration import Base, SchemaInfo
from orchestrator.storage.models.documents import Document, DocumentChunk, DocumentText
from orchestrator.storage.models.graph import GraphAssertion, GraphEdge, GraphIntent, GraphNode, HeldFacts
from orchestrator.storage.models.jobs import (
    DEDUPLICATED,
    LIVE_JOBS,
    Job,
    JobDependency,
    JobEvent,
    Operation,
    OperationJob,
)
from orchestrator.storage.models.language_models import LlmEndpoint, LlmRequest, LlmSlot
from orchestrator.storage.models.results import REVIEW_ORDER, Report, ReportChunk, Requirement, RequirementReview
from orchestrator.storage.models.steps import LIVE_STEPS, Agent, Lease, PeriodicRun, Queue, RecoveryLog, Step
from orchestrator.storage.models.webhooks import CallbackSecret, Webhook, WebhookDelivery

__all__ = [
    "DEDUPLICATED",
    "LIVE_JOBS",
    "LIVE_STEPS",
    "REVIEW_ORDER",
    "Agent",
    "ApiKey",
    "AuditEntry",
    "Base",
    "CallbackSecret",
    "Document",
    "DocumentChunk",
    "DocumentText",
    "GraphAssertion",
    "GraphEdge",
    "GraphIntent",
    "GraphNode",
    "HeldFacts",
    "IdempotencyKey",
    "Job",
    "JobDependency",
    "JobEvent",
    "Lease",
    "LlmEndpoint",
    "LlmRequest",
    "LlmSlot",
    "Operation",
    "OperationJob",
    "PeriodicRun",
    "Queue",
    "RecoveryLog",
    "Report",
    "ReportChunk",
    "Requirement",
    "RequirementReview",
    "SchemaInfo",
    "Step",
    "Webhook",
    "WebhookDelivery",
]
