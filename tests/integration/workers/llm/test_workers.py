"""The engines in real workers, from submit to report, with a larger budget by the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.edit import JobEdit
from orchestrator.domain.submission import Submission, Upload
from tests.integration.workers.collector import Collector, Span

SECTION = "The operator shall keep log number {n} for ten years in the archive of the company."


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


def test_a_job_goes_through_real_workers_and_its_report_says_where_the_text_went(
    fleet: Any, endpoint: Any, llm: Any, collector: Collector, make_orchestrator: Callable[..., Orchestrator]
) -> None:
    fleet.environment |= {"ORCHESTRATOR_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    named = {"LLM_BASE_URL": endpoint.url, "LLM_MODEL": "test-model", "LLM_API_KEY": "sk-secret-of-workers"}
    api = make_orchestrator(llm_base_url=endpoint.url, llm_model="test-model")
    fleet.start("beat")
    fleet.worker("creator", 2, ORCHESTRATOR_PART_CHARACTERS="600", **named)
    fleet.worker("validator", **named)
    endpoint.script = [lambda body: llm.good(body, usage=(900, 300))]
    document = "\n\n".join(f"{n} Duty\n\n" + " ".join([SECTION.format(n=n)] * 6) for n in range(1, 5))
    upload = Upload("duties.txt", document.encode())
    wish = Submission("test", "Which duties are there?", "t", upload, token_budget=4_000)
    job_id = api.job_manager.submit(wish).job.id

    fleet.wait(lambda: api.job_manager.get(job_id).waiting.reason == "budget", 60)
    assert 0 < api.job_manager.get(job_id).job.total_tokens <= 4_000
    api.scheduling.edit(job_id, JobEdit(token_budget=100_000))
    assert fleet.wait_for_job(job_id, 60) == "completed"

    view = api.job_manager.get(job_id)
    assert (view.job.engine, view.job.total_requests) == ("hybrid", len(endpoint.asked))
    assert view.job.total_tokens == 1_200 * len(endpoint.asked)
    assert view.requirements["integrated"] == view.requirements["total"] == 4
    with api.sessions.begin() as session:
        api.reporter.generate(session, job_id)
    said = api.reporter.stored(job_id, "text").read().decode()
    assert f"the text was sent to {endpoint.url}" in " ".join(said.split())
    assert "sk-secret" not in said + fleet.logs()
    check_calls_are_observed(fleet, collector, len(endpoint.asked))


def check_calls_are_observed(fleet: Any, collector: Collector, asked: int) -> None:
    """Each has a span below its step's, and is counted where its worker is asked."""
    fleet.wait(lambda: len(spans(collector, "llm")) == asked)
    calls = spans(collector, "llm")
    fleet.wait(lambda: {call.parent_id for call in calls} <= {step.span_id for step in spans(collector, "step ")})
    assert {call.attributes["gen_ai.request.model"] for call in calls} == {"test-model"}
    of_creator = [call for call in calls if call.service == "orchestrator-creator"]
    assert of_creator
    url = fleet.scalar("SELECT health_url FROM agents WHERE kind = 'creator'")
    numbers = requests.get(f"{url}/metrics", timeout=10).text
    labels = 'agent="creator",direction="completion",model="test-model"'
    assert f"orchestrator_llm_tokens_total{{{labels}}} {300.0 * len(of_creator)}\n" in numbers
    labels = 'agent="creator",model="test-model",outcome="ok"'
    assert f"orchestrator_llm_request_duration_seconds_count{{{labels}}} {float(len(of_creator))}\n" in numbers


def spans(collector: Collector, name: str) -> list[Span]:
    return [span for span in list(collector.spans) if span.name.startswith(name)]
