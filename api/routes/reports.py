"""/jobs/{id}/report and /pack: the result for people, for programs and for auditors."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response, request

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.schemas.reports import ReportPendingSchema, ReportQuery
from orchestrator.domain.access import Role
from orchestrator.domain.report import FORMATS, PACK
from orchestrator.report_formats.page import policy
from orchestrator.services.reporter import ReportAnswer, StoredReport

TYPES = {media_type.split(";")[0]: name for name, media_type in FORMATS.items()}
SHOWN = ("text", "json", "html")
"""What a browser shows; the others it stores."""

blp = Resource("reports", __name__, description="The stored report of a job that has ended, and its audit pack.")

_BINARY = {"type": "string", "format": "binary"}


@blp.get("/jobs/<job_id>/report")
@requires(Role.VIEWER)
@blp.takes(ReportQuery, "query")
@blp.also(200, content_type="text/plain", schema={"type": "string"}, description="The report")
@blp.answers(202, ReportPendingSchema)
def show(query: dict[str, Any], job_id: str) -> Any:
    """Give the report of a job; 202 while there is none yet. Formats but text and json are made when asked for."""
    name = query["format"] or TYPES.get(request.accept_mimetypes.best_match(list(TYPES)) or "", "text")
    return _answer(services().reporter.stored(job_id_of(job_id), name), inline=name in SHOWN)


@blp.get("/jobs/<job_id>/pack")
@requires(Role.VIEWER)
@blp.also(200, content_type="application/zip", schema=_BINARY, description="The audit pack")
@blp.answers(202, ReportPendingSchema)
def pack(job_id: str) -> Any:
    """Give the audit pack of a job: all formats, the document, the evidence; 202 while it is being made."""
    return _answer(services().reporter.stored(job_id_of(job_id), PACK), inline=False)


def _answer(found: ReportAnswer, *, inline: bool) -> Any:
    if found.report is not None:
        return _file(found.report, inline=inline)
    detail = f"The job is {found.job_status}; its report is not made yet. Ask again in a moment."
    pending = {"status": "pending", "job_status": found.job_status, "percent": found.percent, "detail": detail}
    return pending, {"Location": request.full_path.rstrip("?")}


def _file(stored: StoredReport, *, inline: bool) -> Response:
    answer = Response(stored.chunks if request.method == "GET" else None, content_type=stored.media_type)
    answer.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=stored.file_name)
    answer.headers["Content-Security-Policy"] = f"{policy()}; frame-ancestors 'none'; sandbox"
    answer.vary.add("Accept")
    if stored.sha256 is not None and stored.size_bytes is not None:
        answer.set_etag(stored.sha256)
        digest = base64.b64encode(bytes.fromhex(stored.sha256)).decode()
        answer.headers["Repr-Digest"] = f"sha-256=:{digest}:"
        answer.content_length = stored.size_bytes
    return answer
