"""Each format, read back by a reader that is not ours, has the rows and the totals of the rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import reqif
import xmlschema
from reqif.parser import ReqIFParser

from orchestrator.domain.report import FORMATS, STORED
from orchestrator.report_formats import RENDERERS, Content
from orchestrator.report_formats.columns import COLUMNS
from orchestrator.report_formats.csv import harmless
from orchestrator.report_formats.labels import ENGLISH, GERMAN
from orchestrator.report_formats.page import policy
from orchestrator.report_formats.reqif import NAMESPACE

SCHEMA = Path(reqif.__file__).parent / "reqif_schema" / "reqif.xsd"


def made(name: str, content: Content) -> bytes:
    return b"".join(RENDERERS[name](content))


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def of_csv(data: bytes) -> Counter[str]:
    return Counter(row["status"] for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def of_html(data: bytes) -> Counter[str]:
    articles = [attributes["class"] or "" for tag, attributes in Page(data).tags if tag == "article"]
    return Counter(each.split()[0] for each in articles)


def of_xlsx(data: bytes) -> Counter[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["requirements"]
    return Counter(str(row[2]) for row in sheet.iter_rows(min_row=2, values_only=True))


def of_reqif(data: bytes) -> Counter[str]:
    chosen = re.findall(r"<ENUM-VALUE-REF>status-(\w+)</ENUM-VALUE-REF>", data.decode())
    return Counter(chosen)


def of_json(data: bytes) -> Counter[str]:
    return Counter(row["status"] for row in json.loads(data)["requirements"])


def of_text(data: bytes) -> Counter[str]:
    (said,) = re.findall(r"^Requirements +\d+: (.*)$", data.decode(), re.MULTILINE)
    return Counter({name: int(count) for count, name in (each.split() for each in said.split(", "))})


READERS: dict[str, Callable[[bytes], Counter[str]]] = {
    "text": of_text, "json": of_json, "html": of_html, "csv": of_csv, "xlsx": of_xlsx, "reqif": of_reqif,
}  # fmt: skip


def test_there_is_a_renderer_for_each_format() -> None:
    assert list(RENDERERS) == list(FORMATS) == list(READERS)
    assert set(STORED) - set(FORMATS) == {"pack"}


@pytest.mark.parametrize("name", FORMATS)
def test_the_totals_of_each_format_are_those_of_the_rows(name: str, content: Content, rows: list[Any]) -> None:
    counted = READERS[name](made(name, content))

    assert counted == Counter(row.status for row in rows)
    assert counted == {status: count for status, count in content.head["summary"]["status"].items() if count}
    assert counted.total() == content.head["summary"]["total"] == 5


@pytest.mark.parametrize("name", FORMATS)
def test_a_job_without_requirements_and_without_text(name: str, make_content: Callable[..., Content]) -> None:
    assert made(name, make_content([], ""))


def test_csv_is_rfc_4180_with_stable_names_and_nothing_to_compute(content: Content, rows: list[Any]) -> None:
    data = made("csv", content)

    assert data.startswith(b"\xef\xbb\xbfnumber,rid,status,name,text,modality,")
    assert data.count(b"\r\n") == 6
    read = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert list(read[0]) == list(COLUMNS)
    assert read[0]["text"] == rows[0].requirement_text
    assert read[1]["text"] == "'" + rows[1].requirement_text
    assert read[3]["text"] == "'" + rows[3].requirement_text, "with its line end"
    assert (read[2]["rejection_reason"], read[3]["last_error"]) == ("'+1 <b>", "'-1")
    assert read[1]["citations"] == "2"
    assert not [cell for row in read for cell in row.values() if cell and cell[0] in "=+-@\t\r"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_text_that_could_be_computed_is_a_text(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"


def test_numbers_stay_numbers() -> None:
    assert [harmless(each) for each in (-1, 0.5, None, "a=1")] == [-1, 0.5, None, "a=1"]


def test_xlsx_has_four_sheets_and_no_formula(content: Content, rows: list[Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", content)))

    assert book.sheetnames == ["requirements", "coverage", "gaps", "usage"]
    assert [cell.value for cell in book["requirements"][1]] == list(COLUMNS)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert book["requirements"]["E3"].value == rows[1].requirement_text
    assert book["gaps"]["D2"].value == "=1+1 muss."
    numbers = dict(book["coverage"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert (numbers["requirements"], numbers["status: integrated"], numbers["gaps"]) == (5, 2, 1)
    assert ("language model, creator", "requests", 0) in book["usage"].iter_rows(values_only=True)


def test_html_shows_quotes_in_their_context_and_runs_nothing(content: Content) -> None:
    data = made("html", content)
    page = Page(data)

    assert not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert all(not name.startswith("on") and name != "style" for _, given in page.tags for name in given)
    assert not re.search(rb"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", data)
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": policy()}) in page.tags
    assert "<script>alert(1)</script> darf nicht laufen &amp; nichts tun." in page.said
    assert b"Vorwort. <mark>Der H\xc3\xa4ndler muss Belege aufbewahren.</mark>" in data.replace(b"\n", b"")
    assert ("html", {"lang": "de"}) in page.tags
    assert any("Anforderungen aus" in said for said in page.said)


def test_pages_are_english_for_any_language_but_german(make_content: Callable[..., Content], rows: list[Any]) -> None:
    assert b"<h1>Requirements of a &#34;b&#34; &lt;c&gt;.txt</h1>" in made("html", make_content(rows, language="fr"))
    assert set(ENGLISH) <= set(GERMAN)


def test_reqif_is_valid_by_the_schema_of_the_omg(content: Content) -> None:
    schema = xmlschema.XMLSchema(str(SCHEMA))

    schema.validate(io.BytesIO(made("reqif", content)))


def test_reqif_opens_in_another_reader(content: Content, rows: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "report.reqif"
    path.write_bytes(made("reqif", content))

    bundle = ReqIFParser.parse(str(path))

    inside = bundle.core_content.req_if_content
    (specification,) = inside.specifications
    found = [bundle.get_spec_object_by_ref(each.spec_object) for each in specification.children]
    assert [each.identifier for each in found] == [f"requirement-{row.rid}" for row in rows]
    values = {each.definition_ref: each.value for each in found[1].attributes}
    assert values["attribute-text"] == values["attribute-quote"] == rows[1].requirement_text
    assert values["attribute-modality"] == ["modality-obligation"]
    assert (values["attribute-page"], values["attribute-confidence"]) == ("2", "0.7")
    assert {"attribute-foreignid", "attribute-name", "attribute-locator", "attribute-status"} <= set(values)


def test_every_reference_in_reqif_leads_somewhere(content: Content) -> None:
    """Read as nothing but XML: tools differ in what they forgive."""
    root = ElementTree.fromstring(made("reqif", content))  # noqa: S314 - made by the project

    ids = [node.get("IDENTIFIER") for node in root.iter() if node.get("IDENTIFIER")]
    references = {node.text for node in root.iter() if node.tag.endswith("-REF")}
    assert root.tag == f"{{{NAMESPACE}}}REQ-IF"
    assert len(ids) == len(set(ids))
    assert references <= set(ids)
    assert len(references) > 20
    texts = [node.get("THE-VALUE") for node in root.iter(f"{{{NAMESPACE}}}ATTRIBUTE-VALUE-STRING")]
    assert "@SUM(1) soll\nüber zwei Zeilen gehen." in texts, "a line end is kept"
    assert "Ein Zeichen \ufffd und 😀 müssen bleiben." in texts, "XML has no such character"


def test_a_renderer_reads_rows_as_it_writes(rows: list[Any], make_content: Callable[..., Content]) -> None:
    """After the first block of a long report, most of its rows have not been asked for yet."""
    for name in ("text", "json", "html", "csv", "reqif"):
        asked = 0

        def many(statuses: Any = ()) -> Any:
            nonlocal asked
            for _ in range(3000):
                asked += 1
                yield rows[0]

        short = make_content(rows)
        long = Content(short.head, many, short.passage, short.characters, short.marks)
        next(iter(RENDERERS[name](long)))
        assert 0 < asked < 1500, name
