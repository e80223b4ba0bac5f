"""Reading JSON strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from api.arguments import JSON_DEPTH, read_json

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(plain, lambda below: st.lists(below) | st.dictionaries(st.text(), below), max_leaves=20)


@given(values)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary())
def test_any_bytes_are_a_value_or_a_bad_request(data: bytes) -> None:
    try:
        read_json(data)
        code = None
    except BadRequest as error:
        code = error.data["code"]  # type: ignore[attr-defined]

    assert code in (None, "broken_json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1 column 2"),
        ("NaN", "NaN"),
        ("[1e999]", "too large"),
        ("[" * (JSON_DEPTH + 1) + "]" * (JSON_DEPTH + 1), "levels deep"),
        ("[" * 100_000, ""),
        ("9" * 5_000, ""),
        ("\ufeff{}", "BOM"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_json(text)

    assert said in str(caught.value.description)


def test_the_deepest_allowed_value_is_read() -> None:
    assert read_json("[" * JSON_DEPTH + "]" * JSON_DEPTH)
