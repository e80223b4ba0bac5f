"""The front matter, recitals and footnotes of an EU act, also where footnotes interrupt the recitals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestrator.domain.document import Role
from workers.creator.blocks import Block, Kind
from workers.creator.structure import place
from workers.creator.structure.marks import Style, number_of
from workers.creator.structure.profile import Profile
from workers.creator.structure.roles import ADOPTED, JOURNAL

Placed = tuple[Role, str, int]
"""Role, locator, and length of the marker."""

_ACT = re.compile(r"(?:REGULATION|DIRECTIVE|DECISION|VERORDNUNG|RICHTLINIE|BESCHLUSS)\b")


def recitals(profile: Profile, blocks: Sequence[Block], language: str) -> dict[int, Placed]:
    """Index -> what the block is, for all blocks of an act that are not its articles; empty for other documents."""
    if profile.whereas is None:
        return {}
    placed: dict[int, Placed] = dict.fromkeys(range(profile.whereas + 1), (Role.FRONT, "", 0))
    numbered = [
        (index, number_of(mark.style, mark.value), mark.length)
        for index, mark in enumerate(profile.marks)
        if index > profile.whereas and mark is not None and mark.style is Style.PAREN
    ]
    _place_numbered(placed, numbered, profile, blocks, language)
    _place_rest(placed, profile, blocks)
    return placed


def _place_numbered(
    placed: dict[int, Placed],
    numbered: Sequence[tuple[int, int, int]],
    profile: Profile,
    blocks: Sequence[Block],
    language: str,
) -> None:
    """Tells recitals from footnotes: each counts for itself."""
    recital = note = 0
    for position, (index, number, length) in enumerate(numbered):
        in_zone = index < profile.enacting
        again = (number, True) in [(n, i < profile.enacting) for i, n, _ in numbered[position + 1 : position + 2]]
        as_note = number == note + 1 and (again or JOURNAL.search(blocks[index].text) is not None)
        if in_zone and number == recital + 1 and not as_note:
            recital = number
            placed[index] = (Role.RECITAL, place.recital(number, language), length)
        elif as_note or (in_zone and number == note + 1):
            note = number
            placed[index] = (Role.FOOTNOTE, "", length)


def _place_rest(placed: dict[int, Placed], profile: Profile, blocks: Sequence[Block]) -> None:
    """What carries no number: continuations of recitals, the enacting formula, stray titles of cited acts."""
    current = ""
    for index in range(profile.whereas or 0, len(blocks)):
        if index in placed:
            current = placed[index][1] or current
        elif index < profile.enacting:
            placed[index] = (Role.RECITAL, current, 0)
        elif index == profile.enacting and ADOPTED.search(blocks[index].text[:200]):
            placed[index] = (Role.FRONT, "", 0)
        elif blocks[index].kind is Kind.HEADING and _ACT.match(blocks[index].text):
            placed[index] = (Role.FOOTNOTE, "", 0)
