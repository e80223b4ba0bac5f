"""Texts that can be stored, and the shape of JSON values."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.text import depth_of, fault_of, texts_of

any_character = st.characters() | st.sampled_from(["\x00", "\ud800", "\udfff"])


@given(st.text(any_character))
def test_a_text_without_fault_is_utf8_without_nul(text: str) -> None:
    try:
        storable = b"\x00" not in text.encode()
    except UnicodeEncodeError:
        storable = False

    assert (fault_of(text) is None) == storable


values = st.recursive(
    st.none() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@given(values)
def test_depth_and_texts_are_those_of_the_recursive_definition(value: Any) -> None:
    assert depth_of(value) == depth(value)
    assert sorted(texts_of(value)) == sorted(texts(value))


def test_a_very_deep_value_is_measured() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]

    assert depth_of(value) == 100_001
