"""The chain over the audit log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from orchestrator.domain.audit import FIRST_HASH, Link, chained, faults


def chain(count: int) -> list[Link]:
    """Rows that follow each other as they should."""
    links, previous = [], FIRST_HASH
    for position in range(1, count + 1):
        content = {"id": 100 + position, "actor": f"a{position}", "changes": [{"before": None, "after": {"x": 1.5}}]}
        previous = chained(previous, position, content)
        links.append(Link(position, 100 + position, content, previous))
    return links


def test_a_whole_chain_has_no_fault() -> None:
    assert list(faults(chain(5), 0, FIRST_HASH)) == []
    assert list(faults(chain(5)[2:], 2, chain(5)[1].hash)) == []


def test_a_changed_row_is_named_and_those_after_it_are_not() -> None:
    links = chain(5)
    links[2] = replace(links[2], content={**links[2].content, "actor": "somebody else"})

    assert [(fault.position, fault.entry_id) for fault in faults(links, 0, FIRST_HASH)] == [(3, 103)]


def test_a_changed_row_with_a_new_hash_breaks_the_next_one() -> None:
    links = chain(5)
    content = {**links[2].content, "actor": "somebody else"}
    links[2] = replace(links[2], content=content, hash=chained(links[1].hash, 3, content))

    (fault,) = faults(links, 0, FIRST_HASH)
    assert fault.position == 4
    assert "or the one before it" in fault.detail


def test_missing_rows_are_named_by_their_positions() -> None:
    links = chain(6)

    assert [fault.detail for fault in faults([*links[:2], *links[4:]], 0, FIRST_HASH)] == ["rows 3 to 4 are missing"]
    assert [fault.detail for fault in faults(links[1:], 0, FIRST_HASH)] == ["the row at position 1 is missing"]


def test_rows_that_changed_places_are_noticed() -> None:
    one, two, three = chain(3)
    swapped = [one, replace(three, position=2), replace(two, position=3)]

    assert [fault.position for fault in faults(swapped, 0, FIRST_HASH)] == [2, 3]


def test_the_hash_does_not_depend_on_the_order_of_fields_or_the_zone_of_times() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    elsewhere = noon.astimezone(timezone(timedelta(hours=2)))

    assert chained("0", 1, {"a": 1, "at": noon}) == chained("0", 1, {"at": elsewhere, "a": 1})
    assert chained("0", 1, {"a": 1}) != chained("0", 2, {"a": 1})
