"""The Celery application. Start it as `orchestrator worker`, which sets what must be set before Celery is imported."""

from __future__ import annotations

from celery import Celery

from workers import acknowledging

acknowledging.install()
app = Celery("orchestrator")
app.config_from_object("celeryconfig", force=True)


def take_on(kind: str) -> None:
    """Load the tasks of one kind of worker; the others' libraries stay out of its memory."""
    app.conf.imports = ("workers.signals", f"workers.{kind}.tasks")
