"""Who may do what: roles in one order, and the caller as the rest of the house sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """From the least to the most; each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller that has shown who it is.

    Attributes:
        owner: the name that its jobs carry.
        role: what it may do.
        key_id: the public part of the key that it showed.
    """

    owner: str
    role: Role
    key_id: str
