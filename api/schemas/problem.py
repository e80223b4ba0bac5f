"""The answer to a request that failed."""

from __future__ import annotations

from marshmallow import Schema, fields


class FaultSchema(Schema):
    """One fault: where, and what is wrong there."""

    pointer = fields.String(metadata={"description": "JSON pointer into the body"})
    parameter = fields.String(metadata={"description": "Name in the query or the path"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; for programs"})
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))
    details = fields.Dict(metadata={"description": "Facts about the failure"})
