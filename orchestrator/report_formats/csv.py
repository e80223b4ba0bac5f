"""A table of the requirements after RFC 4180: commas, CRLF, UTF-8 with a byte order mark."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from orchestrator.report_formats.columns import COLUMNS, Cell, cells
from orchestrator.report_formats.content import Content, encoded

BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a file without it for one of the system's old code page."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so may be computed by what opens the file (OWASP, CSV injection)."""


class _Line:
    """What `csv.writer` writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def render(content: Content) -> Iterator[bytes]:
    """A row of names, then a row for each requirement."""
    return encoded(_lines(content))


def _lines(content: Content) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield BYTE_ORDER_MARK + str(writer.writerow(COLUMNS))
    for row in content.rows(()):
        yield str(writer.writerow([harmless(cell) for cell in cells(row)]))


def harmless(cell: Cell) -> Cell:
    """A text that could be computed gets an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
