"""Pages as answers."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from orchestrator.storage.paging import Page


def shown(page: Page) -> tuple[Page, dict[str, str]]:
    """The page, and a Link header that leads to the next one with the same filters."""
    if page.next_cursor is None:
        return page, {}
    query = urlencode(request.args.to_dict() | {"cursor": page.next_cursor})
    return page, {"Link": f'<{request.path}?{query}>; rel="next"'}
