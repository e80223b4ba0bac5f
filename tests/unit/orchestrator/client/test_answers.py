"""The client's types name what the API sends, no more and no less."""

from __future__ import annotations

import pytest

from api.schemas import agents, audit, events, graph, jobs, keys, queues, requirements, reviews, steps, stuck, webhooks
from orchestrator.client import answers
from orchestrator.client.answers.reviews import Cleared, ReviewAct, WaitingRequirement


@pytest.mark.parametrize(
    ("answer", "schema"),
    [
        (answers.Job, jobs.JobSchema),
        (answers.SubmittedJob, jobs.SubmittedSchema),
        (answers.JobInList, jobs.JobItemSchema),
        (answers.Counts, jobs.CountsSchema),
        (answers.DocumentFacts, jobs.JobDocumentSchema),
        (answers.JobError, jobs.JobErrorSchema),
        (answers.StepCounts, jobs.StepCountsSchema),
        (answers.PartCounts, jobs.PartsSchema),
        (answers.Range, jobs.RangeSchema),
        (answers.Progress, jobs.ProgressSchema),
        (answers.Step, steps.StepSchema),
        (answers.Event, events.EventSchema),
        (answers.StuckJob, stuck.StuckJobSchema),
        (answers.Recovered, stuck.RecoveredSchema),
        (answers.Queue, queues.QueueSchema),
        (answers.Requirement, requirements.RequirementSchema),
        (answers.Citation, requirements.CitationSchema),
        (answers.Location, requirements.LocationSchema),
        (ReviewAct, reviews.ReviewActSchema),
        (WaitingRequirement, reviews.WaitingSchema),
        (Cleared, reviews.ClearedSchema),
        (answers.Agent, agents.AgentSchema),
        (answers.Node, graph.NodeSchema),
        (answers.Edge, graph.EdgeSchema),
        (answers.Neighbours, graph.NeighboursSchema),
        (answers.GraphCounts, graph.GraphCountsSchema),
        (answers.Loaded, graph.LoadedSchema),
        (answers.Key, keys.KeySchema),
        (answers.MadeKey, keys.MadeKeySchema),
        (answers.AuditEntry, audit.AuditEntrySchema),
        (answers.Verified, audit.VerifiedSchema),
        (answers.ChainFault, audit.ChainFaultSchema),
        (answers.Webhook, webhooks.WebhookSchema),
        (answers.Delivery, webhooks.DeliverySchema),
        (answers.Attempt, webhooks.AttemptSchema),
    ],
)
def test_an_answer_has_the_fields_of_its_schema(answer: type, schema: type) -> None:
    assert set(answer.__annotations__) == set(schema().fields)
