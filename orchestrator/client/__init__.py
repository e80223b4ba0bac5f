"""The REST API for Python programs: `Client(url, key).submit("Which duties are there?", Path("contract.pdf"))`."""

from orchestrator.client.answers import Agent, AgentHealth, Edge, Job, Neighbours, Node, Progress, Requirement, Step
from orchestrator.client.rest import Client, RequirementQuery, SubmitOptions

__all__ = [
    "Agent",
    "AgentHealth",
    "Client",
    "Edge",
    "Job",
    "Neighbours",
    "Node",
    "Progress",
    "Requirement",
    "RequirementQuery",
    "Step",
    "SubmitOptions",
]
