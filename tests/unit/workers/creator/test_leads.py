from __future__ import annotations

import pytest

from workers.creator.leads import completed


@pytest.mark.parametrize(
    ("lead", "item", "sentence"),
    [
        ("Bei Frost hat der Hauswart:", "die Wege zu streuen;", "Bei Frost hat der Hauswart die Wege zu streuen;"),
        ("Vor der Abfahrt sind:", "die Türen abzuschließen und", "Vor der Abfahrt sind die Türen abzuschließen und"),
        ("At closing time the porter has:", "to lock the gate;", "At closing time the porter has to lock the gate;"),
    ],
)
def test_a_lead_in_without_its_infinitive_is_completed_by_its_item(lead: str, item: str, sentence: str) -> None:
    assert completed(lead, item) == sentence


@pytest.mark.parametrize(
    ("lead", "item"),
    [
        ("Das Haus hat:", "drei Eingänge,"),
        ("Der Hauswart muss:", "die Wege streuen;"),
        ("Bei Frost hat der Hauswart, wenn es schneit:", "die Wege zu streuen;"),
        ("The house has:", "three gates;"),
    ],
)
def test_other_lists_stay_as_they_are(lead: str, item: str) -> None:
    assert completed(lead, item) is None
