"""What an endpoint may do to a job: limits, outages, refusals, budgets. Nothing waits for ever, nothing is lost."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.domain.edit import JobEdit
from orchestrator.domain.step import ClaimedStep, StepKind
from orchestrator.errors import Invalid
from orchestrator.storage import llm as llm_ledger
from workers.llm.answers import SCHEMA
from workers.llm.client import Model
from workers.llm.faults import NotNow, Unusable

OF = {
    "down": {},
    "hung": {"llm_read_s": 0.3, "llm_total_s": 0.6},
    "slow": {"llm_read_s": 0.3, "llm_total_s": 0.6},
    "gone": {"llm_base_url": "http://127.0.0.1:9/v1"},
}


def step_of(town: Any, job_id: Any, kind: str) -> Any:
    return town.rows("SELECT * FROM steps WHERE job_id = :id AND kind = :kind ORDER BY id", id=job_id, kind=kind)[0]


def run_until(town: Any, job_id: Any, kind: str) -> Any:
    """Run the job's steps up to this kind, once; returns it as it is then."""
    while step_of(town, job_id, "read").state != "done":
        town.work(job_id, most=1)
    town.work(job_id, most=1)
    return step_of(town, job_id, kind)


def test_an_endpoint_that_asks_to_wait_is_left_alone(town: Any, endpoint: Any, llm: Any) -> None:
    endpoint.script = [lambda body: llm.error(429, "Slow down.", **{"Retry-After": "30"}), llm.good]
    job_id, other = town.submit(), town.submit()
    step = run_until(town, job_id, "extract")
    assert (step.state, step.hold, step.error_count, step.crash_count) == ("waiting", None, 0, 0)
    ((waits,),) = town.rows("SELECT extract(epoch FROM not_before - now()) FROM steps WHERE id = :id", id=step.id)
    assert 20 < waits <= 30
    assert "Slow down." in step.error["message"]
    assert town.job(job_id).waiting.reason == "retry"

    waits = run_until(town, other, "extract")
    assert (waits.state, waits.error["message"]) == ("waiting", "The model's endpoint is not free: It answered 429.")
    assert len(endpoint.asked) == 1, "nobody calls it meanwhile"
    town.rows("UPDATE llm_endpoints SET paused_until = now()")
    town.work(job_id)
    assert len(town.found(job_id)) == 3
    assert town.job(job_id).job.total_requests == 2


@pytest.mark.parametrize("how", OF)
def test_a_failing_endpoint_is_tried_again_and_then_done_without(
    make_town: Callable[..., Any], endpoint: Any, llm: Any, how: str
) -> None:
    town = make_town(**OF[how])
    replies = {"down": lambda body: llm.error(503, "Out of order."), "hung": lambda body: None, "slow": endpoint.drip}
    endpoint.script = [replies.get(how, llm.good)]
    job_id = town.submit()
    step = run_until(town, job_id, "extract")
    assert (step.state, step.error_count, step.error["code"]) == ("waiting", 0, "llm_not_now")
    town.wait(lambda: town.work(job_id) and town.found(job_id))

    assert [row.reasons[-1] for row in town.found(job_id)] == ["rules.fallback"] * 2
    calls = town.rows("SELECT * FROM llm_requests ORDER BY id")
    assert len(calls) == 3
    assert all(call.error for call in calls)
    assert {call.http_status for call in calls} == {503 if how == "down" else None}
    if how in ("hung", "slow"):
        assert all(call.estimated and call.prompt_tokens > 100 for call in calls), "what was sent may be paid for"
        assert all(call.duration_ms < 5_000 for call in calls)
    assert town.rows("SELECT 1 FROM llm_slots WHERE until IS NOT NULL") == []


def test_an_endpoint_that_has_failed_for_long_is_not_waited_for(
    make_town: Callable[..., Any], endpoint: Any, llm: Any
) -> None:
    town = make_town(llm_patience_s=60.0)
    endpoint.script = [lambda body: llm.error(500, "Broken.")]
    run_until(town, town.submit(), "extract")
    town.rows(
        "UPDATE llm_endpoints SET failing_since = now() - interval '61 s', breaker_open_until = now() + interval '9 s'"
    )
    job_id = town.submit()
    town.work(job_id)
    assert len(endpoint.asked) == 1
    assert town.llm(job_id)["fallbacks"] == 1


