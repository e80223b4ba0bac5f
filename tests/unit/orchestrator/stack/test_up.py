from __future__ import annotations

import pytest

from orchestrator.stack.up import base_url


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - a wish to be read, nothing listens
        ("::", "http://[::1]:8000"),
        ("fd00::7", "http://[fd00::7]:8000"),
    ],
)
def test_the_url_is_one_that_this_machine_can_reach(bind: str, url: str) -> None:
    assert base_url(bind, 8000) == url
