"""Places as documents write them."""

from __future__ import annotations

import pytest

from workers.validator.locators import Place, citations, parse


@pytest.mark.parametrize(
    ("locator", "place"),
    [
        ("Rz. 58", ("rz", "58")),
        ("Art. 6(1)(a)", ("art", "6", "1", "a")),
        ("Art. 6 Abs. 1", ("art", "6", "1")),
        ("§ 5 Abs. 2 Nr. 1", ("§", "5", "2", "1")),
        ("§ 26a Abs. 1", ("§", "26a", "1")),
        ("3.2", ("sec", "3", "2")),
        ("3.2 (a)", ("sec", "3", "2", "a")),
        ("Annex A", None),
        ("Artikel", None),
        ("", None),
    ],
)
def test_locators_are_read(locator: str, place: Place | None) -> None:
    assert parse(locator) == place


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("nach Rz. 58 und 60", [("rz", "58"), ("rz", "60")]),
        ("im Sinne der Rzn. 3 bis 5", [("rz", "3"), ("rz", "4"), ("rz", "5")]),
        ("pursuant to Article 5(1)(a) and Article 6", [("art", "5", "1", "a"), ("art", "6")]),
        ("gemäß Artikel 6 Absatz 1 Buchstabe a", [("art", "6", "1", "a")]),
        ("nach § 5 Abs. 2 Nr. 1 zu prüfen", [("§", "5", "2", "1")]),
        ("see sections 3.2 and 4", [("sec", "3", "2"), ("sec", "4")]),
        ("Artikel 98 dieser Verordnung", [("art", "98")]),
        ("nach § 146 Absatz 4 AO", []),
        ("§ 14 Abs. 4 UStG i. V. m. § 31 UStDV", []),
        ("Article 5 of Directive (EU) 2016/680", []),
        ("Artikel 32 der Verordnung (EU) 2016/679", []),
        ("der Rest", []),
    ],
)
def test_citations_of_the_same_document_are_read(text: str, places: list[Place]) -> None:
    assert [citation.place for citation in citations(text)] == places


def test_a_citation_knows_its_words() -> None:
    text = "Wie in Rzn. 3 bis 5 gesagt."
    assert {text[slice(*citation.span)] for citation in citations(text)} == {"Rzn. 3 bis 5"}


def test_a_long_range_cites_its_ends_only() -> None:
    assert [citation.place for citation in citations("Articles 1 to 99")] == [("art", "1"), ("art", "99")]
