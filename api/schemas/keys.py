"""Keys as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.fields import Moment, Name, PageQuery, Whole
from orchestrator.domain.access import Role
from orchestrator.services.keys import MOST_OVERLAP_S, NewKey

NAME = validate.Length(1, 100)
DAY_S = 86_400


class NewKeySchema(Schema):
    """A key that is wanted."""

    name = Name(required=True, validate=NAME, metadata={"description": "what it is for"})
    owner = Name(
        load_default=None, validate=NAME, metadata={"description": "whose jobs it submits; its name where left out"}
    )
    role = Name(required=True, validate=validate.OneOf(list(map(str, Role))))
    expires_at = Moment(metadata={"description": "without it the key has no end"})

    @post_load
    def _wanted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        owner = data["owner"] or data["name"]
        return {"wanted": NewKey(data["name"], owner, Role(data["role"]), data["expires_at"])}


class RotationSchema(Schema):
    """How a key is rotated."""

    overlap_s = Whole(
        load_default=DAY_S,
        validate=validate.Range(0, MOST_OVERLAP_S),
        metadata={"description": "how long the old secret works as well"},
    )
    expires_at = Moment(metadata={"description": "the key's new end; without it the one it has stays"})


class KeyQuery(PageQuery):
    """A page of keys."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class KeySchema(Schema):
    """A key without its secret."""

    id = fields.String(attribute="row.id", metadata={"description": "the part after ro_<env>_"})
    name = fields.String(attribute="row.name")
    owner = fields.String(attribute="row.owner")
    role = fields.String(attribute="row.role", validate=validate.OneOf(list(map(str, Role))))
    state = fields.String(validate=validate.OneOf(["valid", "expired", "revoked"]))
    created_at = fields.DateTime(attribute="row.created_at")
    created_by = fields.String(attribute="row.created_by", allow_none=True)
    expires_at = fields.DateTime(attribute="row.expires_at", allow_none=True)
    revoked_at = fields.DateTime(attribute="row.revoked_at", allow_none=True)
    last_used_at = fields.DateTime(
        attribute="row.last_used_at", allow_none=True, metadata={"description": "to the minute"}
    )
    previous_until = fields.DateTime(
        attribute="row.previous_until",
        allow_none=True,
        metadata={"description": "until when the secret before the last rotation works"},
    )


class MadeKeySchema(KeySchema):
    """A key with its plain text, which is shown this one time."""

    key = fields.String(metadata={"description": "keep it: it cannot be shown again"})


class KeyPageSchema(Schema):
    """Keys, the newest first."""

    items = fields.List(fields.Nested(KeySchema))
    next_cursor = fields.String(allow_none=True)


class VerifyQuery(Schema):
    """What the caller must be allowed."""

    role = Name(load_default=str(Role.VIEWER), validate=validate.OneOf(list(map(str, Role))))


class CallerSchema(Schema):
    """Who calls."""

    owner = fields.String()
    role = fields.String()
    key_id = fields.String()
