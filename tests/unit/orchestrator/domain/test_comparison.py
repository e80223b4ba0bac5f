"""Two lists of requirements, side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.comparison import Change, Statement, changes_between, compare, counts

FIRST = (
    ("1.1", "Der Vermieter muss Belege zehn Jahre aufbewahren.", "obligation"),
    ("1.2", "Das System soll jede Buchung protokollieren.", "recommendation"),
    ("1.3", "Der Kunde muss sein Alter nachweisen.", "obligation"),
    ("1.4", "Das Fahrzeug ist vor der Übergabe zu reinigen.", "obligation"),
    ("1.5", "Die Rechnung muss dem Kunden per Post zugestellt werden.", "obligation"),
    ("2.1", "Der Vermieter darf keine Kundendaten an Dritte weitergeben.", "prohibition"),
)
SECOND = (
    ("1.1", "Der Vermieter muss Belege acht Jahre aufbewahren.", "obligation"),
    ("1.2", "Das System muss jede Buchung protokollieren.", "obligation"),
    ("1.4", "Das Fahrzeug ist vor der Übergabe zu reinigen.", "obligation"),
    ("1.5", "Die Rechnung muss dem Kunden elektronisch zugestellt werden.", "obligation"),
    ("1.6", "Jede Stornierung muss begründet werden.", "obligation"),
    ("3.4", "Der Vermieter darf keine Kundendaten an Dritte weitergeben.", "prohibition"),
)


def statements(rows: tuple[tuple[str, str, str], ...]) -> list[Statement]:
    return [Statement(f"R-{n}", n, *row) for n, row in enumerate(rows, 1)]


def test_two_editions_differ_in_each_way_once() -> None:
    found = compare(statements(FIRST), statements(SECOND))

    told = [(each.change, (each.after or each.before).locator, each.moved) for each in found]  # type: ignore[union-attr]
    assert told == [
        (Change.NUMBER, "1.1", False),
        (Change.STRENGTH, "1.2", False),
        (Change.REMOVED, "1.3", False),
        (Change.UNCHANGED, "1.4", False),
        (Change.WORDING, "1.5", False),
        (Change.ADDED, "1.6", False),
        (Change.UNCHANGED, "3.4", True),
    ]
    assert counts(found) == {
        "added": 1, "removed": 1, "strength_changed": 1, "number_changed": 1, "wording_changed": 1, "unchanged": 2,
        "moved": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Das System soll speichern.", "Das System muss speichern.", "strength_changed"),
        ("The system should log.", "The system shall log.", "strength_changed"),
        ("The clerk may delete it.", "The clerk must not delete it.", "strength_changed"),
        ("Der Prüfer darf löschen.", "Der Prüfer darf nicht löschen.", "strength_changed"),
        ("The system must log.", "The system shall log.", "wording_changed"),
        ("Keep it for 10 years.", "Keep it for 8 years.", "number_changed"),
        ("Keep it for ten years.", "Keep it for eight years.", "number_changed"),
        ("Es gilt § 5 Abs. 2.", "Es gilt § 6 Abs. 2.", "wording_changed"),
        ("It  must „hold“.", "It must hold.", None),
    ],
)
def test_the_kind_of_change(before: str, after: str, expected: str | None) -> None:
    one, other = (Statement("R-1", 1, "1", text, "obligation") for text in (before, after))

    assert next(iter(changes_between(one, other)), None) == expected


WORDS = st.lists(
    st.sampled_from(["system", "muss", "soll", "10", "8", "buchung", "kunde", "nicht", "protokoll", "beleg"]),
    min_size=1,
    max_size=6,
).map(" ".join)
LISTS = st.lists(
    st.tuples(st.sampled_from(["", "1", "2"]), WORDS, st.sampled_from(["obligation", "recommendation"])), max_size=9
).map(lambda rows: statements(tuple(rows)))
MIRRORED = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}


@given(LISTS)
def test_a_list_is_unchanged_against_itself(one: list[Statement]) -> None:
    found = compare(one, one)

    assert [each.after for each in found] == one
    assert all(each.change is Change.UNCHANGED and not each.moved for each in found)


@given(LISTS, LISTS)
def test_the_other_way_round_is_the_mirror(one: list[Statement], other: list[Statement]) -> None:
    there = {(each.change, each.before, each.after, each.changes, each.moved) for each in compare(one, other)}
    back = {
        (MIRRORED.get(each.change, each.change), each.after, each.before, each.changes, each.moved)
        for each in compare(other, one)
    }

    assert there == back


@given(LISTS, LISTS)
def test_every_statement_is_counted_once(one: list[Statement], other: list[Statement]) -> None:
    found = compare(one, other)
    number = counts(found)

    assert sorted(each.before.rid for each in found if each.before) == sorted(each.rid for each in one)
    assert sorted(each.after.rid for each in found if each.after) == sorted(each.rid for each in other)
    paired = sum(number[name] for name in ("strength_changed", "number_changed", "wording_changed", "unchanged"))
    assert len(one) == paired + number["removed"]
    assert len(other) == paired + number["added"]
