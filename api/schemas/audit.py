"""The audit log as it is asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.fields import Moment, Name, PageQuery
from orchestrator.domain.audit import Outcome
from orchestrator.storage.audit import AuditFilter

SHORT = validate.Length(1, 200)


class AuditQuery(PageQuery):
    """Which rows are wanted."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
    actor = Name(load_default=None, validate=SHORT)
    key_id = Name(load_default=None, validate=SHORT)
    outcome = Name(load_default=None, validate=validate.OneOf(list(map(str, Outcome))))
    method = Name(load_default=None, validate=validate.Length(1, 20))
    target = Name(load_default=None, validate=validate.Length(1, 500), metadata={"description": "how the path begins"})
    request_id = Name(load_default=None, validate=SHORT)
    created_after = Moment()
    created_before = Moment()

    @post_load
    def _wanted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        names = [name for name in AuditFilter.__dataclass_fields__ if name in data]
        return {"wanted": AuditFilter(**{name: data.pop(name) for name in names})} | data


class ChangeSchema(Schema):
    """What of one thing was changed: the fields that matter before and after."""

    kind = fields.String()
    id = fields.String()
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)


class AuditEntrySchema(Schema):
    """A call that changed something or was refused; `number` equal refusals make one row."""

    id = fields.Integer()
    at = fields.DateTime()
    actor = fields.String(allow_none=True, metadata={"description": "null: nobody who showed a valid key"})
    role = fields.String(allow_none=True)
    key_id = fields.String(allow_none=True)
    method = fields.String()
    route = fields.String()
    target = fields.String(allow_none=True)
    outcome = fields.String(validate=validate.OneOf(list(map(str, Outcome))))
    http_status = fields.Integer(allow_none=True, metadata={"description": "null where the change's own row says done"})
    code = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    number = fields.Integer()
    changes = fields.List(fields.Nested(ChangeSchema))
    position = fields.Integer(allow_none=True, metadata={"description": "in the chain; null for the last second's"})
    hash = fields.String(allow_none=True)


class AuditPageSchema(Schema):
    """Rows, the newest first."""

    items = fields.List(fields.Nested(AuditEntrySchema))
    next_cursor = fields.String(allow_none=True)


class AuditVerifyQuery(Schema):
    """Which part of the chain to check."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**62))
    limit = fields.Integer(load_default=5_000, validate=validate.Range(1, 20_000))
    head = Name(
        load_default=None,
        validate=validate.Regexp(r"^[1-9][0-9]{0,17}:[0-9a-f]{64}$"),
        metadata={"description": "POSITION:HASH of an earlier end, which must still be there"},
    )

    @post_load
    def _head(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        position, _sign, stored = (data["head"] or "").partition(":")
        return data | {"head": (int(position), stored) if position else None}


class ChainFaultSchema(Schema):
    """What is wrong with the chain, and where."""

    position = fields.Integer()
    entry_id = fields.Integer(allow_none=True)
    detail = fields.String()


class VerifiedSchema(Schema):
    """What a look at a part of the chain found."""

    checked = fields.Integer()
    after = fields.Integer(metadata={"description": "go on from here"})
    complete = fields.Boolean(metadata={"description": "whether that was the last part"})
    head_position = fields.Integer()
    head_hash = fields.String()
    unchained = fields.Integer(metadata={"description": "rows of the last second, which are not in the chain yet"})
    faults = fields.List(fields.Nested(ChainFaultSchema))
