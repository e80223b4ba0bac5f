"""The seed alone decides what goes wrong."""

from __future__ import annotations

from plan import Fault, plan


def test_a_seed_gives_one_plan() -> None:
    assert plan(7, 60) == plan(7, 60)
    assert plan(7, 60) != plan(8, 60)


def test_every_fault_comes_before_any_comes_again_and_in_time() -> None:
    planned = plan(3, 60)
    assert {each.fault for each in planned[: len(Fault)]} == set(Fault)
    assert [each.at_s for each in planned] == sorted(each.at_s for each in planned)
    assert planned[0].at_s >= 0
    assert planned[-1].at_s <= 60
