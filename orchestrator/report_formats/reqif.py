"""ReqIF 1.2 (OMG formal/2016-07-01), the exchange format of requirement tools, written as it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from orchestrator.domain.report import PRIORITIES, RequirementRow
from orchestrator.domain.requirement import Modality, RequirementStatus, RequirementType
from orchestrator.report_formats.columns import COLUMNS
from orchestrator.report_formats.content import Content, encoded

NAMESPACE = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
TOOL = "requirement orchestrator"
MOST_CHARACTERS = 1_000_000
MOST_INTEGER = 2**31 - 1
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Attribute(NamedTuple):
    """An attribute of the type Requirement; with `choices` one of those."""

    name: str
    kind: str
    value: Callable[[RequirementRow], Any]
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """As an XML id."""
        return "attribute-" + self.name.replace("ReqIF.", "").replace("_", "-").lower()


def _choice(name: str, *choices: Any) -> Attribute:
    return Attribute(name, "ENUMERATION", COLUMNS[name], tuple(map(str, choices)))


ATTRIBUTES = (
    Attribute("ReqIF.ForeignID", "STRING", COLUMNS["rid"]),
    Attribute("ReqIF.Name", "STRING", COLUMNS["name"]),
    Attribute("ReqIF.Text", "STRING", COLUMNS["text"]),
    _choice("modality", *Modality),
    _choice("type", *RequirementType),
    _choice("priority", *PRIORITIES),
    _choice("status", *RequirementStatus),
    Attribute("number", "INTEGER", COLUMNS["number"]),
    Attribute("locator", "STRING", COLUMNS["locator"]),
    Attribute("section", "STRING", COLUMNS["section"]),
    Attribute("page", "INTEGER", COLUMNS["page"]),
    Attribute("quote", "STRING", COLUMNS["quote"]),
    Attribute("further_citations", "STRING", COLUMNS["further_citations"]),
    Attribute("confidence", "REAL", COLUMNS["confidence"]),
    Attribute("addressee", "STRING", COLUMNS["addressee"]),
    Attribute("fulfilment", "STRING", COLUMNS["fulfilment"]),
    Attribute("rejection_reason", "STRING", COLUMNS["rejection_reason"]),
)


def render(content: Content) -> Iterator[bytes]:
    """One specification with a requirement object for each row, in the order of the document."""
    return encoded(_document(content))


def _document(content: Content) -> Iterator[str]:
    made_at = _moment(content.head["made_at"])
    changed = f'LAST-CHANGE="{made_at}"'
    title = f"Requirements of {content.head['document']['file_name']}"
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<REQ-IF xmlns="{NAMESPACE}">\n'
    yield _header(content, title, made_at)
    yield "<CORE-CONTENT><REQ-IF-CONTENT>\n<DATATYPES>\n"
    yield from _datatypes(changed)
    yield "</DATATYPES>\n<SPEC-TYPES>\n"
    yield from _types(changed)
    yield "</SPEC-TYPES>\n<SPEC-OBJECTS>\n"
    for row in content.rows(()):
        yield _object(row, changed)
    yield "</SPEC-OBJECTS>\n<SPECIFICATIONS>\n"
    yield f'<SPECIFICATION IDENTIFIER="specification" LONG-NAME={_attribute(title)} {changed}>'
    yield "<TYPE><SPECIFICATION-TYPE-REF>type-specification</SPECIFICATION-TYPE-REF></TYPE>\n<CHILDREN>\n"
    for row in content.rows(()):
        yield f'<SPEC-HIERARCHY IDENTIFIER="place-{row.rid}" {changed}><OBJECT>'
        yield f"<SPEC-OBJECT-REF>requirement-{row.rid}</SPEC-OBJECT-REF></OBJECT></SPEC-HIERARCHY>\n"
    yield "</CHILDREN></SPECIFICATION>\n</SPECIFICATIONS>\n</REQ-IF-CONTENT></CORE-CONTENT>\n</REQ-IF>\n"


def _header(content: Content, title: str, made_at: str) -> str:
    said = f"Job {content.head['job']['id']}, document SHA-256 {content.head['document']['sha256']}"
    return (
        f'<THE-HEADER><REQ-IF-HEADER IDENTIFIER="job-{content.head["job"]["id"]}"><COMMENT>{_text(said)}</COMMENT>'
        f"<CREATION-TIME>{made_at}</CREATION-TIME><REQ-IF-TOOL-ID>{TOOL}</REQ-IF-TOOL-ID>"
        f"<REQ-IF-VERSION>1.0</REQ-IF-VERSION><SOURCE-TOOL-ID>{TOOL}</SOURCE-TOOL-ID>"
        f"<TITLE>{_text(title)}</TITLE></REQ-IF-HEADER></THE-HEADER>\n"
    )


def _datatypes(changed: str) -> Iterator[str]:
    plain = {
        "STRING": f'MAX-LENGTH="{MOST_CHARACTERS}"',
        "INTEGER": f'MIN="0" MAX="{MOST_INTEGER}"',
        "REAL": 'ACCURACY="6" MIN="0" MAX="1"',
    }
    for kind, limits in plain.items():
        name = kind.lower()
        yield f'<DATATYPE-DEFINITION-{kind} IDENTIFIER="datatype-{name}" LONG-NAME="{name}" {limits} {changed}/>\n'
    for attribute in filter(lambda each: each.choices, ATTRIBUTES):
        yield f'<DATATYPE-DEFINITION-ENUMERATION IDENTIFIER="datatype-{attribute.name}"'
        yield f' LONG-NAME="{attribute.name}" {changed}><SPECIFIED-VALUES>\n'
        for number, choice in enumerate(attribute.choices):
            yield f'<ENUM-VALUE IDENTIFIER="{attribute.name}-{choice}" LONG-NAME="{choice}" {changed}><PROPERTIES>'
            yield f'<EMBEDDED-VALUE KEY="{number}" OTHER-CONTENT=""/></PROPERTIES></ENUM-VALUE>\n'
        yield "</SPECIFIED-VALUES></DATATYPE-DEFINITION-ENUMERATION>\n"


def _types(changed: str) -> Iterator[str]:
    yield f'<SPEC-OBJECT-TYPE IDENTIFIER="type-requirement" LONG-NAME="Requirement" {changed}><SPEC-ATTRIBUTES>\n'
    for attribute in ATTRIBUTES:
        kind = attribute.kind
        datatype = f"datatype-{attribute.name if attribute.choices else kind.lower()}"
        single = ' MULTI-VALUED="false"' if attribute.choices else ""
        yield f'<ATTRIBUTE-DEFINITION-{kind} IDENTIFIER="{attribute.key}" LONG-NAME="{attribute.name}"'
        yield f"{single} {changed}>"
        yield f"<TYPE><DATATYPE-DEFINITION-{kind}-REF>{datatype}</DATATYPE-DEFINITION-{kind}-REF></TYPE>"
        yield f"</ATTRIBUTE-DEFINITION-{kind}>\n"
    yield "</SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE>\n"
    yield f'<SPECIFICATION-TYPE IDENTIFIER="type-specification" LONG-NAME="Specification" {changed}/>\n'


def _object(row: RequirementRow, changed: str) -> str:
    values = "".join(_value(attribute, attribute.value(row)) for attribute in ATTRIBUTES)
    return (
        f'<SPEC-OBJECT IDENTIFIER="requirement-{row.rid}" LONG-NAME={_attribute(row.requirement_name)} {changed}>'
        f"<TYPE><SPEC-OBJECT-TYPE-REF>type-requirement</SPEC-OBJECT-TYPE-REF></TYPE>\n<VALUES>{values}</VALUES>"
        "</SPEC-OBJECT>\n"
    )


def _value(attribute: Attribute, value: Any) -> str:
    """A value with the reference to its attribute; nothing where there is none."""
    if value is None or value == "":
        return ""
    kind = attribute.kind
    definition = (
        f"<DEFINITION><ATTRIBUTE-DEFINITION-{kind}-REF>{attribute.key}</ATTRIBUTE-DEFINITION-{kind}-REF></DEFINITION>"
    )
    if attribute.choices:
        choice = f"<VALUES><ENUM-VALUE-REF>{attribute.name}-{value}</ENUM-VALUE-REF></VALUES>"
        return f"<ATTRIBUTE-VALUE-ENUMERATION>{definition}{choice}</ATTRIBUTE-VALUE-ENUMERATION>\n"
    return f"<ATTRIBUTE-VALUE-{kind} THE-VALUE={_attribute(value)}>{definition}</ATTRIBUTE-VALUE-{kind}>\n"


def _attribute(value: Any) -> str:
    """Quoted; line ends as references, which a reader would otherwise take for spaces."""
    return quoteattr(_NOT_XML.sub("\ufffd", str(value))[:MOST_CHARACTERS], {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", value))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds")
