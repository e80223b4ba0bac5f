"""SQL that finds steps by their state through the index of each state, however many other steps there are."""

from __future__ import annotations


def steps_in(columns: str, *states: str) -> str:
    """A subquery for FROM with these columns of all steps in these states.

    `state IN (...)` instead of it reads the whole table: the indexes hold one state each.

    Args:
        columns: SQL of the program's own.
        states: of steps.
    """
    looks = (f"SELECT {columns} FROM steps WHERE state = '{state}'" for state in states)  # noqa: S608 - constants
    return f"({' UNION ALL '.join(looks)})"


OWNERS_UNDER_WAY = f"(SELECT owner FROM {steps_in('owner, blocking', 'running', 'dispatched')} s WHERE blocking)"  # noqa: S608
"""A subquery for FROM: the owner of each step that counts towards its owner's limit."""
