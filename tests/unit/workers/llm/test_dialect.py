"""Ways to put a question."""

from __future__ import annotations

from workers.llm.answers import SCHEMA
from workers.llm.dialect import Dialect


def test_each_refusal_leads_to_another_way_and_there_is_an_end() -> None:
    refusals = [
        "response_format is not supported",
        "This endpoint has no JSON mode",
        "use max_completion_tokens",
        "temperature must be 1",
    ]
    dialect = Dialect()
    for words in refusals:
        other = dialect.after(words)
        assert other is not None
        dialect = other
    assert dialect == Dialect("plain", "max_completion_tokens", temperature=False)
    assert all(dialect.after(words) is None for words in refusals)
    assert Dialect().after("your credit is used up") is None
    body = dialect.body("m", [], 100, SCHEMA)
    assert body == {"model": "m", "messages": [], "max_completion_tokens": 100}


def test_what_is_remembered_comes_back_and_nonsense_is_forgotten() -> None:
    known = Dialect("json_object", "max_completion_tokens", temperature=False)
    assert Dialect.of(known.to_json()) == known
    assert Dialect.of({"answer_format": "xml", "length_word": 7, "temperature": "hot"}) == Dialect()
