from __future__ import annotations

from orchestrator.domain.document import Passage, Role
from workers.creator.tables import history_rows


def _rows(*lines: tuple[str, Role]) -> tuple[str, list[Passage]]:
    text, passages = "", []
    for line, role in lines:
        passages.append(Passage(len(text), len(text) + len(line), role))
        text += line + "\n"
    return text, passages


def test_rows_under_a_version_header_tell_of_changes() -> None:
    text, passages = _rows(
        ("Version | Change | Date", Role.TABLE),
        ("1.1 | Two keys are required | May", Role.TABLE),
        ("Text.", Role.BODY),
        ("ID | Requirement", Role.TABLE),
        ("R-1 | The door must close.", Role.TABLE),
    )
    assert history_rows(text, passages) == {passages[0].start, passages[1].start}


def test_german_headers_are_known_and_a_long_cell_is_no_header() -> None:
    text, passages = _rows(("Fassung | Änderung | Bearbeiter", Role.TABLE))
    assert history_rows(text, passages) == {0}
    text, passages = _rows(("The version and the date of each change " + "must be shown to the user " * 5, Role.TABLE))
    assert history_rows(text, passages) == frozenset()
