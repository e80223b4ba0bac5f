from __future__ import annotations

import re

import pytest

from workers.creator.type_cues import CUES, type_cues


@pytest.mark.parametrize(
    ("language", "text", "cues"),
    [
        ("en", "The portal shall send a confirmation.", {"tell", "does", "system_first"}),
        ("de", "Das Portal muss eine Bestätigung versenden.", {"tell", "system_first"}),
        ("en", "Pages shall load within two seconds.", {"time", "limit", "time+limit"}),
        ("de", "Seiten müssen innerhalb von zwei Sekunden laden.", {"time", "limit", "time+limit"}),
        ("en", "The menu shall be easy to understand.", {"ease"}),
        ("de", "Das Menü muss leicht verständlich sein.", {"ease", "be_property"}),
        ("en", "Only staff may log in with a password.", {"secure", "not"}),
        ("de", "Der Zugriff ist durch ein Passwort zu schützen.", {"secure"}),
    ],
)
def test_equal_signs_in_both_languages(language: str, text: str, cues: set[str]) -> None:
    assert cues <= type_cues(text, language)


def test_length_and_sentences_are_cues() -> None:
    assert "short" in type_cues("It runs.", "en")
    assert {"long", "sentences"} <= type_cues("It runs and runs. " * 12, "en")


def test_patterns_are_lower_case_and_compile() -> None:
    for pair in CUES.values():
        for pattern in pair:
            assert re.compile(pattern)
            assert pattern == re.sub(r"(?<!\\)[A-ZÄÖÜ]", lambda letter: letter[0].lower(), pattern)
