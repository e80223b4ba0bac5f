"""What recovery did: when it last looked, what it last found, and how much since the beginning. One row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_NOTE = text(
    """
    UPDATE recovery_log
    SET recovered_at = clock_timestamp(), last_expired = :expired, last_lost = :lost, last_timed_out = :timed_out,
        expired = expired + :expired, lost = lost + :lost, timed_out = timed_out + :timed_out
    """
)
_READ = text("SELECT * FROM recovery_log")


def note(session: Session, found: Mapping[str, int]) -> None:
    """Note what was recovered: {expired, lost, timed_out}."""
    session.execute(_NOTE, dict(found))


def read(session: Session) -> Row[Any] | None:
    """The one row; None where nobody has looked yet."""
    return session.execute(_READ).one_or_none()
