"""What is blanked, and that nothing moves."""

from __future__ import annotations

import pytest

from workers.validator.main_clauses import main_clauses


def said(text: str, language: str) -> str:
    return " ".join(main_clauses(text, language).text.split())


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("de", "Die Akten, die zu führen sind, werden gezeigt.", "Die Akten, werden gezeigt."),
        (
            "de",
            "Akten, Listen und Karten, die fehlen, sind zu ersetzen.",
            "Akten, Listen und Karten, sind zu ersetzen.",
        ),
        ("de", "Rechnungen, das Protokoll und der Vertrag sind aufzubewahren.", None),
        ("de", "Wird gezahlt, ist zu quittieren.", "ist zu quittieren."),
        ("de", "Die Frist (sie ist einzuhalten) läuft.", "Die Frist läuft."),
        ("de", "Er hat, wenn er geht, die Tür zu schließen.", "Er hat, die Tür zu schließen."),
        ("de", "Bilder, in denen Gesichter zu sehen sind, fehlen.", "Bilder, fehlen."),
        ("en", "If it rains, the roof shall close.", "the roof shall close."),
        ("en", "Data, which must be kept, is listed.", "Data, is listed."),
        ("en", "If the gate fails the operator must open it.", "the operator must open it."),
    ],
)
def test_only_the_statement_stays(language: str, text: str, kept: str | None) -> None:
    assert said(text, language) == (kept or text)


@pytest.mark.parametrize("text", ["Wenn, dann, (oder) nicht: „ja“, der die das", "", "(", "If (when), who – that"])
def test_offsets_never_move(text: str) -> None:
    for language in ("de", "en"):
        assert len(main_clauses(text, language).text) == len(text)


def test_an_opening_condition_is_told() -> None:
    assert main_clauses("Wenn es regnet, ist zu schließen.", "de").conditional
    assert not main_clauses("Es ist zu schließen, wenn es regnet.", "de").conditional
