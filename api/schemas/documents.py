"""Documents that are sent before the job."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.fields import File


class UploadSchema(Schema):
    """What POST /documents takes."""

    document = File(required=True, metadata={"type": "string", "format": "binary"})


class DocumentSchema(Schema):
    """A stored document; `file_name` and `media_type` are those of this upload."""

    id = fields.UUID()
    sha256 = fields.String()
    size_bytes = fields.Integer()
    file_name = fields.String()
    media_type = fields.String()
