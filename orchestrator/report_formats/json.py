"""For programs: everything that is known of the job."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.report import as_json
from orchestrator.report_formats.content import Content, encoded


def render(content: Content) -> Iterator[bytes]:
    """One object; its requirements stand one a line."""
    return encoded(as_json(content.head, content.rows(())))
