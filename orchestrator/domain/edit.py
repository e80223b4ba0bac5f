"""What a user may change of a job, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JobEdit:
    """New values; None leaves what is there. `run_at` and `token_budget` are emptied by `clear_...`.

    `context` and `tags` change at any time, `priority` and `token_budget` while the job goes on, the others until it
    has begun.
    """

    priority: int | None = None
    context: Mapping[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    token_budget: int | None = None
    run_at: datetime | None = None
    depends_on: tuple[UUID, ...] | None = None
    on_parent_failure: str | None = None
    clear_run_at: bool = False
    clear_token_budget: bool = False

    @property
    def named(self) -> list[str]:
        """The fields that it changes."""
        names = [item.name for item in fields(self) if not item.name.startswith("clear_")]
        cleared = [name for name in ("run_at", "token_budget") if getattr(self, f"clear_{name}")]
        return [*(name for name in names if getattr(self, name) is not None), *cleared]

    @property
    def start(self) -> bool:
        """Whether it changes when the job begins."""
        return bool({"run_at", "depends_on", "on_parent_failure"}.intersection(self.named))
