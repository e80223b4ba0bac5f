"""What a process counts: names, units and labels that stay few."""

from __future__ import annotations

import re

from prometheus_client import Counter, Gauge, Histogram

from orchestrator.observability import metrics

# Each has a bounded set of values: members of an enum, rules of routes, statuses of HTTP, words of this code, or what
# the operator has configured (model).
CLOSED = {
    "method", "rule", "status", "kind", "outcome", "queue", "error_class", "agent", "cause", "service", "model",
    "direction",
}  # fmt: skip


def test_every_metric_has_our_prefix_a_unit_and_labels_of_closed_sets_alone() -> None:
    found = [each for each in vars(metrics).values() if isinstance(each, Counter | Gauge | Histogram)]

    assert len(found) >= 10
    for each in found:
        (family,) = each.describe()
        assert re.fullmatch(r"orchestrator_[a-z_]+", family.name)
        assert family.name.endswith(("_seconds", "_bytes", "_in_use")) or isinstance(each, Counter), family.name
        assert each._labelnames, f"{family.name} would take its first value before it is known where values are kept"
        assert set(each._labelnames) <= CLOSED


def test_a_call_of_a_model_counts_its_time_and_tokens() -> None:
    def value(name: str, **labels: str) -> float:
        return (
            metrics.LOCAL.get_sample_value(f"orchestrator_llm_{name}", {"agent": "creator", "model": "m1", **labels})
            or 0
        )

    before = value("tokens_total", direction="prompt")
    metrics.note_llm_call("creator", "m1", "ok", 0.3, prompt=120, completion=7)

    assert value("tokens_total", direction="prompt") == before + 120
    assert value("tokens_total", direction="completion") >= 7
    assert value("request_duration_seconds_count", outcome="ok") >= 1
