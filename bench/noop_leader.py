"""The leader as `orchestrator beat` runs it, with or without logs and metrics. See observability.py."""

# ruff: noqa: E402 - hooks are taken out before the others are imported
from __future__ import annotations

from unobserved import observe_or_not

observe_or_not("beat")

from workers.app import app

app.Beat(loglevel="INFO", redirect_stdouts=False, quiet=True).run()
