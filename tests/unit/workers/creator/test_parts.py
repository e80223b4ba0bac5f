from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.document import Passage, Role
from workers.creator.parts import parts


def passages(*rows: tuple[Role, int, str]) -> list[Passage]:
    """Passages of the given role, length and locator, set one after another; items hang on what stands before."""
    made: list[Passage] = []
    start = 0
    lead_in = None
    for role, length, locator in rows:
        lead_in = (start, start + length) if role is Role.LEAD_IN else lead_in if role is Role.ITEM else None
        made.append(
            Passage(start, start + length, role, locator=locator, lead_in=lead_in if role is Role.ITEM else None)
        )
        start += length
    return made


ROWS = st.lists(
    st.tuples(st.sampled_from(list(Role)), st.integers(1, 400), st.sampled_from(["", "Rz. 1", "Rz. 2"])), max_size=60
)


@given(ROWS, st.integers(50, 2_000))
def test_parts_cover_all_passages_and_never_cut_what_belongs_together(
    rows: list[tuple[Role, int, str]], size: int
) -> None:
    made = passages(*rows)
    cut = parts(made, size)
    assert [index for begin, end in cut for index in range(begin, end)] == list(range(len(made)))
    assert all(begin < end for begin, end in cut)
    for begin, _ in cut[1:]:
        assert made[begin].role is not Role.ITEM
        assert made[begin - 1].role is not Role.HEADING
        assert (made[begin - 1].role, made[begin].role) != (Role.TABLE, Role.TABLE)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=60))
def test_plain_passages_never_make_a_part_over_the_size(lengths: list[int]) -> None:
    made = passages(*((Role.BODY, length, "") for length in lengths))
    for begin, end in parts(made, 200):
        assert made[end - 1].end - made[begin].start <= 200


def test_a_part_begins_at_a_heading_where_one_is_near() -> None:
    section = [(Role.HEADING, 10, "1"), (Role.BODY, 300, "1"), (Role.BODY, 300, "1")]
    made = passages(*section, *section, *section)
    assert parts(made, 1_000) == [(0, 3), (3, 6), (6, 9)]


def test_without_headings_a_part_begins_at_a_unit() -> None:
    made = passages(*((Role.BODY, 200, f"Rz. {number // 2}") for number in range(12)))
    assert [made[begin].locator != made[begin - 1].locator for begin, _ in parts(made, 700)[1:]] == [True] * 5


def test_a_long_list_stays_with_its_lead_in() -> None:
    made = passages((Role.BODY, 50, ""), (Role.LEAD_IN, 50, ""), *[(Role.ITEM, 100, "")] * 20, (Role.BODY, 50, ""))
    assert parts(made, 500) == [(0, 1), (1, 22), (22, 23)]


def test_a_small_document_is_one_part_and_an_empty_one_none() -> None:
    assert parts(passages((Role.BODY, 10, ""))) == [(0, 1)]
    assert parts([]) == []
