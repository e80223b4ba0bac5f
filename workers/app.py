"""The Celery application. Start it as `orchestrator worker`, which sets what must be set before Celery is imported."""

from __future__ import annotations

from celery import Celery

app = Celery("orchestrator")
app.config_from_object("celeryconfig", force=True)
app.conf.imports = (
    "workers.signals",
    "workers.creator.tasks",
    "workers.validator.tasks",
    "workers.maintenance.tasks",
)
