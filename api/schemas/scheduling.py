"""When a job begins, its place in the queue, and what may be changed of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, post_load, validate, validates_schema

from api.schemas.fields import Identifier, JsonObject, Moment, Name, Text, Whole
from orchestrator.domain.dependency import MOST_DAYS_AHEAD, MOST_PARENTS, OnParentFailure
from orchestrator.domain.edit import JobEdit
from orchestrator.domain.submission import MOST_TOKENS, TAG_CHARACTERS, TAGS


class RunAt(Moment):
    """A time to begin at, at most a year ahead; one that has passed means at once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.load_default = missing

    def _deserialize(self, *args: Any, **kwargs: Any) -> datetime:
        found = super()._deserialize(*args, **kwargs)
        if found > datetime.now(UTC) + timedelta(days=MOST_DAYS_AHEAD):
            raise ValidationError(f"Lies more than {MOST_DAYS_AHEAD} days ahead.")
        return found


class Parents(fields.List[Any]):
    """Ids of jobs, each once."""

    def __init__(self, **kwargs: Any) -> None:
        said = {"description": "Ids of jobs of the same owner that must complete first"}
        super().__init__(Identifier(), validate=validate.Length(max=MOST_PARENTS), metadata=said, **kwargs)

    def _deserialize(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(dict.fromkeys(super()._deserialize(*args, **kwargs)))


def parent_failure(**kwargs: Any) -> Text:
    """What becomes of a job where one that it depends on fails or is cancelled."""
    said = "Where such a job fails or is cancelled: wait on for its retry, be cancelled as well, or take it as ended"
    return Text(validate=validate.OneOf(list(OnParentFailure)), metadata={"description": said}, **kwargs)


def token_budget(**kwargs: Any) -> Whole:
    """Tokens that a job may use."""
    return Whole(validate=validate.Range(1, MOST_TOKENS), **kwargs)


class JobEditSchema(Schema):
    """What PATCH /jobs/{id} changes; what is left out stays."""

    priority = Whole(validate=validate.Range(0, 9))
    context = JsonObject(metadata={"description": "Takes the place of the whole context"})
    tags = fields.List(Name(validate=validate.Length(1, TAG_CHARACTERS)), validate=validate.Length(max=TAGS))
    token_budget = token_budget(
        allow_none=True, metadata={"description": "Tokens that models may use for it; what waits for more goes on"}
    )
    run_at = RunAt(allow_none=True, metadata={"description": "Until the job has begun; null: at once"})
    depends_on = Parents()
    on_parent_failure = parent_failure()

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Name at least one field to change.")

    @post_load
    def _edit(self, data: dict[str, Any], **_: Any) -> JobEdit:
        lists: dict[str, Any] = {name: tuple(data[name]) for name in ("tags", "depends_on") if name in data}
        cleared = {f"clear_{name}": data.get(name, False) is None for name in ("run_at", "token_budget")}
        return JobEdit(**(data | lists | cleared))
