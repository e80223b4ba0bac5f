"""The engines in real workers, from submit to report, with a larger budget by the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.edit import JobEdit
from orchestrator.domain.submission import Submission, Upload

SECTION = "The operator shall keep log number {n} for ten years in the archive of the company."


def test_a_job_goes_through_real_workers_and_its_report_says_where_the_text_went(
    fleet: Any, settings: Any, endpoint: Any, llm: Any, make_orchestrator: Callable[..., Orchestrator]
) -> None:
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
