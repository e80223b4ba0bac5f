from __future__ import annotations

import pytest

from workers.creator.criteria import is_numbered, lists_criteria


@pytest.mark.parametrize(
    ("text", "sentence", "numbered"),
    [
        ("Kasse\nREQ-7: Die Kasse druckt. Das gefällt.", "Die Kasse druckt.", True),
        ("Kasse\nREQ-7: Die Kasse druckt. Das gefällt.", "Das gefällt.", False),
        ("• [NFR-2] The list loads at once.", "The list loads at once.", True),
        ("REQ-8 | Bon | Der Bon nennt das Datum. | hoch", "Der Bon nennt das Datum.", True),
        ("REQ-8 | Bon | Der Bon nennt das Datum | hoch\nEnde", "Der Bon nennt das Datum", True),
        ("REQ-8 | Bon | Der Bon nennt das Datum | hoch\nEnde", "hoch", False),
        ("RISK-3: The printer is old.", "The printer is old.", False),
        ("ISO-9001: The norm is known.", "The norm is known.", False),
        ("The printer is old.", "The printer is old.", False),
    ],
)
def test_an_id_names_the_sentence_behind_it(text: str, sentence: str, numbered: bool) -> None:
    start = text.index(sentence)
    assert is_numbered(text, start, start + len(sentence)) == numbered


def test_headings_announce_criteria() -> None:
    assert lists_criteria("4.2 Acceptance Criteria")
    assert lists_criteria("Abnahmekriterien")
    assert not lists_criteria("Selection criteria for bidders")
