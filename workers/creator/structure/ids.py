"""Requirement ids at the head of a paragraph: "REQ-12", "FR-3:", "[NFR-SEC-01]"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(
    r"\[?(?P<id>(?P<prefix>(?:[A-Z][A-Za-z]{0,9}(?:[-_.][A-Z][A-Za-z0-9]{0,7}){0,3})"
    r"(?:[-_.]|(?<=REQ) |(?<=FR) |(?<=NFR) |(?<=UC) |(?<=US) |(?<=ANF) |(?=\d+\]?:)))"
    r"\d{1,5}(?:\.\d{1,3}){0,3}[a-z]?)\]?"
    r"(?P<colon>\s*:|\s+[-–—]|\.)?(?:\s+|$)"
)
_STANDARDS_WORDS: Final = """
    ISO DIN EN IEC IEEE RFC BSI NIST PCI SOX TLS SSL AES SHA RSA HTTP UTF OAUTH COVID IP USB WCAG BITV IDW AEAO
"""
_KNOWN: Final = frozenset({"REQ", "FR", "NFR", "ANF", "SRS"})
"""Prefixes that number requirements wherever they stand."""
_STANDARDS: Final = frozenset(_STANDARDS_WORDS.split())


@dataclass(frozen=True, slots=True)
class RequirementId:
    """An id, the part before its number, and its length with what separates it from the text."""

    value: str
    prefix: str
    length: int
    colon: bool


def id_of(text: str) -> RequirementId | None:
    """The id-like word at the head of a text, or None. Names of standards are none."""
    match = _ID.match(text)
    if match is None or re.split(r"[-_. ]", match["prefix"])[0].upper() in _STANDARDS:
        return None
    return RequirementId(match["id"], match["prefix"], match.end(), match["colon"] is not None)


def _is_known(prefix: str) -> bool:
    return prefix.rstrip("-_. ") in _KNOWN


def opens_requirement(text: str) -> bool:
    """Whether a line begins with what is a requirement's id in any document: "REQ-12 ...", "[SEC-1]: ..."."""
    found = id_of(text)
    return found is not None and (found.colon or _is_known(found.prefix))


def prefixes(texts: Iterable[str]) -> frozenset[str]:
    """Prefixes that number something here: known ones, and those that open two paragraphs, or one with ":"."""
    counts: Counter[str] = Counter()
    for _value, prefix, colon in {(found.value, found.prefix, found.colon) for found in map(id_of, texts) if found}:
        counts[prefix] += 2 if colon or _is_known(prefix) else 1
    return frozenset(prefix for prefix, count in counts.items() if count >= 2)
