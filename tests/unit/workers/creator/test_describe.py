from __future__ import annotations

import pytest

from workers.creator.describe import Identity, addressee, describe, identity, name, notes
from workers.creator.judgement import judge
from workers.creator.register import Register


def _described(text: str, language: str = "de", register: Register = Register.LETTER, who: Identity | None = None):  # type: ignore[no-untyped-def]
    return describe(text, judge(text, language, register), language, register, who or Identity())


def test_names_are_short_and_of_the_statements_own_words() -> None:
    text = (
        "Demnach sind die Belege (siehe Abschnitt 3) geordnet, vollständig und lesbar abzulegen, "
        "damit sie ein Dritter jederzeit ohne Hilfe prüfen kann."
    )
    short = name(text)
    assert len(short) <= 80
    assert short.startswith("sind die Belege geordnet")
    assert "siehe" not in short
    assert name("Der Halter zahlt.") == "Der Halter zahlt"
    assert len(name("x" * 300)) <= 80


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Der Vermieter hat den Schaden zu ersetzen.", "de", "Vermieter"),
        ("Auf Verlangen hat der Steuerpflichtige dem Prüfer Zugang zu gewähren.", "de", "Steuerpflichtige"),
        ("Die Pflege obliegt dem Auftragnehmer.", "de", "Auftragnehmer"),
        ("Die Reinigung wird durch den Mieter vorgenommen.", "de", "Mieter"),
        ("Die Aufsichtsbehörde muss antworten.", "de", "Aufsichtsbehörde"),
        ("Für die Aufsichtsbehörde sind Unterlagen bereitzuhalten.", "de", None),
        ("Jede Buchung muss belegt sein.", "de", None),
        ("The financial entity shall, without delay, inform the authority.", "en", "financial entity"),
        ("If the customer pays late, the supplier may not stop the service.", "en", "supplier"),
        ("Each branch manager must sign the report.", "en", "branch manager"),
        ("Records shall be kept by the processor.", "en", "processor"),
        ("Records shall be kept.", "en", None),
    ],
)
def test_who_must_act(text: str, language: str, expected: str | None) -> None:
    assert addressee(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "priority"),
    [
        ("Der Halter muss die Karte sperren.", "de", "high"),
        ("Der Halter muss die Karte nach Möglichkeit sperren.", "de", "medium"),
        ("Der Halter sollte die Karte sperren.", "de", "low"),
        ("Der Halter darf die Karte in der Regel nicht verleihen.", "de", "high"),
        ("Die Kommission hat den Bericht vorzulegen.", "de", "low"),
        ("The keeper shall lock the card.", "en", "high"),
        ("The keeper shall lock the card where feasible.", "en", "medium"),
    ],
)
def test_priority_follows_modality_and_strength_and_says_why(text: str, language: str, priority: str) -> None:
    described = _described(text, language)
    assert described.priority == priority
    assert described.priority_reason


def test_priority_is_unknown_where_no_rule_tells_the_strength() -> None:
    described = _described("Die Maßnahmen werden überprüft.", register=Register.EU_ACT)
    assert described.priority is None


def test_regimes_by_identity_norm_and_glossary_else_unknown() -> None:
    plain = "Der Halter muss die Karte sperren."
    assert _described(plain).is_gobd_relevant is None
    assert _described(plain).is_gdpr_relevant is None
    of_gobd = _described(plain, who=Identity(gobd=True))
    assert (of_gobd.is_gobd_relevant, of_gobd.is_gdpr_relevant) == (True, False)
    assert _described("Die Karte ist nach § 146 Abs. 4 AO zu sperren.").is_gobd_relevant is True
    assert _described("Die Einwilligung ist zu dokumentieren.").is_gdpr_relevant is True
    assert _described("Die Einwilligung ist zu speichern.", who=Identity(gobd=True)).is_gdpr_relevant is True


def test_identity_is_read_from_the_title_or_the_very_beginning() -> None:
    assert identity("GoBD", "") == Identity(gobd=True)
    assert identity(None, "Regulation (EU) 2016/679 of the Parliament") == Identity(gdpr=True)
    assert identity("Handbook", "x" * 1000 + " GDPR") == Identity()


def test_notes_are_sentences_with_locators() -> None:
    text = "Die Belege sind nach § 147 AO im DV-System abzulegen (siehe Rz. 12)."
    said = notes(text, "de", "Rz. 30", {"DV-System": "Rz. 20", "Beleg-Scanner": "Rz. 21"}, _described(text))
    assert "§ 147 AO (Rz. 30)" in said
    assert "„DV-System“, bestimmt in Rz. 20." in said
    assert "Beleg-Scanner" not in said
    assert "Rz. 12" in said
    assert notes("Der Hund bellt.", "de", "", {}, _described("Der Hund bellt.")) == ""
