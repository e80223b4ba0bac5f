"""/documents: bytes once, for later jobs."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import services
from api.schemas.documents import DocumentSchema, UploadSchema
from orchestrator.domain.access import Role
from orchestrator.domain.submission import Upload

blp = Resource("documents", __name__, description="Documents, stored once per content.")


@blp.post("/documents")
@requires(Role.OPERATOR)
@blp.takes(UploadSchema, "upload")
@blp.answers(201, DocumentSchema)
def store(fields: dict[str, Any]) -> Any:
    """Store a document; the same bytes give the same id."""
    file = fields["document"]
    upload = Upload(file.filename, file.stream.read(), file.mimetype or None)
    document, media_type = services().job_manager.store_document(upload)
    facts = {name: getattr(document, name) for name in ("id", "sha256", "size_bytes")}
    return facts | {"file_name": upload.file_name, "media_type": media_type}
