"""What a user may change of a job, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JobEdit:
    """New values; None leaves what is there. `run_at` and `depends_on` may be emptied: by `clear`.

    `context` and `tags` change at any time, `priority` while the job goes on, the others until it has begun.
    """

    priority: int | None = None
    context: Mapping[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    run_at: datetime | None = None
    depends_on: tuple[UUID, ...] | None = None
    on_parent_failure: str | None = None
    clear_run_at: bool = False

    @property
    def named(self) -> list[str]:
        """The fields that it changes."""
        changed = [
            item.name for item in fields(self) if item.name != "clear_run_at" and getattr(self, item.name) is not None
        ]
        return [*changed, *(["run_at"] if self.clear_run_at else [])]

    @property
    def start(self) -> bool:
        """Whether it changes when the job begins."""
        return bool({"run_at", "depends_on", "on_parent_failure"}.intersection(self.named))
