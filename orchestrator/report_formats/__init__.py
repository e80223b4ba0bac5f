"""A report in each of its formats: rows go in, bytes come out, and neither is ever held together."""

from __future__ import annotations

from orchestrator.report_formats.content import Content, Mark, Render
from orchestrator.report_formats.csv import render as csv
from orchestrator.report_formats.html import render as html
from orchestrator.report_formats.json import render as json
from orchestrator.report_formats.reqif import render as reqif
from orchestrator.report_formats.text import render as text
from orchestrator.report_formats.xlsx import render as xlsx

RENDERERS: dict[str, Render] = {
    "text": text,
    "json": json,
    "html": html,
    "csv": csv,
    "xlsx": xlsx,
    "reqif": reqif,
}
"""One for each of `domain.report.FORMATS`."""

__all__ = ["RENDERERS", "Content", "Mark", "Render"]
