"""The sum of a stack's connections."""

from __future__ import annotations

import pytest

from orchestrator.config import Settings
from orchestrator.stack.children import Scale
from orchestrator.stack.connections import most, room_for
from orchestrator.stack.scaling import Range

SETTINGS = Settings(database_url="postgresql://h/d", redis_url="redis://h", database_pool=5, api_processes=2)


@pytest.mark.parametrize(
    ("scale", "ranges", "expected"),
    [
        (Scale(0, 0, 0), (), 2 * 11 + 5),
        (Scale(1, 1, 1), (), 2 * 11 + 5 + 7 + 5 + 5),  # two slots of a creator, one of the others
        (Scale(4, 0, 0), (Range("creator", 1, 2),), 2 * 11 + 5 + 4 * 7),
        (Scale(1, 0, 0), (Range("creator", 1, 32),), 2 * 11 + 5 + 32 * 7),
    ],
)
def test_every_process_that_there_may_be_is_counted(scale: Scale, ranges: tuple[Range, ...], expected: int) -> None:
    assert most(SETTINGS, scale, ranges) == expected


@pytest.mark.parametrize(("needed", "given"), [(0, 120), (100, 120), (101, 121), (500, 520)])
def test_the_embedded_server_has_room_for_them_and_some_more(needed: int, given: int) -> None:
    assert room_for(needed) == given