def test_an_unknown_model_and_a_wrong_address_are_told_in_the_endpoints_own_words(
    town: Any, endpoint: Any, llm: Any
) -> None:
    endpoint.script = [
        lambda body: llm.error(404, "The model `test-model` does not exist, key sk-test-0123456789 is fine.")
    ]
    job_id, hybrid = town.submit(), town.submit(engine="hybrid")
    town.work(job_id)
    found = town.job(job_id)
    assert (found.job.status, found.error["code"]) == ("failed", "llm_rejected")
    assert "The model `test-model` does not exist, key ... is fine." in found.error["message"]
    assert "LLM_MODEL" in found.error["message"]
    assert any(entry["event"] == "step_failed" for entry in town.logged)
    stored = town.rows("SELECT steps::text FROM steps UNION ALL SELECT llm_requests::text FROM llm_requests")
    assert "sk-test" not in repr(town.logged) + repr(stored), "no key is logged or stored"

    page = b"<html><head><title>Sign in</title></head><body>Please log in</body></html>"
    endpoint.script = [lambda body: (200, {"Content-Type": "text/html"}, page)]
    town.work(hybrid)
    assert [row.reasons[-1] for row in town.found(hybrid)] == ["rules.fallback"] * 2
    with town.orchestrator.sessions() as session:
        use = llm_ledger.use(session, hybrid)["creator"]
    assert (use["requests"], use["errors"]) == (1, 1)
    assert "no chat completion: Sign in" in use["last_error"], "who reads the report knows why"
    html = town.submit()
    town.work(html)
    assert (
        "answers with text/html, which is no chat completion: Sign in Please log in" in town.job(html).error["message"]
    )

    endpoint.script = [llm.good]
    town.orchestrator.job_manager.retry(html)
    town.work(html)
    assert len(town.found(html)) == 3


