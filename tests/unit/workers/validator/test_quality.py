"""Findings name their rule and the words; nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from workers.validator.quality import CHARACTERISTICS, NOT_CHECKED, assess, quality_rules


def rules_of(found: dict[str, Any]) -> set[str]:
    return {finding["rule"] for findings in found.values() if isinstance(findings, list) for finding in findings}


@pytest.mark.parametrize(
    ("language", "text", "rule", "words"),
    [
        ("de", "Das System muss in angemessener Zeit antworten.", "unambiguous.vague", ["in angemessener Zeit"]),
        ("de", "Geeignete Maßnahmen sind zu treffen.", "unambiguous.vague", ["Geeignete"]),
        ("de", "Der Nutzer ist nach Möglichkeit zu warnen.", "unambiguous.loophole", ["nach Möglichkeit"]),
        ("de", "Dies muss geprüft werden.", "unambiguous.pronoun", ["Dies"]),
        ("de", "Rot und/oder blau ist zu wählen.", "unambiguous.alternative", ["und/oder"]),
        (
            "de",
            "Die Anzeige muss übersichtlich und intuitiv sein.",
            "verifiable.unmeasured",
            ["übersichtlich", "intuitiv"],
        ),
        ("de", "Die Last ist optimal zu verteilen.", "verifiable.superlative", ["optimal"]),
        ("de", "Name, Anschrift usw. sind zu speichern.", "complete.open_list", ["usw"]),
        ("de", "Die Grenze ist TBD.", "complete.placeholder", ["TBD"]),
        ("de", "Der Dienst muss jederzeit antworten.", "feasible.absolute", ["jederzeit"]),
        ("de", "Der Wert muss in SQL abgefragt werden.", "appropriate.solution", ["SQL"]),
        ("de", "Die Leitung führt eine Liste.", "conforming.no_duty_word", ["Die"]),
        ("en", "The system shall respond in a reasonable time.", "unambiguous.vague", ["reasonable"]),
        ("de", "Die Tür muss schneller schließen.", "verifiable.comparison", ["schneller"]),
        ("de", "Die Tür muss meist offen sein.", "unambiguous.adverb", ["meist"]),
        ("de", "Der Bote sollte klingeln.", "unambiguous.uncertain_verb", ["sollte"]),
        ("de", "Es sind mehrere Schlüssel zu fertigen.", "verifiable.open_quantity", ["mehrere"]),
        ("en", "The porter should ring.", "unambiguous.uncertain_verb", ["should"]),
        ("en", "The gate must usually be open.", "unambiguous.adverb", ["usually"]),
        ("en", "The porter must carry several keys.", "verifiable.open_quantity", ["several"]),
        ("en", "The lift must take the shortest way.", "verifiable.superlative", ["shortest"]),
        ("en", "Users shall be warned where possible.", "unambiguous.loophole", ["where possible"]),
        ("en", "It shall be fast and easy to use.", "verifiable.unmeasured", ["fast", "easy"]),
        ("en", "Name, address etc. shall be stored.", "complete.open_list", ["etc"]),
        ("en", "Records shall be deleted.", "complete.no_actor", ["shall be deleted"]),
        ("en", "The clerk shall count and the manager shall sign.", "singular.several_duties", ["and"]),
        ("en", "The service shall never fail.", "feasible.absolute", ["never"]),
    ],
)
def test_weak_words_are_found_in_place(language: str, text: str, rule: str, words: list[str]) -> None:
    found = assess(text, language)
    (finding,) = [entry for entry in found[rule.split(".")[0]] if entry["rule"] == rule]
    assert [text[start:end] for start, end in finding["words"]] == words
    assert finding["message"].endswith(".")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Betreiber muss jede Änderung innerhalb von zwei Stunden dem Kunden melden."),
        ("en", "The operator shall report each change to the customer within two hours."),
        ("en", "Should the lift fail, the porter may not open the door."),
        ("de", "Sollte der Aufzug ausfallen, hat der Bote die Leitung zu rufen."),
    ],
)
def test_a_plain_requirement_has_no_finding(language: str, text: str) -> None:
    found = assess(text, language)
    assert rules_of(found) == set()
    assert tuple(found) == CHARACTERISTICS
    assert {name for name, value in found.items() if value == NOT_CHECKED} == {
        "necessary",
        "correct",
        "feasible",
        "appropriate",
    }


def test_a_very_long_sentence_is_told() -> None:
    assert "conforming.long" in rules_of(assess("Der Betreiber muss " + "sehr " * 60 + "prüfen.", "de"))


def test_rules_are_the_same_in_both_languages() -> None:
    german, english = ({rule.id for rule in quality_rules(language)} for language in ("de", "en"))
    assert german == english
    assert {rule.characteristic for rule in quality_rules("de")} <= set(CHARACTERISTICS)
