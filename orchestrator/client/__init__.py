"""The REST API for Python programs: `Client(url, key).submit("Which duties are there?", Path("contract.pdf"))`."""

from orchestrator.client.answers import (
    Agent,
    AgentHealth,
    Attempt,
    AuditEntry,
    Delivery,
    Edge,
    Event,
    Job,
    Key,
    MadeKey,
    MadeWebhook,
    Neighbours,
    Node,
    Progress,
    Queue,
    Recovered,
    Requirement,
    Step,
    StreamedEvent,
    StuckJob,
    Verified,
    Webhook,
)
from orchestrator.client.jobs import SubmitOptions
from orchestrator.client.requirements import RequirementQuery
from orchestrator.client.rest import Client
from orchestrator.client.webhooks import WebhookChange

__all__ = [
    "Agent",
    "AgentHealth",
    "Attempt",
    "AuditEntry",
    "Client",
    "Delivery",
    "Edge",
    "Event",
    "Job",
    "Key",
    "MadeKey",
    "MadeWebhook",
    "Neighbours",
    "Node",
    "Progress",
    "Queue",
    "Recovered",
    "Requirement",
    "RequirementQuery",
    "Step",
    "StreamedEvent",
    "StuckJob",
    "SubmitOptions",
    "Verified",
    "Webhook",
    "WebhookChange",
]
