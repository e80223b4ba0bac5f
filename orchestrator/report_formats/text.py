"""For a person to read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.report_text import as_text
from orchestrator.report_formats.content import Content, encoded


def render(content: Content) -> Iterator[bytes]:
    """Lines of 92 columns."""
    return encoded(f"{line}\n" for line in as_text(content.head, content.rows))
