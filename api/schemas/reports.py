"""Reports: which format, and the answer before there is one."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import Text
from orchestrator.domain.report import FORMATS


class ReportQuery(Schema):
    """In which format."""

    format = Text(
        load_default=None,
        validate=validate.OneOf(list(FORMATS)),
        metadata={"description": "Else by the Accept header, else text"},
    )


class ReportPendingSchema(Schema):
    """There is no report yet: the job runs, or its report is being made."""

    status = fields.String()
    job_status = fields.String()
    percent = fields.Integer()
    detail = fields.String()
