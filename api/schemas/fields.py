"""Fields that requests are made of. Every text of every request goes through `Text` or `JsonObject`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PureWindowsPath
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate
from webargs.fields import DelimitedFieldMixin
from werkzeug.datastructures import FileStorage

from orchestrator.domain.stuck import MINUTES
from orchestrator.domain.submission import CONTEXT_BYTES, CONTEXT_DEPTH, FILE_NAME_CHARACTERS, TEXT_CHARACTERS
from orchestrator.domain.text import depth_of, fault_of, texts_of
from orchestrator.storage.paging import Paging

CURSOR_CHARACTERS = 1_000
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


visible = validate.Regexp(r"(?s).*\S", error="Must not be blank.")
"""Of a `Text`: it is more than white space."""
BLANK = r"\s\x1c-\x1f\x85"
"""White space in a class of a regular expression, as Python has it: that of JSON Schema (ECMA-262) lacks five."""


class Text(fields.String):
    """A text without NUL and lone surrogates, and described so."""

    REFUSED = r"\x00"
    """Characters, as they stand in a class of a regular expression."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        any_text = rf"[^{self.REFUSED}]*"
        if visible in self.validators:
            self.metadata = {"pattern": rf"^{any_text}[^{BLANK}{self.REFUSED}]{any_text}$", **self.metadata}
        elif not any(isinstance(each, validate.OneOf | validate.Regexp) for each in self.validators):
            self.metadata = {"pattern": f"^{any_text}$", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if fault := fault_of(text):
            raise ValidationError(f"The text {fault}.")
        return text


class Name(Text):
    """A name in one line: a text without control characters."""

    REFUSED = r"\x00-\x1f\x7f-\x9f"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if any(unicodedata.category(character) == "Cc" for character in text):
            raise ValidationError("The text contains a control character; remove it.")
        return text


class FileName(Name):
    """The last part of a path: it names the file in answers and is never used as a path."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=FILE_NAME_CHARACTERS), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return PureWindowsPath(super()._deserialize(value, attr, data, **kwargs)).name


class Whole(fields.Integer):
    """A whole number in JSON: 3 and 3.0 are the same one, "3" is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return super()._validated(whole)


class Flag(fields.Boolean):
    """True or false, of which a number is neither; a form has them as texts."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Identifier(fields.UUID):
    """A UUID in its usual form of 36 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise ValidationError("Not a UUID such as 123e4567-e89b-42d3-a456-426614174000.")
        return super()._deserialize(value, attr, data, **kwargs)


class CommaList(DelimitedFieldMixin, fields.List[str]):
    """Values in one query parameter, separated by commas, each one of a few words; without words, any short names."""

    def __init__(self, *choices: str, most: int | None = None, said: str | None = None) -> None:
        item = Text(validate=validate.OneOf(choices)) if choices else Name(validate=validate.Length(1, 64))
        bound = validate.Length(max=most) if most else None
        super().__init__(item, load_default=(), validate=bound, metadata={"description": said} if said else {})


class Moment(fields.AwareDateTime):
    """A time in RFC 3339, or a day; without an offset it is UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, load_default=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            found: datetime = super()._deserialize(value, attr, data, **kwargs)
            return found.astimezone(UTC)
        except (ValidationError, OverflowError) as error:
            said = "Not a time such as 2026-03-01T12:00:00Z or a day such as 2026-03-01."
            raise ValidationError(said) from error


class Minutes(fields.Float):
    """A threshold in minutes, from a moment to a week."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=None, validate=validate.Range(*MINUTES), **kwargs)


class JsonObject(fields.Dict):
    """A JSON object that can be stored: bounded in size and depth, every text of it checked.

    `text` may be long where `long_text` says so: it is checked by the service that knows what becomes of it.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("Not a JSON object.")
        if depth_of(value) > CONTEXT_DEPTH:
            raise ValidationError(f"Nested more than {CONTEXT_DEPTH} levels deep.")
        if fault := next(filter(None, map(fault_of, texts_of(value))), None):
            raise ValidationError(f"A text in it {fault}.")
        if not isinstance(value.get("text", ""), str):
            raise ValidationError({"text": ["Not a text."]})
        _check_size(value, has_document=bool(data and (data.get("document") or data.get("document_id"))))
        return value


def _check_size(value: dict[str, Any], *, has_document: bool) -> None:
    """Without a document, `text` becomes the document and has a limit of its own."""
    counted = value if has_document else {key: item for key, item in value.items() if key != "text"}
    if len(json.dumps(counted, ensure_ascii=False).encode()) > CONTEXT_BYTES:
        raise ValidationError(f"Larger than {CONTEXT_BYTES:,} bytes.")
    if len(value.get("text", "")) > TEXT_CHARACTERS:
        raise ValidationError({"text": [f"Longer than {TEXT_CHARACTERS:,} characters; send it as a document."]})


class File(fields.Field[FileStorage]):
    """A file part of a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise ValidationError("Not a file: send multipart/form-data with a file part of this name.")
        value.filename = FileName().deserialize(value.filename or "", attr, data)
        return value


class PageQuery(Schema):
    """Where a page starts and how long it is. Subclasses set their own limit."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = Text(load_default=None, validate=validate.Length(1, CURSOR_CHARACTERS))

    @post_load
    def _paging(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"paging": Paging(data.pop("limit"), data.pop("cursor"))}
