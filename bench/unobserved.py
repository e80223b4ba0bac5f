"""Takes logs' and metrics' hooks out of a process, for comparison. Call it before anything else is imported."""

from __future__ import annotations

import os
from typing import Any


class _Nothing:
    """A metric that counts nothing."""

    def labels(self, *_: Any) -> _Nothing:
        return self

    def inc(self, *_: Any) -> None:
        return None

    dec = set = observe = inc

    def time(self) -> _Nothing:
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def observe_or_not(service: str) -> None:
    """Log and count as the service does; nothing of it where BENCH_UNOBSERVED is set."""
    from orchestrator.config import load
    from orchestrator.observability import metrics, sharing, statements
    from orchestrator.observability.logging import configure

    settings = load()
    configure(settings, service=service)
    if not os.environ.get("BENCH_UNOBSERVED"):
        sharing.share(settings.metrics_dir)
        return
    statements.watch = lambda *_: None  # type: ignore[assignment]
    for name in [name for name in vars(metrics) if name.isupper() and hasattr(getattr(metrics, name), "labels")]:
        setattr(metrics, name, _Nothing())
