from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.document import DocumentText, Role
from workers.creator.documents import read
from workers.creator.structure.margins import margin_numbers
from workers.creator.structure.marks import Style, mark_of, number_of
from workers.creator.structure.toc import toc_lines


def markdown(text: str) -> DocumentText:
    return read("text/markdown", text.encode())


def plain(text: str) -> DocumentText:
    return read("text/plain", text.encode())


def places(document: DocumentText, *roles: Role) -> list[str]:
    return [p.locator for p in document.passages if not roles or p.role in roles]


def roles(document: DocumentText) -> list[Role]:
    return [p.role for p in document.passages]


def lead(document: DocumentText, words: str) -> str | None:
    """The lead-in of the passage that begins with `words`."""
    passage = next(p for p in document.passages if document.text.startswith(words, p.start))
    return document.text[slice(*passage.lead_in)] if passage.lead_in else None


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("§ 26a Zweck", Style.SIGN, "26a"),
        ("Article 6: Lawfulness", Style.ARTICLE, "6"),
        ("Artikel 6", Style.ARTICLE, "6"),
        ("CHAPTER IV", Style.CHAPTER, "IV"),
        ("Teil 1 - Gemeinsames", Style.CHAPTER, "1"),
        ("Annex II", Style.ANNEX, "II"),
        ("3.2.1 Scope", Style.DECIMAL, "3.2.1"),
        ("(12) text", Style.PAREN, "12"),
        ("2a. text", Style.NUMBER, "2a"),
        ("2) text", Style.NUMBER, "2"),
        ("(b) text", Style.LETTER, "b"),
        ("b) text", Style.LETTER, "b"),
        ("bb) text", Style.DOUBLE, "bb"),
        ("(iv) text", Style.ROMAN, "iv"),
        ("• text", Style.BULLET, "•"),
        ("58 Eine Buchung", Style.BARE, "58"),
    ],
)
def test_markers(text: str, style: Style, value: str) -> None:
    mark = mark_of(text)
    assert mark is not None
    assert (mark.style, mark.value) == (style, value)


@pytest.mark.parametrize(
    "text",
    [
        "1. Januar 2020",
        "i. V. m. § 5",
        "z. B. Belege",
        "(EU) 2016/679",
        "2019, BStBl",
        "17.500 Euro",
        "§§ 238 ff.",
        "(23) , of",
        "p. 32).",
        "A word",
        "",
    ],
)
def test_what_looks_like_a_marker(text: str) -> None:
    assert mark_of(text) is None


@pytest.mark.parametrize(
    ("style", "value", "number"), [(Style.ROMAN, "xiv", 14), (Style.LETTER, "c", 3), (Style.NUMBER, "2a", 2)]
)
def test_numbers_of_markers(style: Style, value: str, number: int) -> None:
    assert number_of(style, value) == number


@given(st.text(max_size=40))
def test_a_marker_lies_within_its_text(text: str) -> None:
    clean = " ".join(text.split())
    mark = mark_of(clean)
    assert mark is None or 0 < mark.length <= len(clean)


STATUTE = """# Mustergesetz

## Teil 1 - Allgemeines

### § 1 Zweck

(1) Dieses Gesetz gilt für Betriebe,

1.  die Fahrzeuge vermieten und

2.  die Daten von Mietern

    a)  erheben oder

    b)  speichern.

Für andere Betriebe gilt es nicht.

(2) Es gilt nicht für Behörden.

### § 2 Begriffsbestimmungen

Betriebe sind Stellen mit Fahrzeugen.

### § 3 Pflichten

Der Betreiber muss die Daten nach § 5 Absatz 2 sichern.
"""


def test_a_statute_is_cited_by_paragraph_number_and_letter() -> None:
    document = markdown(STATUTE)
    assert places(document) == [
        "",
        "Teil 1",
        "§ 1",
        "§ 1 Abs. 1",
        "§ 1 Abs. 1 Nr. 1",
        "§ 1 Abs. 1 Nr. 2",
        "§ 1 Abs. 1 Nr. 2 lit. a",
        "§ 1 Abs. 1 Nr. 2 lit. b",
        "§ 1 Abs. 1",
        "§ 1 Abs. 2",
        "§ 2",
        "§ 2",
        "§ 3",
        "§ 3",
    ]
    assert document.passages[7].path == ("Mustergesetz", "Teil 1 - Allgemeines", "§ 1 Zweck")
    assert document.passages[7].level == 2


