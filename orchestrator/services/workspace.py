"""A job's directory beside the database: `<state-dir>/work/<job id>`. See docs/decisions/0008-workspace.md."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)


def directory(state_dir: Path, job_id: UUID) -> Path:
    """Where files of a job's work would lie on this machine; nothing here makes it."""
    return state_dir / "work" / str(job_id)


def remove(state_dir: Path, job_id: UUID) -> bool:
    """Delete the directory if there is one; says whether there was. What cannot be deleted is logged and left."""
    place = directory(state_dir, job_id)
    if place.is_symlink() or not place.is_dir():
        return False
    try:
        shutil.rmtree(place)
    except OSError as error:
        log.warning("workspace_not_removed", job_id=str(job_id), path=str(place), error=str(error))
        return False
    return True
