"""How an endpoint wants to be asked: OpenAI, vLLM, llama.cpp and Ollama differ, and say so only when they are asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

FORMATS = ("json_schema", "json_object", "plain")
"""From the strictest: each endpoint is asked for the first one that it knows."""
STEPS = 5
"""So often one question is put in another way at most."""
_FORMAT = re.compile(
    r"response_format|json_schema|json_object|json mode|structured output|grammar|schema", re.IGNORECASE
)
_LENGTH = re.compile(r"max_completion_tokens", re.IGNORECASE)
_TEMPERATURE = re.compile(r"temperature", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an endpoint understands.

    Attributes:
        answer_format: one of `FORMATS`.
        length_word: the name of the limit of an answer.
        temperature: whether it may be set.
    """

    answer_format: str = FORMATS[0]
    length_word: str = "max_tokens"
    temperature: bool = True

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Dialect:
        """As it was remembered; what is not understood counts as not known."""
        answer_format = known.get("answer_format")
        word = known.get("length_word")
        return cls(
            answer_format if answer_format in FORMATS else FORMATS[0],
            word if word in ("max_tokens", "max_completion_tokens") else "max_tokens",
            known.get("temperature") is not False,
        )

    def to_json(self) -> dict[str, Any]:
        """The inverse of `of`."""
        return {
            "answer_format": self.answer_format,
            "length_word": self.length_word,
            "temperature": self.temperature,
        }

    def body(self, model: str, messages: list[dict[str, str]], limit: int, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A question in this dialect; no tools, whatever the text says."""
        body: dict[str, Any] = {"model": model, "messages": messages, self.length_word: limit}
        if self.temperature:
            body["temperature"] = 0
        if self.answer_format == "json_schema":
            named = {"name": "answer", "strict": True, "schema": dict(schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.answer_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def after(self, refusal: str) -> Dialect | None:
        """The way to ask after a refusal with these words; None where they are not about the way of asking."""
        if _LENGTH.search(refusal) and self.length_word == "max_tokens":
            return replace(self, length_word="max_completion_tokens")
        if _TEMPERATURE.search(refusal) and self.temperature:
            return replace(self, temperature=False)
        place = FORMATS.index(self.answer_format)
        if _FORMAT.search(refusal) and place + 1 < len(FORMATS):
            return replace(self, answer_format=FORMATS[place + 1])
        return None
