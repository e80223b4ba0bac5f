from __future__ import annotations

import pytest

from orchestrator.stack.reaper import follow


def test_groups_are_added_and_dropped_by_lines() -> None:
    groups: dict[int, int] = {}
    for line in ("+10 9\n", "+20 3\n", "-10\n", "-30\n"):
        follow(line, groups)
    assert groups == {20: 3}


@pytest.mark.parametrize("line", ["", "\n", "+10\n", "10 9\n", "hello\n"])
def test_a_line_of_another_form_changes_nothing(line: str) -> None:
    groups = {20: 3}
    follow(line, groups)
    assert groups == {20: 3}
