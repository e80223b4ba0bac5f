"""The API's answers, as they come in JSON. Times are RFC 3339 texts in UTC; a newer server may send more than this."""

from orchestrator.client.answers.agents import (
    Agent,
    AgentHealth,
    Queue,
)
from orchestrator.client.answers.graph import (
    Edge,
    GraphCounts,
    Loaded,
    Neighbours,
    Node,
)
from orchestrator.client.answers.identity import (
    AuditEntry,
    ChainFault,
    Key,
    MadeKey,
    Verified,
)
from orchestrator.client.answers.jobs import (
    Counts,
    DocumentFacts,
    Event,
    Job,
    JobError,
    JobInList,
    PartCounts,
    Progress,
    Range,
    Recovered,
    Step,
    StepCounts,
    StreamedEvent,
    StuckJob,
)
from orchestrator.client.answers.requirements import (
    Citation,
    Location,
    Requirement,
)
from orchestrator.client.answers.webhooks import (
    Attempt,
    Delivery,
    MadeWebhook,
    Webhook,
)

__all__ = [
    "Agent",
    "AgentHealth",
    "Attempt",
    "AuditEntry",
    "ChainFault",
    "Citation",
    "Counts",
    "Delivery",
    "DocumentFacts",
    "Edge",
    "Event",
    "GraphCounts",
    "Job",
    "JobError",
    "JobInList",
    "Key",
    "Loaded",
    "Location",
    "MadeKey",
    "MadeWebhook",
    "Neighbours",
    "Node",
    "PartCounts",
    "Progress",
    "Queue",
    "Range",
    "Recovered",
    "Requirement",
    "Step",
    "StepCounts",
    "StreamedEvent",
    "StuckJob",
    "Verified",
    "Webhook",
]
