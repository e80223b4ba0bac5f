from __future__ import annotations

from collections.abc import Callable

from orchestrator.domain.document import DocumentText, Role
from workers.creator.documents import read

Check = Callable[[DocumentText], None]


def of(body: str, head: str = "") -> DocumentText:
    return read("text/html", f"<html><head>{head}</head><body>{body}</body></html>".encode())


def words(document: DocumentText, role: Role) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages if p.role is role]


def hung(marker: str, *content: str) -> str:
    """A marker hung beside its text by a layout table, as EUR-Lex does it."""
    cell = "".join(one if one.startswith("<") else f"<p class='oj-normal'>{one}</p>" for one in content)
    return f"<table><col width='4%'/><tbody><tr><td><p>{marker}</p></td><td>{cell}</td></tr></tbody></table>"


def act(articles: int = 3, recitals: int = 4, language: str = "en") -> str:
    """An EU act of our own in EUR-Lex's markup."""
    word, whereas = {"en": ("Article", "Whereas:"), "de": ("Artikel", "in Erwägung nachstehender Gründe:")}[language]
    sentence = {"en": "The carrier shall keep the register of vehicles.", "de": "Der Betreiber führt das Verzeichnis."}
    lead = {"en": "The carrier shall, without delay:", "de": "Der Betreiber hat unverzüglich Folgendes zu tun:"}[
        language
    ]
    body = f"<p class='oj-doc-ti'>REGULATION (EU) 2099/1 OF THE COUNCIL</p><p>{whereas}</p>"
    body += "".join(hung(f"({n})", f"{sentence[language]} {n}.") for n in range(1, recitals + 1))
    body += "<p class='oj-normal'>HAVE ADOPTED THIS REGULATION:</p><p class='oj-ti-section-1'>CHAPTER I</p>"
    body += "<p class='oj-ti-section-2'>General provisions</p>"
    for number in range(1, articles + 1):
        body += f"<p class='oj-ti-art'>{word} {number}</p><p class='oj-sti-art'>Register</p>"
        first, second = ("1.   ", "2.   ") if language == "en" else ("(1)   ", "(2)   ")
        body += f"<p>{first}{lead}</p>"
        body += hung("(a)", "keep the keys;") + hung("(b)", "answer:", hung("(i)", "calls;"), hung("(ii)", "letters."))
        body += f"<p>{second}{sentence[language]}</p>"
    return body + "<hr/><p class='oj-note'><a href='#ntc1'>(<span>1</span>)</a> OJ L 1, 1.1.2099, p. 1.</p>"


def test_an_act_is_cited_to_the_subpoint(check_invariants: Check) -> None:
    document = of(act())
    check_invariants(document)
    second = [p.locator for p in document.passages if p.locator.startswith("Art. 2")]
    assert second == [
        "Art. 2",
        "Art. 2(1)",
        "Art. 2(1)(a)",
        "Art. 2(1)(b)",
        "Art. 2(1)(b)(i)",
        "Art. 2(1)(b)(ii)",
        "Art. 2(2)",
    ]
    assert [p.locator for p in document.passages if p.role is Role.RECITAL] == [f"Recital {n}" for n in range(1, 5)]
    assert {p.path for p in document.passages if p.locator == "Art. 3(2)"} == {
        ("CHAPTER I General provisions", "Article 3 Register")
    }
    assert words(document, Role.FOOTNOTE) == ["OJ L 1, 1.1.2099, p. 1."]


def test_a_german_act_is_cited_in_german() -> None:
    document = of(act(language="de"))
    assert document.language == "de"
    assert [p.locator for p in document.passages if p.locator.startswith("Art. 1 ")] == [
        "Art. 1 Abs. 1",
        "Art. 1 Abs. 1 lit. a",
        "Art. 1 Abs. 1 lit. b",
        "Art. 1 Abs. 1 lit. b Ziff. i",
        "Art. 1 Abs. 1 lit. b Ziff. ii",
        "Art. 1 Abs. 2",
    ]
    assert "Erwägungsgrund 4" in {p.locator for p in document.passages}


def test_nested_points_carry_the_nearest_lead_in() -> None:
    document = of(act(articles=2))
    leads = {p.locator: p.lead_in for p in document.passages if p.role is Role.ITEM}

    def lead(locator: str) -> str:
        start, end = leads[locator] or (0, 0)
        return document.text[start:end]

    assert lead("Art. 1(1)(b)") == "The carrier shall, without delay:"
    assert lead("Art. 1(1)(b)(ii)") == "answer:"


def test_navigation_scripts_and_hidden_parts_are_left_out() -> None:
    document = of(
        "<nav><a href='/'>Home</a></nav><script>var x = 'shall';</script><style>p{}</style><p hidden>no</p>"
        "<div role='navigation'>menu</div><h1>Notice</h1><p>Staff shall <b>lock</b> the door.</p>",
        "<title>ignored.html</title>",
    )
    assert document.text == "Notice\n\nStaff shall lock the door."
    assert document.title == "Notice"


def test_lists_have_numbers_levels_and_lead_ins(check_invariants: Check) -> None:
    document = of(
        "<p>Staff shall:</p><ol start='3'><li>lock up;</li><li>check:<ul><li>doors,</li><li>lights;</li></ul></li>"
        "<li><p>go home.</p><p>And rest.</p></li></ol>"
    )
    check_invariants(document)
    assert document.text.split("\n")[2:] == [
        "3. lock up;",
        "4. check:",
        "• doors,",
        "• lights;",
        "5. go home.",
        "And rest.",
    ]
    assert [(p.level, p.role) for p in document.passages[1:]] == [
        (1, Role.ITEM),
        (1, Role.ITEM),
        (2, Role.ITEM),
        (2, Role.ITEM),
        (1, Role.ITEM),
        (1, Role.ITEM),
    ]


def test_data_tables_are_rows_and_one_cell_is_layout() -> None:
    document = of(
        "<table><tr><th>Data</th><th>Period</th></tr><tr><td>Offers</td><td>30 days</td></tr></table>"
        "<table><tr><td><h2>Inner</h2><p>Text here.</p></td></tr></table>"
    )
    assert words(document, Role.TABLE) == ["Data | Period", "Offers | 30 days"]
    assert words(document, Role.HEADING) == ["Inner"]


def test_a_list_of_links_into_the_page_is_a_table_of_contents() -> None:
    document = of("<ul><li><a href='#a'>Scope</a></li></ul><h2 id='a'>Scope</h2><p>It applies.</p>")
    assert words(document, Role.TOC) == ["Scope"]
    assert len(words(document, Role.HEADING)) == 1


def test_footnote_references_leave_the_sentence() -> None:
    document = of("<p>The opinion<a href='#ntr1'> (<span>1</span>)</a> counts.</p>")
    assert document.text == "The opinion counts."


def test_preformatted_text_keeps_its_lines() -> None:
    document = of("<p>Call:</p><pre>a = 1\n  b = 2</pre>")
    assert "a = 1\n  b = 2" in document.text


def test_a_page_in_a_western_charset_is_decoded() -> None:
    page = "<html><head><meta charset='iso-8859-1'></head><body><p>Prüfung der Straße</p></body></html>"
    assert read("text/html", page.encode("latin-1")).text == "Prüfung der Straße"
