"""The audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from orchestrator.client.answers.identity import AuditEntry, Verified
from orchestrator.client.resource import Resource


class AuditLog(Resource):
    """The calls of `/audit`; they need an admin's key."""

    def audit_entries(self, wanted: Mapping[str, str], limit: int | None = None) -> Iterator[AuditEntry]:
        """Rows, the newest first. `wanted` are the filters of GET /audit."""
        return self._items("/audit", wanted, limit)

    def verify_audit(self, head: str | None = None) -> Verified:
        """Check the whole chain, part by part.

        Args:
            head: POSITION:HASH of an earlier end, which must still be there.
        """
        checked, after, faults = 0, 0, []
        while True:
            query = {"after": after} | ({"head": head} if head else {})
            part = cast(Verified, self._get("/audit/verify", query))
            checked += part["checked"]
            after = part["after"]
            faults += part["faults"]
            if part["complete"]:
                return part | {"checked": checked, "faults": faults}
