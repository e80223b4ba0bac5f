"""Language models' endpoints, their slots and the calls made: fixed SQL, no commits.

Whoever looks at an endpoint to call it or to say how a call went holds the lock of its row, so that all processes
together keep to its limits. Such a transaction takes no other lock before that one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_ENSURE = text("INSERT INTO llm_endpoints (url, model) VALUES (:url, :model) ON CONFLICT DO NOTHING")
_LOCK = text("SELECT e.*, clock_timestamp() AS now FROM llm_endpoints e WHERE url = :url AND model = :model FOR UPDATE")
_BUDGET = text(
    """
    SELECT j.token_budget, j.total_tokens,
           (SELECT coalesce(sum(reserved), 0) FROM llm_slots WHERE job_id = j.id AND until > now()) AS reserved
    FROM jobs j WHERE j.id = :job_id
    """
)
_ADD_SLOTS = text(
    """
    INSERT INTO llm_slots (url, model, number) SELECT :url, :model, n FROM generate_series(1, :slots) n
    ON CONFLICT DO NOTHING
    """
)
_TAKE_SLOT = text(
    """
    UPDATE llm_slots SET token = token + 1, until = now() + make_interval(secs => :lease), job_id = :job_id,
        reserved = :reserved
    WHERE (url, model, number) = (
        SELECT url, model, number FROM llm_slots
        WHERE url = :url AND model = :model AND number <= :slots AND (until IS NULL OR until < now())
        ORDER BY number LIMIT 1)
      AND (SELECT count(*) FROM llm_slots WHERE url = :url AND model = :model AND until >= now()) < :slots
    RETURNING number, token
    """
)
_TAKE_PROBE = text(
    """
    UPDATE llm_endpoints SET probe_token = probe_token + 1, probe_until = now() + make_interval(secs => :lease),
        breaker_state = CASE breaker_state WHEN 'open' THEN 'half_open' ELSE breaker_state END
    WHERE url = :url AND model = :model
    """
)
_FREE_SLOT = text(
    """
    UPDATE llm_slots SET until = NULL, job_id = NULL, reserved = 0
    WHERE url = :url AND model = :model AND number = :number AND token = :token
    """
)
_SETTLE = text(
    """
    UPDATE llm_endpoints SET breaker_state = :state, breaker_failures = :failures, last_error = :error,
        breaker_open_until = now() + make_interval(secs => CAST(:open_s AS double precision)),
        failing_since = CASE WHEN :failures = 0 THEN NULL ELSE coalesce(failing_since, now()) END,
        probe_until = CASE WHEN :probe THEN NULL ELSE probe_until END
    WHERE url = :url AND model = :model
    """
)
_PAUSE = text(
    """
    UPDATE llm_endpoints SET last_error = :error, probe_until = CASE WHEN :probe THEN NULL ELSE probe_until END,
        paused_until = greatest(paused_until, now() + make_interval(secs => :pause_s))
    WHERE url = :url AND model = :model
    """
)
_DIALECT = text("UPDATE llm_endpoints SET dialect = CAST(:dialect AS jsonb) WHERE url = :url AND model = :model")
_KNOWN_DIALECT = text("SELECT dialect FROM llm_endpoints WHERE url = :url AND model = :model")
_ADD_REQUEST = text(
    """
    WITH counted AS (
        UPDATE jobs SET total_tokens = total_tokens + :prompt_tokens + :completion_tokens,
                        total_requests = total_requests + 1
        WHERE id = :job_id RETURNING id, completed_at IS NULL AS live
    )
    INSERT INTO llm_requests (job_id, step_id, agent, purpose, endpoint, model, prompt_tokens, completion_tokens,
                              estimated, duration_ms, http_status, error, question_sha256, answer)
    SELECT id, :step_id, :agent, :purpose, :url, :model, :prompt_tokens, :completion_tokens, :estimated, :duration_ms,
           :http_status, :error, :question_sha256,
           CASE WHEN live THEN CAST(:answer AS jsonb) END
    FROM counted
    """
)
_ANSWER = text(
    """
    SELECT answer FROM llm_requests
    WHERE job_id = :job_id AND step_id = :step_id AND question_sha256 = :question_sha256 AND answer IS NOT NULL
    ORDER BY id DESC LIMIT 1
    """
)
_DROP_ANSWERS = text("UPDATE llm_requests SET answer = NULL WHERE job_id = :job_id AND answer IS NOT NULL")
_USE = text(
    """
    SELECT agent, count(*) AS requests, sum(prompt_tokens)::bigint AS prompt_tokens,
           sum(completion_tokens)::bigint AS completion_tokens, count(error) AS errors,
           round(avg(duration_ms))::bigint AS mean_duration_ms,
           (array_agg(error ORDER BY id DESC) FILTER (WHERE error IS NOT NULL))[1] AS last_error
    FROM llm_requests WHERE job_id = :job_id GROUP BY agent
    """
)
_FAILURES = text(
    """
    SELECT count(*) FROM llm_requests r JOIN jobs j ON j.id = r.job_id
    WHERE r.job_id = :job_id AND r.step_id = :step_id AND r.error IS NOT NULL
      AND (r.http_status IS NULL OR r.http_status >= 500 OR r.http_status = 408)
      AND (j.resumed_at IS NULL OR r.created_at > j.resumed_at)
    """
)
_RELEASE_BUDGET = text(
    """
    UPDATE steps SET state = 'pending', hold = NULL, not_before = NULL, epoch = epoch + 1
    WHERE id IN (SELECT id FROM steps WHERE job_id = :job_id AND state = 'waiting' AND hold = 'budget'
                 ORDER BY id FOR UPDATE)
    RETURNING queue
    """
)

Endpoint = Mapping[str, Any]
"""{url, model}: what names a row."""


def lock_endpoint(session: Session, endpoint: Endpoint) -> Row[Any]:
    """What is known of an endpoint and the time, `now`; its row is locked, and made where there is none."""
    session.execute(_ENSURE, endpoint)
    return session.execute(_LOCK, endpoint).one()


def budget(session: Session, job_id: UUID) -> Row[Any] | None:
    """token_budget, total_tokens and what calls under way have reserved; None where the job is gone."""
    return session.execute(_BUDGET, {"job_id": job_id}).one_or_none()


def take_slot(
    session: Session, endpoint: Endpoint, slots: int, lease_s: float, job_id: UUID, reserved: int
) -> Row[Any] | None:
    """Number and token of a free slot, taken for so long at most; None where all are in use."""
    session.execute(_ADD_SLOTS, {**endpoint, "slots": slots})
    values = {**endpoint, "slots": slots, "lease": lease_s, "job_id": job_id, "reserved": reserved}
    return session.execute(_TAKE_SLOT, values).one_or_none()


def take_probe(session: Session, endpoint: Endpoint, lease_s: float) -> None:
    """Have nobody else try the endpoint meanwhile."""
    session.execute(_TAKE_PROBE, {**endpoint, "lease": lease_s})


def free_slot(session: Session, endpoint: Endpoint, number: int, token: int) -> None:
    """Give a slot back, if it is still this call's."""
    session.execute(_FREE_SLOT, {**endpoint, "number": number, "token": token})