def test_items_carry_the_nearest_sentence_that_leads_them_in() -> None:
    document = markdown(STATUTE)
    assert lead(document, "die Fahrzeuge") == "Dieses Gesetz gilt für Betriebe,"
    assert lead(document, "speichern.") == "die Daten von Mietern"
    assert lead(document, "Für andere") is None
    assert [p.role for p in document.passages if p.locator == "§ 1 Abs. 1"] == [Role.LEAD_IN, Role.BODY]


def test_only_the_last_sentence_of_a_paragraph_leads_in() -> None:
    document = plain("Der Betrieb ist klein. Die Leitung hat Folgendes zu tun:\n\n- prüfen;\n- melden.\n")
    assert lead(document, "melden.") == "Die Leitung hat Folgendes zu tun:"


def test_definitions_by_their_words_and_by_their_section() -> None:
    document = markdown(STATUTE)
    assert [p.role for p in document.passages if p.locator == "§ 2"] == [Role.HEADING, Role.DEFINITION]
    words = (
        "‘Record’ means a document.",
        "A “no-show” is a booking that must be paid.",
        "Im Sinne dieser Richtlinie ist ein Beleg jede Unterlage.",
        "„Beleg“ bezeichnet jede Unterlage.",
    )
    for one in words:
        assert roles(plain(f"{one}\n")) == [Role.DEFINITION]
    assert roles(plain("The record means a lot to us.\n")) == [Role.BODY]


def test_a_duty_in_a_definitions_section_stays_text() -> None:
    document = markdown("# Definitions\n\nRecords are files.\n\nThe glossary must be kept current.\n")
    assert roles(document) == [Role.HEADING, Role.DEFINITION, Role.BODY]


CONTRACT = """SERVICE AGREEMENT

between A Ltd and B Ltd

1. Definitions

1.1 "Service" means the cleaning of vehicles.

2. Duties of the Provider

2.1 The Provider shall:

(a) clean every vehicle;
(b) report damage.

2.2 The Provider shall issue one invoice a month. See 4.1 for the rest.

3. Term

The agreement runs for two years.
"""


def test_clauses_and_numbered_headings_are_cited_by_their_number() -> None:
    document = plain(CONTRACT)
    assert [(p.locator, p.role) for p in document.passages] == [
        ("", Role.FRONT),
        ("", Role.FRONT),
        ("1", Role.HEADING),
        ("1.1", Role.DEFINITION),
        ("2", Role.HEADING),
        ("2.1", Role.LEAD_IN),
        ("2.1", Role.ITEM),
        ("2.1", Role.ITEM),
        ("2.2", Role.BODY),
        ("3", Role.HEADING),
        ("3", Role.BODY),
    ]
    assert document.passages[7].section == "2. Duties of the Provider"


def test_a_numbered_list_is_no_row_of_headings() -> None:
    document = plain("Formats:\n\n1. PDF\n2. Word\n3. Text\n\nThat is all.\n")
    assert roles(document) == [Role.LEAD_IN, Role.ITEM, Role.ITEM, Role.ITEM, Role.BODY]
    assert places(document, Role.ITEM) == ["No. 1", "No. 2", "No. 3"]


def test_letters_and_roman_numbers_are_told_apart_by_their_row() -> None:
    letters = "\n".join(f"({letter}) item;" for letter in "abcdefghij")
    document = markdown(f"## Article 1: Lists\n\n1. The following apply:\n\n{letters}\n\n(i) odd\n")
    assert places(document, Role.ITEM)[8:10] == ["Art. 1(1)(i)", "Art. 1(1)(j)"]
    nested = markdown("## Article 1: Lists\n\n1. The following:\n\n(a) one:\n\n(i) x;\n\n(ii) y;\n\n(b) two.\n")
    assert places(nested, Role.ITEM) == ["Art. 1(1)(a)", "Art. 1(1)(a)(i)", "Art. 1(1)(a)(ii)", "Art. 1(1)(b)"]


def test_requirement_ids_are_locators_until_the_next() -> None:
    document = markdown(
        "# Spec\n\n## 3.2 Login\n\n- **REQ-1** The system shall log in.\n- **REQ-2** The system shall:\n"
        "  - log out;\n\n"
        "Free text.\n\nREQ-3 Short title\n\nThe system shall stop.\n\n## 3.3 Rest\n\nISO-27001 applies here.\n"
    )
    assert places(document)[2:] == ["REQ-1", "REQ-2", "REQ-2", "3.2", "REQ-3", "REQ-3", "3.3", "3.3"]
    assert document.text[slice(document.passages[2].start, document.passages[2].end)] == "The system shall log in."


def margin_text(count: int, language: str = "de") -> str:
    words = {"de": "Die Aufzeichnung ist geordnet und wird aufbewahrt", "en": "The record is kept in order by the firm"}
    return "\n\n".join(f"{n} {words[language]}, Fall {n}." for n in range(1, count + 1))


