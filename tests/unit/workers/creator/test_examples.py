from __future__ import annotations

import pytest

from workers.creator.clauses import clauses
from workers.creator.examples import leads_back, opens_example


@pytest.mark.parametrize("text", ["Beispiel 3: Ein Gast", "• Beispiele 7 für Fehler:", "Example: a guest", "Note: see"])
def test_marks_open_an_example(text: str) -> None:
    assert opens_example(text)


@pytest.mark.parametrize("text", ["Ein Beispiel folgt.", "Beispielhaft ist der Fall.", "The note is kept."])
def test_other_text_does_not(text: str) -> None:
    assert not opens_example(text)


@pytest.mark.parametrize(
    ("language", "sentence", "back"),
    [
        ("de", "Wird der Schlüssel jedoch kopiert, so ist das Schloss zu tauschen.", True),
        ("de", "Der Gast muss jedoch zahlen.", False),
        ("de", "Wird der Schlüssel kopiert, so ist das Schloss zu tauschen.", False),
        ("en", "If, however, the key is copied, the lock must be changed.", True),
        ("en", "The guest must however pay.", False),
    ],
)
def test_a_contrasting_condition_leads_back_to_the_rule(language: str, sentence: str, back: bool) -> None:
    assert leads_back(clauses(sentence, language)) is back
