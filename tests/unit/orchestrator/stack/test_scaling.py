from __future__ import annotations

from itertools import pairwise

import pytest

from orchestrator.errors import Invalid
from orchestrator.stack.scaling import GROW_EVERY_S, Load, Pace, Range

FLOOD = Load(waiting=500, running=2, oldest_age_s=1)
IDLE = Load()


def pace(least: int = 1, most: int = 4) -> Pace:
    """A process runs two steps at once; five seconds are too long to wait, sixty long enough to be quiet."""
    return Pace(Range("creator", least, most), slots=2, age_s=5, quiet_s=60)


def follow(pace: Pace, load: Load, count: int, *, start: int, seconds: int) -> tuple[int, list[int]]:
    """Looks once a second; returns the last count and the times of all changes."""
    changes = []
    for now in range(start, start + seconds):
        wanted = pace.wanted(count, load, now)
        if wanted != count:
            changes.append(now)
        count = wanted
    return count, changes


def test_a_flood_adds_one_process_after_the_other_up_to_the_most() -> None:
    count, changes = follow(pace(), FLOOD, 1, start=0, seconds=60)
    assert count == 4
    assert len(changes) == 3
    assert min(later - earlier for earlier, later in pairwise(changes)) >= GROW_EVERY_S


def test_one_look_at_many_steps_is_not_enough() -> None:
    scaled = pace()
    assert scaled.wanted(1, FLOOD, 0) == 1
    assert scaled.wanted(1, IDLE, 1) == 1
    assert scaled.wanted(1, FLOOD, 2) == 1
    assert scaled.wanted(1, FLOOD, 3) == 2


def test_a_step_that_waits_for_long_adds_a_process_though_there_is_only_one() -> None:
    assert follow(pace(), Load(waiting=1, running=2, oldest_age_s=6), 1, start=0, seconds=3)[0] == 2
    assert follow(pace(), Load(waiting=1, running=2, oldest_age_s=4), 1, start=0, seconds=3)[0] == 1


def test_quiet_takes_one_away_at_a_time_down_to_the_least() -> None:
    count, changes = follow(pace(), IDLE, 4, start=0, seconds=600)
    assert count == 1
    assert changes == [60, 120, 180]


def test_work_in_between_starts_the_quiet_time_anew() -> None:
    scaled = pace()
    assert follow(scaled, IDLE, 2, start=0, seconds=59) == (2, [])
    assert scaled.wanted(2, Load(running=3), 59) == 2
    assert follow(scaled, IDLE, 2, start=60, seconds=60) == (2, [])
    assert scaled.wanted(2, IDLE, 120) == 1


def test_a_process_that_is_needed_stays() -> None:
    assert follow(pace(), Load(running=3), 2, start=0, seconds=600) == (2, [])


def test_a_kind_that_may_have_none_starts_one_for_the_first_step() -> None:
    scaled = pace(least=0)
    assert follow(scaled, IDLE, 1, start=0, seconds=61)[0] == 0
    assert follow(scaled, Load(waiting=1), 0, start=61, seconds=3)[0] == 1


def test_a_count_outside_of_the_range_is_brought_into_it_at_once() -> None:
    assert pace(least=2).wanted(0, IDLE, 0) == 2
    assert pace(most=4).wanted(6, FLOOD, 0) == 4


def test_a_range_is_read() -> None:
    assert Range.parse("validator=0,32") == Range("validator", 0, 32)


@pytest.mark.parametrize(
    "words",
    ["creator", "creator=1", "creator=4,1", "creator=0,0", "creator=1,33", "writer=1,2", "creator=-1,2", "=1,2"],
)
def test_what_is_no_range_is_refused(words: str) -> None:
    with pytest.raises(Invalid, match="must"):
        Range.parse(words)
