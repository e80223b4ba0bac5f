"""What a user submits, before it is a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

PROMPT_CHARACTERS = 20_000
TEXT_CHARACTERS = 1_000_000
"""Of `context.text`, where it becomes the document."""
CONTEXT_BYTES = 64_000
CONTEXT_DEPTH = 16
SCOPE_CHARACTERS = 500
MOST_TOKENS = 1_000_000_000
"""A larger `token_budget` is as good as none."""
GAPS = "gaps"
"""The scope of a re-run that looks again at what the run before left uncited, and at nothing else."""
TAGS = 20
TAG_CHARACTERS = 64
FILE_NAME_CHARACTERS = 255

PROMPT_FILE = "prompt.txt"
"""Name of the document that is made of a prompt alone."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in. `media_type` is what the sender says, if anything."""

    file_name: str
    data: bytes
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A wish for a job. `document` is a file, the id of a stored document, or None: then the prompt is the document.

    `file_name` names a stored document; a file brings its own. `deduplicate` takes an equal job that has not failed
    for this one; the API asks for it unless its caller says otherwise. `successor_of` is the job over the edition of
    the document before this one: its reviews are taken over. Without an `engine` it gets that of the settings.
    `token_budget` is what models may use for it; a `dry_run` is only read, to tell what it would take. Without
    `integrate`, what it says of the graph is held until somebody says otherwise.
    """

    owner: str
    prompt: str
    correlation_id: str
    document: Upload | UUID | None = None
    file_name: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 5
    engine: str | None = None
    scope: str | None = None
    tags: tuple[str, ...] = ()
    on_error: str = "fail"
    stuck_after_minutes: float | None = None
    run_at: datetime | None = None
    depends_on: tuple[UUID, ...] = ()
    on_parent_failure: str = "block"
    deduplicate: bool = False
    callback_url: str | None = None
    token_budget: int | None = None
    dry_run: bool = False
    integrate: bool = True
    successor_of: UUID | None = None


def prompt_as_document(prompt: str, context: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text that stands for the missing document, and the context without the part that went into it."""
    rest = {key: value for key, value in context.items() if key != "text"}
    added = context.get("text")
    return f"{prompt}\n\n{added}\n" if added else f"{prompt}\n", rest


def name_for(data: bytes) -> str:
    """A file name for stored bytes that came without one, so that their type can be told as for any upload."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf-"):
        return "document.pdf"
    if head.startswith(b"pk\x03\x04"):
        return "document.docx"
    return "document.html" if head.startswith((b"<!doctype html", b"<html")) else "document.txt"
