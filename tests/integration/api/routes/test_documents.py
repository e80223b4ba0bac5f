"""/documents through the real application."""

from __future__ import annotations

import io
from typing import Any

import pytest


def post(call: Any, **fields: Any) -> Any:
    return call("POST", "/documents", data=fields, content_type="multipart/form-data")


def test_a_document_is_stored_once(call: Any, stage: Any) -> None:
    first = post(call, document=(io.BytesIO(b"The user must log in."), "a.txt"))
    second = post(call, document=(io.BytesIO(b"The user must log in."), "b.md"))

    assert first.status_code == second.status_code == 201
    assert first.get_json()["id"] == second.get_json()["id"]
    assert [answer.get_json()["media_type"] for answer in (first, second)] == ["text/plain", "text/markdown"]
    assert stage.count("documents") == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"document": "text"}, 422),
        ({"document": (io.BytesIO(b""), "a.txt")}, 422),
        ({"document": (io.BytesIO(b"x"), "a.txt"), "prompt": "x"}, 422),
        ({"document": (io.BytesIO(b"MZ"), "a.exe")}, 415),
    ],
)
def test_bad_uploads_are_refused(call: Any, stage: Any, fields: dict[str, Any], status: int) -> None:
    assert post(call, **fields).status_code == status
    assert stage.count("documents") == 0


def test_json_is_no_upload(call: Any) -> None:
    assert call("POST", "/documents", json={"document": "x"}).status_code == 415