@pytest.mark.parametrize(("language", "word"), [("de", "Rz."), ("en", "para.")])
def test_margin_numbers_of_plain_text(language: str, word: str) -> None:
    document = plain(margin_text(12, language))
    assert places(document) == [f"{word} {n}" for n in range(1, 13)]
    assert document.text[document.passages[11].start :].startswith(("Die", "The"))


def test_few_bare_numbers_are_no_margin_numbers() -> None:
    assert margin_numbers([f"{n} Foo" for n in range(1, 8)]) == {}
    assert len(margin_numbers([f"{n} Foo" for n in range(1, 9)])) == 8


@given(st.lists(st.integers(1, 30), max_size=60), st.data())
def test_margin_numbers_rise_strictly(numbers: list[int], data: st.DataObject) -> None:
    favoured = data.draw(st.lists(st.booleans(), min_size=len(numbers), max_size=len(numbers)))
    found = margin_numbers([f"{n} Wort" for n in numbers], favoured)
    values = list(found.values())
    assert list(found) == sorted(found)
    assert all(a < b for a, b in pairwise(values))
    assert all(numbers[index] == value for index, value in found.items())


def test_strays_do_not_break_the_row_of_margin_numbers() -> None:
    texts = [f"{n} Satz" for n in range(1, 21)]
    texts[10:10] = ["45 Tage", "12 Monate", "3 Jahre"]
    assert list(margin_numbers(texts).values()) == list(range(1, 21))


def test_a_table_of_contents_needs_entries() -> None:
    assert toc_lines(["Inhalt", "1 Zweck 2", "2 Rest 3", "3 Ende 9", "Text folgt hier", "Mehr"]) == {0, 1, 2, 3}
    assert toc_lines(["Inhalt", "Der Betrieb ist groß.", "Seit 2019"]) == frozenset()
    assert toc_lines(["Zweck ........ 2", "Langer Titel, der", "umbricht ........ 3", "Text"]) == {0, 1, 2}


INTERRUPTED = """# Some Act

Having regard to the Treaty,

Whereas:

### (1)

Trust matters.

### (2)

Keys get lost, as the report

### (1)

 OJ C 1, 1.1.2099, p. 1.

### (2)

 Position of the Parliament of 1 May 2099.

L 33/2 EN Official Journal of the European Union 1.1.2099
of the office shows.

### (3)

Order helps.

## Article 1: Keys

**1.** The holder shall keep the keys.

### (3)

## REGULATION (EU) 2098/1 OF THE COUNCIL
 of 1 May 2098 on keys (OJ L 2, 1.1.2098, p. 2).

**2.** The holder shall count them.

## Article 2: Definitions

For the purposes of this Act:

(1) ‘key’ means a thing that opens a lock;

(2) ‘holder’ means whoever has a key.
"""


def test_footnotes_that_interrupt_an_act_are_told_from_its_recitals() -> None:
    document = markdown(INTERRUPTED)
    recitals = list(dict.fromkeys(places(document, Role.RECITAL)))
    assert recitals == ["Recital 1", "Recital 2", "Recital 3"]
    assert len(places(document, Role.FOOTNOTE)) == 3
    assert [p.locator for p in document.passages if p.role is Role.BODY] == ["Art. 1(1)", "Art. 1(2)"]
    assert places(document, Role.DEFINITION) == ["Art. 2(1)", "Art. 2(2)"]
    assert "of the office shows." in document.text


def test_everything_before_the_recitals_is_front_matter() -> None:
    document = markdown(INTERRUPTED)
    assert roles(document)[:3] == [Role.FRONT] * 3


def test_front_matter_holds_no_duty_and_needs_a_heading_after_it() -> None:
    assert roles(plain("The system shall log in.\n\nIt may log out.\n")) == [Role.BODY, Role.BODY]
    document = markdown("Version 2\n\nThe operator shall read this.\n\n# 1 Scope\n\nText.\n")
    assert roles(document) == [Role.FRONT, Role.BODY, Role.HEADING, Role.BODY]


def test_an_example_stays_with_its_text() -> None:
    document = plain("Beispiel 1:\n\nEin Betrieb muss nichts tun.\n")
    assert [document.text[p.start : p.end] for p in document.passages] == ["Beispiel 1: Ein Betrieb muss nichts tun."]


def test_a_requirement_in_the_style_of_a_heading_is_text() -> None:
    document = markdown("# Spec\n\n## 1.1 The system shall log every access to the data.\n\n## 1.2 Rest\n")
    assert [(p.role, p.locator) for p in document.passages[1:]] == [(Role.BODY, "1.1"), (Role.HEADING, "1.2")]
