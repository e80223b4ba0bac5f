"""The REST API for Python programs: `Client(url, key).submit("Which duties are there?", Path("contract.pdf"))`."""

from orchestrator.client.answers import (
    Agent,
    AgentHealth,
    Edge,
    Event,
    Job,
    Neighbours,
    Node,
    Progress,
    Queue,
    Recovered,
    Requirement,
    Step,
    StuckJob,
)
from orchestrator.client.jobs import SubmitOptions
from orchestrator.client.requirements import RequirementQuery
from orchestrator.client.rest import Client

__all__ = [
    "Agent",
    "AgentHealth",
    "Client",
    "Edge",
    "Event",
    "Job",
    "Neighbours",
    "Node",
    "Progress",
    "Queue",
    "Recovered",
    "Requirement",
    "RequirementQuery",
    "Step",
    "StuckJob",
    "SubmitOptions",
]
