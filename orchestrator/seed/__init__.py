"""What an empty installation may start with: a domain model and a finished sample job. Data, and how to read it.

domain-model.json and service-agreement.md are copies from samples/; sample-job.json is a real run over them. All three
are written by scripts/record_sample_job.py.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def domain_model() -> str:
    """The domain model, as `orchestrator graph load` takes it."""
    return _file("domain-model.json").decode()


def sample_document() -> bytes:
    """The document of the sample job."""
    return _file("service-agreement.md")


def sample_job() -> dict[str, Any]:
    """The sample job, as `storage.recorded_jobs.put` takes it, and what it says of the graph."""
    content: dict[str, Any] = json.loads(_file("sample-job.json"))
    return content


def _file(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes()
