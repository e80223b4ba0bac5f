from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.document import DocumentText
from orchestrator.errors import DocumentError, Unsupported
from workers.creator.documents import READERS, ReadLimits, read

Check = Callable[[DocumentText], None]

PIECES = st.sampled_from(
    [
        "# Titel",
        "## 3.2 Scope",
        "3.2.1 Deep",
        "1. Foo",
        "2. Bar",
        "1) x",
        "(1) Absatz eins.",
        "(2)",
        "(a) item one;",
        "(i) sub",
        "i. V. m. § 5",
        "a) Buchstabe",
        "aa) doppelt",
        "§ 5 Zweck",
        "Artikel 3",
        "Article 12 Title",
        "CHAPTER I",
        "Annex I",
        "Whereas:",
        "- bullet:",
        "  - nested",
        "• Punkt",
        "Der Nutzer muss:",
        "The system shall work.",
        "‘X’ means y;",
        "REQ-1: The system shall x.",
        "REQ-2 Do y",
        "| a | b |",
        "|---|---|",
        "```",
        "===",
        "---",
        "> quote",
        "Inhalt",
        "Foo ....... 3",
        "58 Rand",
        "Beispiel 1:",
        "Seite 3 von 5",
        "\u00ad\ufffe",
        "wort-",
        "<!-- x",
        "**fett** _kursiv_ `code`",
        "L 1/2 EN Official Journal of the European Union 1.1.2020",
        "e\u0301",
        "",
        "",
        " ",
        "\t",
        "\f",
    ]
)
LINES = st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=40)
TAGS = st.sampled_from(
    ["p", "h1", "h3", "li", "ul", "ol", "td", "tr", "table", "div", "b", "br", "pre", "nav", "script", "dl", "dd"]
)
MARKUP = st.lists(
    st.one_of(PIECES, TAGS.map(lambda tag: f"<{tag}>"), TAGS.map(lambda tag: f"</{tag}>"), st.text(max_size=12)),
    max_size=40,
)
BYTES = ("text/plain", "text/markdown", "text/html")


def read_or_refuse(media_type: str, data: bytes) -> DocumentText | None:
    try:
        return read(media_type, data)
    except DocumentError:
        return None


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
@given(lines=LINES)
@settings(max_examples=150, deadline=None)
def test_any_lines_give_sound_passages_and_the_same_twice(
    media_type: str, lines: list[str], check_invariants: Check
) -> None:
    data = "\n".join(lines).encode("utf-8", "ignore")
    document = read_or_refuse(media_type, data)
    if document is not None:
        check_invariants(document)
        assert read(media_type, data) == document


@given(pieces=MARKUP)
@settings(max_examples=150, deadline=None)
def test_any_markup_gives_sound_passages_and_the_same_twice(pieces: list[str], check_invariants: Check) -> None:
    data = "".join(pieces).encode("utf-8", "ignore")
    document = read_or_refuse("text/html", data)
    if document is not None:
        check_invariants(document)
        assert read("text/html", data) == document


@pytest.mark.parametrize("media_type", list(READERS))
@given(data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(media_type: str, data: bytes, check_invariants: Check) -> None:
    document = read_or_refuse(media_type, data)
    if document is not None:
        check_invariants(document)


@pytest.mark.parametrize("media_type", BYTES)
@pytest.mark.parametrize("data", [b"", b"  \n\t ", b"\xef\xbb\xbf"])
def test_a_document_without_text_is_refused(media_type: str, data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        read(media_type, data)
    assert caught.value.code == "no_text_layer"


def test_text_over_the_limit_is_refused() -> None:
    limits = ReadLimits(characters=100)
    assert read("text/plain", b"x" * 100, limits).text == "x" * 100
    with pytest.raises(DocumentError) as caught:
        read("text/plain", b"x" * 101, limits)
    assert caught.value.code == "text_cap"
    assert caught.value.details == {"characters": 101, "limit": 100}


def test_an_unknown_media_type_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="image/png"):
        read("image/png", b"")


def test_a_path_is_read_as_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"The system shall work.")
    assert read("text/plain", path) == read("text/plain", path.read_bytes())


def test_passages_survive_json() -> None:
    document = read("text/markdown", b"# T\n\nThe user shall:\n\n- a;\n- b.\n")
    for passage in document.passages:
        assert type(passage).from_json(passage.to_json()) == passage


def test_limits_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ReadLimits().pages = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "**" * 50_000,
        "<!--" * 50_000,
        "[" * 50_000,
        "| " * 50_000,
        "1." * 50_000,
        "- " * 30_000,
        "> " * 9_999,
    ],
    ids=lambda text: text[:4],
)
@pytest.mark.parametrize("media_type", BYTES)
@pytest.mark.timeout(10)
def test_hostile_repetition_ends_soon(media_type: str, text: str) -> None:
    read_or_refuse(media_type, text.encode())


@pytest.mark.timeout(20)
def test_deep_nesting_in_html_ends_soon() -> None:
    table = "<table><tr><td>(1)</td><td>"
    for tag in ("<div>", "<ul><li>", table, "<table><tr><td>a</td><td>b"):
        read_or_refuse("text/html", (tag * 3_000 + "The end.").encode())
