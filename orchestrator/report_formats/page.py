"""What pages for people have in common: templates that escape, one style sheet, and a policy that allows only that."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.report_formats.content import Content, encoded
from orchestrator.report_formats.labels import Words

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, content: Content, **values: Any) -> Iterator[bytes]:
    """A page block by block: what a template loops over is read as it goes."""
    words = Words(content.head["document"].get("language"))
    return encoded(
        _environment()
        .get_template(template)
        .generate(head=content.head, words=words, style=Markup(_style()), policy=policy(), **values)  # noqa: S704 - ours
    )


@cache
def policy() -> str:
    """The Content-Security-Policy of the pages: nothing but their own style sheet, known by its digest."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
