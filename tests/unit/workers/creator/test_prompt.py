from __future__ import annotations

import pytest

from orchestrator.domain.requirement import Modality
from workers.creator.prompt import Brief, understand

OBLIGATION, PROHIBITION = Modality.OBLIGATION, Modality.PROHIBITION


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [
        ("Which duties does a car rental company have?", (OBLIGATION, PROHIBITION)),
        ("Welche Pflichten hat ein Autovermieter?", (OBLIGATION, PROHIBITION)),
        ("List all requirements", ()),
        ("Alle Anforderungen und Verbote", ()),
        ("Only prohibitions, no other rules", (PROHIBITION,)),
        ("Nur Verbote", (PROHIBITION,)),
        ("Which recommendations are there?", (Modality.RECOMMENDATION,)),
        ("Pflichten der Aufsichtsbehörde", (Modality.AUTHORITY_DUTY,)),
        ("What about data retention?", ()),
    ],
)
def test_kinds_become_modalities(prompt: str, kinds: tuple[Modality, ...]) -> None:
    assert understand(prompt, "en").kinds == kinds


def test_other_words_become_topics_in_the_prompts_own_language() -> None:
    brief = understand("Which duties does a car rental company have?", "de")
    assert brief.topics == ("car", "rental", "company")
    assert brief.language == "en"
    assert understand("Welche Anforderungen gelten für die Aufbewahrung von Belegen?", "en").topics == (
        "aufbewahrung",
        "belegen",
    )


def test_places_become_the_scope() -> None:
    brief = understand("Duties in Rz. 58-67 on vouchers", "de")
    assert brief.covers("Rz. 60")
    assert not brief.covers("Rz. 70")
    assert brief.topics == ("vouchers",)
    assert Brief().covers("anything")


def test_relevance_is_the_share_of_topics_answered() -> None:
    brief = Brief(topics=("aufbewahrung", "rechnungen", "leasing"))
    value, words = brief.relevance("Jede Rechnung unterliegt der Aufbewahrungsfrist.", "de")
    assert (value, words) == (pytest.approx(2 / 3, abs=0.001), ("aufbewahrung", "rechnungen"))
    assert Brief().relevance("Jede Rechnung", "de") == (None, ())


def test_json_and_back() -> None:
    brief = understand("Nur Verbote aus Art. 5-11 und § 26 Abs. 2 zu Cookies", "de")
    assert Brief.from_json(brief.to_json()) == brief


def test_the_report_can_say_how_the_prompt_was_understood() -> None:
    said = understand("Duties in Art. 5-11 on consent", "en").words()
    assert "Art. 5-11" in said
    assert "obligations, prohibitions" in said
    assert "consent" in said
    assert "whole document" in understand("requirements", "en").words()


def test_wants() -> None:
    assert Brief().wants(PROHIBITION)
    assert not Brief(kinds=(OBLIGATION,)).wants(PROHIBITION)
