"""Progress never falls, whatever order the work ends in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.job import JobStatus, PhaseStatus
from orchestrator.domain.progress import WEIGHTS, JobCounts, eta, parts, percent, share_done

START = JobCounts(JobStatus.CREATED, PhaseStatus.PENDING, "fail", {("read", "pending"): 1}, 0, 0)


def test_the_weights_are_shares_of_one_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def life(parts_total: int, batches: list[int], crashed: set[int]) -> list[JobCounts]:
    """The counts of one job after each thing that happens to it; crashed batches are split in two."""
    steps = {("read", "running"): 1}
    seen = [replace(START, status=JobStatus.PROCESSING, steps=dict(steps))]

    def note(**changes: object) -> None:
        seen.append(replace(seen[-1], steps=dict(steps), **changes))  # type: ignore[arg-type]

    def move(kind: str, old: str, new: str) -> None:
        steps[kind, old] -= 1
        steps[kind, new] = steps.get((kind, new), 0) + 1

    move("read", "running", "done")
    steps["extract", "pending"] = parts_total
    note(creator_status=PhaseStatus.PROCESSING)
    for _ in range(parts_total):
        move("extract", "pending", "done")
        note()
    steps["merge", "pending"] = 1
    note()
    move("merge", "pending", "done")
    steps["validate", "pending"] = len(batches)
    note(creator_status=PhaseStatus.COMPLETED, requirements=sum(batches))
    judged = 0
    for number, size in enumerate(batches):
        if number in crashed:
            steps["validate", "pending"] += 1
            note()
        move("validate", "pending", "done")
        judged += size
        note(judged=judged)
    steps["link", "pending"] = 1
    note()
    move("link", "pending", "done")
    note()
    note(status=JobStatus.COMPLETED)
    return seen


@given(st.integers(1, 30), st.lists(st.integers(1, 50), max_size=10), st.sets(st.integers(0, 9)))
def test_it_never_falls_and_is_100_only_at_the_end(parts_total: int, batches: list[int], crashed: set[int]) -> None:
    shown = [percent(counts) for counts in life(parts_total, batches, crashed)]

    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == 100
    assert 100 not in shown[:-1]


def test_a_small_document_is_one_part() -> None:
    read = replace(START, steps={("read", "done"): 1})

    assert parts(START) == (0, 1)
    assert parts(read) == (1, 1)
    assert parts(replace(read, steps={("read", "done"): 1, ("extract", "done"): 2, ("extract", "running"): 1})) == (
        2,
        3,
    )


@pytest.mark.parametrize(("on_error", "done"), [("fail", 1), ("partial", 2)])
def test_a_dead_part_counts_where_the_job_goes_on_without_it(on_error: str, done: int) -> None:
    counts = replace(START, on_error=on_error, steps={("extract", "done"): 1, ("extract", "dead"): 1})

    assert parts(counts) == (done, 2)


def test_the_rest_is_foretold_as_a_range_around_the_pace() -> None:
    half = replace(
        START,
        status=JobStatus.PROCESSING,
        creator_status=PhaseStatus.COMPLETED,
        judged=5,
        requirements=10,
        steps={("validate", "running"): 1},
    )
    low, high = eta(half, 80.0) or (0.0, 0.0)

    assert share_done(half) == pytest.approx(0.8)
    assert low < 20 < high
    assert eta(START, 80.0) is None
    assert eta(replace(half, status=JobStatus.CANCELLED), 80.0) is None
