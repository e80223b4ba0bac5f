"""A workbook: requirements, coverage, gaps, usage. Every text is a text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook

from orchestrator.errors import TooLarge
from orchestrator.report_formats.columns import COLUMNS, cells
from orchestrator.report_formats.content import Content

CELL_CHARACTERS = 32_767
SHEET_ROWS = 1_048_576
"""Both as Excel has them."""
BLOCK_BYTES = 256 * 1024
WIDTHS = {"name": 40, "text": 60, "quote": 60, "section": 30, "rid": 14, "notes": 40, "further_citations": 40}
GAP_COLUMNS = ("locator", "section", "page", "quote", "start", "end")

Row = Sequence[Any]


def render(content: Content) -> Iterator[bytes]:
    """Written row by row to a temporary file, as the format has its table of contents at the end."""
    with TemporaryDirectory(prefix="report-") as place:
        path = Path(place) / "report.xlsx"
        _write(path, content)
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block


def _write(path: Path, content: Content) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    head = content.head
    with Workbook(str(path), options) as book:
        book.use_zip64()
        made_at = head["made_at"].replace(tzinfo=None)
        book.set_properties({"title": f"Requirements of {head['document']['file_name']}", "created": made_at})
        sheet = _Sheets(book)
        sheet.add("requirements", COLUMNS, map(cells, content.rows(())))
        sheet.add("coverage", ("number", "value"), coverage_rows(head))
        sheet.add("gaps", GAP_COLUMNS, ([gap.get(name) for name in GAP_COLUMNS] for gap in _gaps(head)))
        sheet.add("usage", ("what", "number", "value"), usage_rows(head))


class _Sheets:
    """Sheets with a fixed, bold first row and a filter over all columns."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})

    def add(self, name: str, titles: Iterable[str], rows: Iterable[Row]) -> None:
        """A sheet with these rows, which are gone through once."""
        names = list(titles)
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(names):
            sheet.set_column(column, column, WIDTHS.get(title, 14))
        last = 0
        for last, row in enumerate(chain([names], rows)):
            if last >= SHEET_ROWS:
                raise TooLarge(f"A sheet holds {SHEET_ROWS:,} rows: take the report as csv.", code="too_many_rows")
            self._put(sheet, last, row, self._wrap if last else self._bold)
        sheet.autofilter(0, 0, last, len(names) - 1)

    def _put(self, sheet: Any, number: int, row: Row, form: Any) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, _fitting(cell), form)
            elif cell is not None:
                sheet.write_number(number, column, cell, form)


def _fitting(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"


def _gaps(head: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (head["coverage"] or {}).get("gaps") or ()


def coverage_rows(head: Mapping[str, Any]) -> Iterator[Row]:
    """What the numbers of the report say, one a row; those of the requirements add up to the first sheet's rows."""
    summary = head["summary"]
    yield "requirements", summary["total"]
    for group in ("status", "modality", "type", "priority", "gobd", "gdpr"):
        yield from ((f"{group}: {name}", count) for name, count in summary[group].items())
    yield "dropped_by_cancel", summary["dropped_by_cancel"]
    covered = head["coverage"] or {}
    yield from ((name, covered[name]) for name in ("duty_sentences", "cited") if name in covered)
    yield "gaps", len(_gaps(head))
    yield from ((f"citations: {name}", count) for name, count in head["citations"].items())


def usage_rows(head: Mapping[str, Any]) -> Iterator[Row]:
    """What the job cost: sentences read, steps and their repetitions, language models by agent."""
    yield "job", "duration_s", head["job"]["duration_s"]
    yield from (("sentences", name, count) for name, count in head["considered"].items())
    yield from (("steps", name, count) for name, count in head["attempts"].items())
    for agent, numbers in head["llm"]["agents"].items():
        yield from ((f"language model, {agent}", name, value) for name, value in numbers.items())
