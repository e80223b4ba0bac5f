"""/jobs/{id}/coverage: sentences with duty words that no requirement cites."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.paging import shown
from api.schemas.coverage import CoverageQuery, CoverageSchema
from orchestrator.domain.access import Role

blp = Resource("coverage", __name__, description="What of a document's duties is cited.")


@blp.get("/jobs/<job_id>/coverage")
@requires(Role.VIEWER)
@blp.takes(CoverageQuery, "query")
@blp.answers(200, CoverageSchema)
def show(query: dict[str, Any], job_id: str) -> Any:
    """Show how many sentences with duty words are cited, and list those that are not."""
    found = services().job_contents.coverage(job_id_of(job_id), query["paging"])
    page, headers = shown(found.gaps)
    numbers = found.numbers or {}
    answer = {"job_id": found.job_id, "known": found.numbers is not None, "items": page.items}
    return answer | numbers | {"next_cursor": page.next_cursor}, headers
