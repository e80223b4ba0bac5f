"""Front matter: title block, addressee and formulas before the first heading or numbered unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.domain.document import Passage, Role
from workers.creator.structure.roles import states_duty

_TEXT = (Role.BODY, Role.LEAD_IN, Role.ITEM)
_LONGEST = 150


def with_front(passages: Sequence[Passage], text: str) -> list[Passage]:
    """The passages with those before the first heading or unit made FRONT, and so the short lines under a title."""
    first = next((i for i, one in enumerate(passages) if _opens_body(one)), None)
    if first is None:
        return list(passages)
    numbered = any(one.role is Role.HEADING and one.locator for one in passages)
    result = [
        replace(one, role=Role.FRONT) if one.role in _TEXT and _is_front(text, one, numbered) else one
        for one in passages[:first]
    ]
    rest = list(passages[first:])
    if rest[0].role is Role.HEADING and not rest[0].locator:
        _title_block(rest, text)
    return result + rest


def _opens_body(passage: Passage) -> bool:
    """Whether a passage is a heading or a numbered unit; an item of a list without units above is neither."""
    return passage.role is Role.HEADING or (bool(passage.locator) and passage.role is not Role.ITEM)


def _is_front(text: str, passage: Passage, numbered: bool) -> bool:
    words = text[passage.start : passage.end]
    if not words.endswith((".", "!", "?")) and len(words) <= _LONGEST:
        return True
    return numbered and not states_duty(words)


def _title_block(passages: list[Passage], text: str) -> None:
    """Version, date, author: short lines right under the document's title that are no sentences."""
    for index, one in enumerate(passages[1:], start=1):
        words = text[one.start : one.end]
        if one.role is not Role.BODY or one.locator or len(words) > _LONGEST or words.endswith((".", "!", "?", ":")):
            return
        passages[index] = replace(one, role=Role.FRONT)
