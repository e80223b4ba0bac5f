"""/audit: who did what, and whether the log is as it was written."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import services
from api.paging import shown
from api.schemas.audit import AuditPageSchema, AuditQuery, AuditVerifyQuery, VerifiedSchema
from orchestrator.domain.access import Role

blp = Resource("audit", __name__, description="Who did what, and who was refused.")


@blp.get("/audit")
@requires(Role.ADMIN)
@blp.takes(AuditQuery, "query")
@blp.answers(200, AuditPageSchema)
def index(query: dict[str, Any]) -> Any:
    """List calls that changed something or were refused, the newest first."""
    return shown(services().audit.list(query["wanted"], query["paging"]))


@blp.get("/audit/verify")
@requires(Role.ADMIN)
@blp.takes(AuditVerifyQuery, "query")
@blp.answers(200, VerifiedSchema)
def verify(query: dict[str, Any]) -> Any:
    """Check a part of the chain over the log; `faults` names rows that were changed or are missing."""
    return services().audit.verify(query["after"], query["limit"], query["head"])
