"""Versions of what users change: a change names the one it was made on."""

from __future__ import annotations

from orchestrator.errors import StaleVersion

NO_VERSION = 0
"""Equal to none: versions begin at 1."""


def require_version(actual: int, wanted: int | None, what: str) -> None:
    """See that a row is still the one that its caller has seen; call it with the row locked.

    Args:
        actual: the row's version now.
        wanted: the version the caller names; None: any.
        what: the row in words, e.g. `job 123e4567-e89b-42d3-a456-426614174000`.

    Raises:
        StaleVersion: it is another one.
    """
    if wanted not in (None, actual):
        raise StaleVersion(
            f"There is another version of {what} now ({actual}). Read it again and repeat what still holds.",
            details={"version": actual},
        )