def settle(session: Session, endpoint: Endpoint, verdict: Mapping[str, Any]) -> None:
    """Write what follows from a call: {state, failures, open_s, error, probe}."""
    session.execute(_SETTLE, {**endpoint, **verdict})


def pause(session: Session, endpoint: Endpoint, pause_s: float, error: str, *, probe: bool) -> None:
    """Have nobody call the endpoint for so long."""
    session.execute(_PAUSE, {**endpoint, "pause_s": pause_s, "error": error, "probe": probe})


def dialect(session: Session, endpoint: Endpoint) -> dict[str, Any]:
    """How the endpoint wants to be asked, as far as it is known."""
    found: dict[str, Any] | None = session.execute(_KNOWN_DIALECT, endpoint).scalar_one_or_none()
    return found or {}


def save_dialect(session: Session, endpoint: Endpoint, known: Mapping[str, Any]) -> None:
    """Remember how the endpoint wants to be asked."""
    session.execute(_ENSURE, endpoint)
    session.execute(_DIALECT, {**endpoint, "dialect": json.dumps(dict(known))})


def add_request(session: Session, endpoint: Endpoint, request: Mapping[str, Any]) -> None:
    """Note a call and count it on its job; nothing where the job is gone.

    An `answer` is {content, cut_off} or None; it is not kept where the job has ended.
    """
    answer = request.get("answer")
    kept = {"question_sha256": request.get("question_sha256"), "answer": answer and json.dumps(answer)}
    session.execute(_ADD_REQUEST, {**endpoint, **request, **kept})


def answer(session: Session, job_id: UUID, step_id: int, question_sha256: str) -> dict[str, Any] | None:
    """What was answered when the step asked the same before, {content, cut_off}; None where nothing is kept."""
    values = {"job_id": job_id, "step_id": step_id, "question_sha256": question_sha256}
    found: dict[str, Any] | None = session.execute(_ANSWER, values).scalar_one_or_none()
    return found


def drop_answers(session: Session, job_id: UUID) -> None:
    """Forget what was answered: nothing of the job will be asked again."""
    session.execute(_DROP_ANSWERS, {"job_id": job_id})


def use(session: Session, job_id: UUID) -> dict[str, dict[str, Any]]:
    """What a job asked of models, by agent.

    Returns:
        {agent: {requests, prompt_tokens, completion_tokens, errors, mean_duration_ms, last_error}}.
    """
    rows = session.execute(_USE, {"job_id": job_id}).mappings().all()
    return {row["agent"]: {name: value for name, value in row.items() if name != "agent"} for row in rows}


def failures(session: Session, job_id: UUID, step_id: int) -> int:
    """How often the endpoint failed a step since its job was last retried; what it refused does not count."""
    return int(session.execute(_FAILURES, {"job_id": job_id, "step_id": step_id}).scalar_one())


def release_budget(session: Session, job_id: UUID) -> list[str]:
    """Make the job's steps ready that wait for its budget; the caller holds the job's lock. Returns their queues."""
    return list(session.execute(_RELEASE_BUDGET, {"job_id": job_id}).scalars().all())