def test_a_storm_of_errors_gets_few_calls_and_no_more_than_the_slots_at_once(
    make_town: Callable[..., Any], endpoint: Any, llm: Any
) -> None:
    town = make_town(
        llm_concurrency=3, breaker_open_s=0.2, breaker_open_cap_s=0.2, backoff_base_s=0.05, database_pool=20
    )

    def breaks(body: dict[str, Any]) -> Any:
        time.sleep(0.05)
        return llm.error(500, "Broken.")

    endpoint.script = [breaks]
    steps = [ClaimedStep(n, 1, "me", StepKind.EXTRACT, f"{n}", town.submit(), {}, 1, 0, True, "t") for n in range(10)]
    asked = [{"role": "user", "content": "Sentences:\n"}] * 2
    answered: list[str] = []
    stop = threading.Event()

    def asks(step: ClaimedStep) -> None:
        model = Model(town.orchestrator, step, endpoint.url)
        while not stop.is_set():
            try:
                said = model.ask("extract", asked, 100, SCHEMA)
            except NotNow as later:
                stop.wait(min(later.delay_s, 0.05))
            except Unusable:  # the third failure of one step
                stop.wait(0.05)
            else:
                answered.append(said.content)
                return

    threads = [threading.Thread(target=asks, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    town.wait(lambda: len(endpoint.asked) >= 8)
    calls = len(endpoint.asked)
    ((probes,),) = town.rows("SELECT probe_token FROM llm_endpoints")
    assert calls <= 1.1 * 3 + probes
    assert endpoint.most_at_once <= 3
    assert town.rows("SELECT breaker_state FROM llm_endpoints")[0][0] in ("open", "half_open")

    def works(body: dict[str, Any]) -> Any:
        time.sleep(0.05)
        return llm.listed([])

    endpoint.script = [works]
    town.wait(lambda: len(answered) == len(steps))
    stop.set()
    for thread in threads:
        thread.join(10)
    assert endpoint.most_at_once <= 3
    (known,) = town.rows("SELECT * FROM llm_endpoints")
    assert (known.breaker_state, known.breaker_failures, known.failing_since) == ("closed", 0, None)


def test_a_budget_pauses_a_job_and_a_larger_one_resumes_it(
    make_town: Callable[..., Any], endpoint: Any, llm: Any
) -> None:
    town = make_town(part_characters=600)
    section = "The operator shall keep log number {n} for ten years in the archive of the company."
    document = "\n\n".join(f"{n} Duty\n\n" + " ".join([section.format(n=n)] * 6) for n in range(1, 5))
    endpoint.script = [lambda body: llm.good(body, usage=(2_000, 500))]
    job_id = town.submit(document, token_budget=6_000)
    town.work(job_id)

    view = town.job(job_id)
    done = town.rows("SELECT count(*) FROM steps WHERE job_id = :id AND kind = 'extract' AND state = 'done'", id=job_id)
    assert (view.job.status, view.waiting.reason, view.waiting.until) == ("processing", "budget", None)
    assert 0 < done[0][0] < 4
    assert 0 < view.job.total_tokens <= 6_000
    calls = len(endpoint.asked)
    town.orchestrator.scheduling.edit(job_id, JobEdit(token_budget=6_001))
    town.work(job_id)
    assert town.job(job_id).waiting.reason == "budget"
    assert len(endpoint.asked) == calls

    town.orchestrator.scheduling.edit(job_id, JobEdit(clear_token_budget=True))
    town.work(job_id)
    view = town.job(job_id)
    assert (view.job.creator_status, view.job.token_budget) == ("completed", None)
    assert view.job.total_tokens == 2_500 * len(endpoint.asked)
    parts = town.rows("SELECT part, attempt FROM steps WHERE job_id = :id AND kind = 'extract'", id=job_id)
    assert len(endpoint.asked) == len(parts), "what was done is not asked again"


def test_a_dry_run_tells_parts_tokens_and_costs_and_asks_nobody(make_town: Callable[..., Any], endpoint: Any) -> None:
    town = make_town(llm_prompt_price=2.0, llm_completion_price=10.0)
    job_id = town.submit(engine=None, dry_run=True, deduplicate=True)
    assert town.work(job_id) == 1
    job = town.job(job_id).job
    assert (job.status, job.engine, job.dry_run) == ("completed", "hybrid", True)
    assert job.estimate["parts"] == job.estimate["requests"] == 1
    assert job.estimate["total_tokens"] == job.estimate["prompt_tokens"] + job.estimate["completion_tokens"] > 700
    costs = job.estimate["prompt_tokens"] * 2e-6 + job.estimate["completion_tokens"] * 1e-5
    assert job.estimate["cost"] == pytest.approx(costs, abs=1e-6)
    assert endpoint.asked == []
    assert town.rows("SELECT kind FROM steps WHERE job_id = :id", id=job_id) == [("read",)]
    rules = town.submit(engine="rules", dry_run=True)
    town.work(rules)
    assert (town.job(rules).job.estimate["total_tokens"], town.job(rules).job.estimate["cost"]) == (0, 0.0)


def test_without_an_endpoint_only_rules_can_be_chosen(make_town: Callable[..., Any]) -> None:
    town = make_town(llm_base_url="")
    assert town.job(town.submit(engine=None)).job.engine == "rules"
    with pytest.raises(Invalid, match="LLM_BASE_URL") as refused:
        town.submit(engine="llm")
    assert refused.value.code == "no_language_model"


def test_an_answer_is_paid_for_once_however_often_its_step_is_repeated(town: Any, endpoint: Any, llm: Any) -> None:
    def paid_and_lost(body: dict[str, Any]) -> Any:
        """The worker holds the step no more when the answer comes."""
        town.rows(
            "UPDATE steps SET state = 'pending', epoch = epoch + 1, lease_owner = NULL, lease_until = NULL "
            "WHERE kind = 'extract'"
        )
        return llm.good(body, extra="\u0000\ud800")

    endpoint.script = [paid_and_lost, lambda body: llm.error(500, "Nobody asks twice.")]
    job_id = town.submit()
    step = run_until(town, job_id, "extract")
    assert (step.state, town.found(job_id)) == ("pending", [])
    town.work(job_id)
    assert len(town.found(job_id)) == 3
    assert (len(endpoint.asked), town.job(job_id).job.total_requests) == (1, 1)
    assert town.rows("SELECT answer -> 'cut_off' FROM llm_requests") == [(False,)]

    town.work(job_id, queue="validator")
    assert town.job(job_id).job.status == "completed"
    assert town.rows("SELECT answer FROM llm_requests") == [(None,)], "nobody needs it any more"


@pytest.mark.parametrize("status", [200, 400, 503])
def test_whatever_an_endpoint_says_is_borne(town: Any, endpoint: Any, llm: Any, status: int) -> None:
    deep = (status, {"Content-Type": "application/json"}, b"[" * 200_000)
    strange = llm.error(status, "\u0000 no \ud800 answer")
    thinks = llm.completion("<think>" * 200_000, refusal="\u0000\ud800" if status == 400 else None)
    for reply in (deep, strange, thinks):
        endpoint.script = [lambda body, reply=reply: reply]
        town.rows("DELETE FROM llm_endpoints")
        job_id = town.submit(engine="hybrid", deduplicate=False)
        town.wait(lambda job_id=job_id: town.work(job_id) and town.found(job_id))
        assert [row.reasons[-1] for row in town.found(job_id)] == ["rules.fallback"] * 2


def test_a_call_that_is_given_up_frees_its_slot_and_is_counted(make_town: Callable[..., Any], endpoint: Any) -> None:
    town = make_town()
    endpoint.script = [lambda body: None]
    job_id = town.submit()
    step = ClaimedStep(1, 1, "me", StepKind.EXTRACT, "0001", job_id, {}, 1, 0, True, "t")

    def interrupt() -> None:
        town.wait(lambda: endpoint.asked)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    class Stops(Model):
        """Its worker stops in the middle of the call."""

        def _require_endpoint(self) -> None:
            threading.Thread(target=interrupt).start()

    with pytest.raises(KeyboardInterrupt):
        Stops(town.orchestrator, step, endpoint.url).ask(
            "extract", [{"role": "user", "content": "x" * 300}], 100, SCHEMA
        )
    assert town.rows("SELECT 1 FROM llm_slots WHERE until IS NOT NULL") == []
    (call,) = town.rows("SELECT * FROM llm_requests")
    assert (call.prompt_tokens, call.estimated) == (400, True)
    (known,) = town.rows("SELECT breaker_failures FROM llm_endpoints")
    assert known.breaker_failures == 0
