from __future__ import annotations

import pytest

from workers.creator.places import Place, parse_scope, without_places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Rz. 58-67", [Place("Rz.", "58", "67")]),
        ("Randziffern 58 bis 67 und 107", [Place("Rz.", "58", "67"), Place("Rz.", "107", "107")]),
        ("Art. 5-11", [Place("Art.", "5", "11")]),
        ("Articles 5 to 7 and 12", [Place("Art.", "5", "7"), Place("Art.", "12", "12")]),
        ("Article 6(1)(a)", [Place("Art.", "6", "6", "1", "a")]),
        ("Art. 6 Abs. 1", [Place("Art.", "6", "6", "1")]),
        ("§ 26", [Place("§", "26", "26")]),
        ("§§ 26-28a", [Place("§", "26", "28a")]),
        ("§ 5 Abs. 2", [Place("§", "5", "5", "2")]),
        ("section 3.2", [Place("section", "3.2", "3.2")]),
        ("Abschnitt 4", [Place("section", "4", "4")]),
        ("Art. 11-5", [Place("Art.", "5", "11")]),
        ("all duties of 2019", []),
        ("art of the deal in 3 parts", []),
        ("", []),
    ],
)
def test_places_are_read(text: str, places: list[Place]) -> None:
    assert list(parse_scope(text)) == places


@pytest.mark.parametrize(
    ("scope", "locator", "covered"),
    [
        ("Rz. 58-67", "Rz. 58", True),
        ("Rz. 58-67", "Rz. 67", True),
        ("Rz. 58-67", "Rz. 68", False),
        ("Rz. 58-67", "Rz. 6", False),
        ("Rz. 58", "Art. 58", False),
        ("Art. 6", "Art. 6(1)(a)", True),
        ("Art. 6(1)", "Art. 6(1)(a)", True),
        ("Art. 6(1)", "Art. 6(2)", False),
        ("Art. 6(1)(a)", "Art. 6(1)(b)", False),
        ("Art. 6(1)", "Art. 61", False),
        ("§ 5 Abs. 2", "§ 5 Abs. 2 Nr. 1", True),
        ("§ 5 Abs. 2", "§ 5 Abs. 20", False),
        ("§§ 26-28", "§ 26a", True),
        ("section 3.2", "3.2.1", True),
        ("section 3.2", "3.20", False),
        ("section 3", "", False),
    ],
)
def test_a_place_covers_what_lies_in_it(scope: str, locator: str, covered: bool) -> None:
    (place,) = parse_scope(scope)
    assert place.covers(locator) is covered


def test_a_section_covers_what_stands_under_its_heading() -> None:
    (place,) = parse_scope("section 3.2")
    assert place.covers("Rz. 5", ("3 General", "3.2.1 Records"))
    assert not place.covers("Rz. 5", ("3 General", "3.3 Records"))


def test_places_are_taken_out_of_the_words() -> None:
    assert without_places("Pflichten in Rz. 58-67 zur Ablage").split() == ["Pflichten", "in", "zur", "Ablage"]
    assert without_places("an art project") == "an art project"
