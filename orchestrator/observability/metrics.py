"""What a process counts and times of its own work. What the database knows is in `services.figures`.

Every label is from a closed set: a kind, a queue, a route's rule, never an id. Every metric has a label, so that it
takes its first value only after `sharing.share` has chosen where the values are kept.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from sqlalchemy import Engine, event

from orchestrator.domain.step import StepKind

disable_created_metrics()

PREFIX = "orchestrator_"
UNMATCHED = "unmatched"
"""The rule of a request that no route is for."""

LOCAL = CollectorRegistry()
"""What this process alone has counted, where it shares with no other."""

_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)


def _histogram(name: str, said: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
    return Histogram(PREFIX + name, said, labels, buckets=buckets, registry=LOCAL)


def _counter(name: str, said: str, labels: tuple[str, ...]) -> Counter:
    return Counter(PREFIX + name, said, labels, registry=LOCAL)


HTTP_DURATION = _histogram(
    "http_request_duration_seconds",
    "Requests by method, rule of the route and status, and how long they took until their answer began.",
    ("method", "rule", "status"),
    _FAST,
)
STEP_DURATION = _histogram(
    "step_duration_seconds",
    "Attempts at steps by kind and outcome (done, failed, fenced, released), and how long they took.",
    ("kind", "outcome"),
    _SLOW,
)
STEP_WAIT = _histogram(
    "step_wait_seconds", "From a step's insertion to the start of its first attempt.", ("queue",), _SLOW
)
STEP_RETRIES = _counter(
    "step_retries_total", "Steps that are tried again, by class of the error.", ("kind", "error_class")
)
STEPS_DEAD = _counter("steps_dead_total", "Steps that were given up.", ("kind",))
FENCED_WRITES = _counter("fenced_writes_total", "Results dropped because their step had moved on.", ("kind",))
DUPLICATE_MESSAGES = _counter(
    "duplicate_messages_total", "Messages late or repeated: their step had moved on, or its job had ended.", ("agent",)
)
DISPATCHER_TICK = _histogram(
    "dispatcher_tick_seconds",
    "The leader's turns: with recovery, once a tick; or of the queues that a notification named.",
    ("cause",),
    (0.001, 0.0025, *_FAST),
)
POOL_IN_USE = Gauge(
    PREFIX + "pool_connections_in_use",
    "Connections to the database that are taken from the pool now.",
    ("service",),
    multiprocess_mode="livesum",
    registry=LOCAL,
)
LLM_DURATION = _histogram(
    "llm_request_duration_seconds",
    "Calls of a language model by agent, model and outcome.",
    ("agent", "model", "outcome"),
    (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0),
)
LLM_TOKENS = _counter(
    "llm_tokens_total", "Tokens sent to (prompt) and taken from (completion) a model.", ("agent", "model", "direction")
)


def note_llm_call(agent: str, model: str, outcome: str, seconds: float, prompt: int = 0, completion: int = 0) -> None:
    """Count one call of a language model.

    Args:
        agent: the kind of agent that made it.
        model: as configured, never as answered.
        outcome: ok, busy, given_up, failed or refused.
        seconds: until the whole answer was there.
        prompt, completion: tokens.
    """
    LLM_DURATION.labels(agent, model, outcome).observe(seconds)
    LLM_TOKENS.labels(agent, model, "prompt").inc(prompt)
    LLM_TOKENS.labels(agent, model, "completion").inc(completion)


def begin_at_zero() -> None:
    """Let the counter that an alert watches be there before it counts: from nothing to 1 is no increase."""
    for kind in StepKind:
        STEPS_DEAD.labels(kind.value)


def watch_pool(engine: Engine, service: str) -> None:
    """Count the connections that are out of this engine's pool. Call it after the last fork."""
    in_use = POOL_IN_USE.labels(service)
    in_use.set(0)
    event.listen(engine, "checkout", lambda *_: in_use.inc())
    event.listen(engine, "checkin", lambda *_: in_use.dec())
