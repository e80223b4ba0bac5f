# ruff: noqa: E501  (a pattern is read on one line)
"""Which kind of text a document is. One model for all kinds fails, so each register has its own weights.

Evidence is counted in the title, the text, and the passages' locators and roles; the best total wins, and ties go to
the earlier register. Without evidence a document is a specification, the kind whose duties are worded most plainly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from orchestrator.domain.document import DocumentText, Passage, Role


class Register(StrEnum):
    """The kinds of text that are told apart."""

    EU_ACT = "eu_act"
    STATUTE = "statute"
    LETTER = "letter"
    CONTRACT = "contract"
    POLICY = "policy"
    """A house's own rules: guidelines, work instructions, procedures, privacy notices. There the indicative binds."""
    USER_STORIES = "user_stories"
    SPECIFICATION = "specification"


_EVIDENCE: Mapping[Register, Sequence[tuple[float, re.Pattern[str]]]] = {
    Register.EU_ACT: (
        (
            3,
            re.compile(
                r"\b(?:Regulation|Directive|Verordnung|Richtlinie) \((?:EU|EC|EG|EWG|EEC)\)|\b(?:Delegated|Implementing) Regulation\b"
            ),
        ),
        (
            4,
            re.compile(
                r"\bHAVE ADOPTED THIS|\bHABEN FOLGENDE|\bEUROPEAN PARLIAMENT AND\b|\bDAS EUROPÄISCHE PARLAMENT\b|\bHaving regard to the Treaty\b"
            ),
        ),
        (
            1,
            re.compile(
                r"\b(?:Member States?|Mitgliedstaat(?:en|s)?|Official Journal of the European Union|Amtsblatt der Europäischen Union|Unionsrecht|Union law)\b"
            ),
        ),
        (
            1,
            re.compile(
                r"\b(?:data subject|controller|competent authorit(?:y|ies)|betroffenen? Person|Auftragsverarbeiter)\b"
            ),
        ),
    ),
    Register.STATUTE: (
        (2, re.compile(r"(?m)^#*\s*§ ?\d+[a-z]?\b")),
        (
            1,
            re.compile(
                r"\b(?:Absatz|Absätze|Satz) \d+(?: und \d+)? (?:gilt|gelten|findet|ist)\b|\bdieses Gesetzes\b|\bBundesgesetzbl\w*|\bnach §+ ?\d+|\bdes Bundesrates\b"
            ),
        ),
        (0.5, re.compile(r"§§? ?\d+[a-z]?(?: Abs(?:\.|atz) \d+)?")),
    ),
    Register.LETTER: (
        (
            6,
            re.compile(
                r"\b(?:Bundesministerium der Finanzen|BMF-Schreiben|Oberste[n]? Finanzbehörden|Im Einvernehmen mit den obersten|Bundesanstalt für Finanzdienstleistungsaufsicht|Rundschreiben)\b"
            ),
        ),
        (1, re.compile(r"\b(?:GoBD|AEAO|BStBl|BFH-Urteil|Finanzverwaltung|Rzn?\. ?\d+)\b")),
        (1, re.compile(r"\b(?:Steuerpflichtige[rn]?|GoB|HGB|Finanzbehörde)\b")),
    ),
    Register.CONTRACT: (
        (
            2,
            re.compile(
                r"\b(?:Vermieter|Mieter|Auftragnehmer|Auftraggeber|Vertragspartei(?:en)?|Vertragspartner|Pächter|Lizenznehmer|Dienstleister|Anbieter und Kunde)\b"
            ),
        ),
        (
            2,
            re.compile(
                r"\b(?:hereinafter|the Parties|either Party|each Party|this Agreement|Lessor|Lessee|Tenant|Landlord|Supplier|Contractor|Licensee|Service Provider)\b"
            ),
        ),
        (
            4,
            re.compile(
                r"\((?:the |der |die )?[\"“„][\w ]{3,30}[\"”“]\)|\b(?:nachfolgend\b.{0,40}\bgenannt|wird folgender\b.{0,60}[Vv]ertrag|Vertragslaufzeit|Kündigungsfrist|Gerichtsstand|governing law|[Tt]ermination for convenience)\b"
            ),
        ),
    ),
    Register.POLICY: (
        (
            4,
            re.compile(
                r"\b(?:[Dd]iese[rn]? (?:Richtlinie|Leitlinie|Anweisung|Arbeitsanweisung|Dienstanweisung|Verfahrensanweisung|Hinweise|Hausordnung)\b(?! \()|Arbeitsanweisung(?:en)?|Verfahrensanweisung(?:en)?"
                r"|Dienstanweisung(?:en)?|Betriebsvereinbarung|[Tt]his (?:policy|procedure|guideline|notice|handbook|code of conduct|work instruction)\b|standard operating procedures?)\b"
            ),
        ),
        (
            1,
            re.compile(
                r"\b(?:Niederlassung(?:en|sleitung)?|Innenrevision|IT-Betrieb|Mitarbeiter(?:n|innen)?|Beschäftigten?|Vorgesetzten?|Führungskr[aä]fte?|Fachbereiche?|Abteilungsleitung|[Ss]taff|[Ee]mployees?|line managers?|[Bb]ranch(?:es| manager)|privacy office)\b"
            ),
        ),
    ),
    Register.USER_STORIES: (
        (
            8,
            re.compile(
                r"\b[Aa]s an? [^.,]{2,60},? (?:I|we) (?:want|need|would like|can|should)\b|\bAls [^.,]{2,60} (?:möchte|will|brauche|benötige) ich\b"
            ),
        ),
    ),
    Register.SPECIFICATION: (
        (
            2,
            re.compile(
                r"\b(?:[Tt]he|[Dd]as|[Ee]ach|[Tt]his) (?:[\w-]+ ){0,2}(?:[Ss]ystem|[Ss]oftware|[Aa]pplication|[Pp]roduct|[Ii]nterface|[Pp]latform|[Mm]odul|[Mm]odule|Portal|Anwendung)\b[^.]{0,40} (?:shall|must|should|will|muss|soll|wird)\b"
            ),
        ),
        (
            4,
            re.compile(
                r"\b(?:[Rr]equirements [Ss]pecification|SRS|Lastenheft|Pflichtenheft|[Ss]ystem [Ss]pecification|REQ-\d+|[Ff]unctional [Rr]equirements?|Use [Cc]ase)\b"
            ),
        ),
        (0.5, re.compile(r"\b(?:user|database|server|module|interface|Benutzer|Schnittstelle|Datenbank)s?\b")),
    ),
}
_HOUSE_RULES = r"(?:\w*Richtlinie|\w*Leitlinie|\w*Anweisung|(?:Haus|Nutzungs|Benutzungs|Benutzer|Schul|Platz|Park|Garten|Bade|Hallen|Labor|Werkstatt|Bibliotheks|Heim|Laden|Brandschutz|Spiel)ordnung|(?:House|Safety|Site|Conduct|Visitor|Library|Laboratory|Lab|Club|School) Rules|Betriebsvereinbarung|Verhaltenskodex|Datenschutz(?:hinweise|erklärung)|Organisationshandbuch|Policy|Policies|Procedures?|Guidelines?|Notice|Code of Conduct|Handbook|Work Instruction)"
_TITLES: Mapping[Register, re.Pattern[str]] = {
    Register.EU_ACT: re.compile(
        r"\b(?:regulation|directive|decision|verordnung|richtlinie|beschluss) (?:\((?:eu|eg|ec|ewg|eec|euratom)\)|(?:no |nr\. )?\d+/\d+)",
        re.IGNORECASE,
    ),
    Register.STATUTE: re.compile(
        r"^(?:\w+ ){0,3}(?:\w*gesetz(?:buch)?|verordnung (?:über|zur?)|\w+ act (?:19|20)\d\d)\b", re.IGNORECASE
    ),
    Register.LETTER: re.compile(r"\b(?:Grundsätze zur|Rundschreiben|BMF-Schreiben|Merkblatt|Circular)\b"),
    Register.CONTRACT: re.compile(
        r"^(?:[\w&-]+ ){0,4}(?:\w*vertrag|\w*vereinbarung|agreement|contract|terms and conditions|terms of (?:service|use)|geschäftsbedingungen|statement of work)\b",
        re.IGNORECASE,
    ),
    Register.POLICY: re.compile(
        rf"^(?:[\w&-]+ ){{0,4}}(?i:{_HOUSE_RULES})\b(?! (?:\((?:EU|EG|EC|EWG)\)|\d+/\d+|des Rates|des Europäischen))"
    ),
    Register.SPECIFICATION: re.compile(
        r"\b(?:specifications?|spezifikation|lastenheft|pflichtenheft|requirements?|anforderungen)\b", re.IGNORECASE
    ),
}
"""What a kind of text calls itself, in its title or one of its first lines."""
_TITLE_WEIGHT = 130.0
_TITLE_LINES = 3
_TITLE_LENGTH = 200
_LOCATORS: Mapping[str, Register] = {"Art.": Register.EU_ACT, "§": Register.STATUTE, "Rz.": Register.LETTER}
_SAMPLE = 60_000
_WILL = re.compile(r"\bwill\b")
_SHALL = re.compile(r"\bshall\b")


def detect(doc: DocumentText, part: Sequence[Passage] | None = None) -> Register:
    """The register of a document, or of one part of it where the part has enough text of its own.

    Args:
        doc: the document after reading.
        part: passages of one part; None judges the whole document.
    """
    passages = doc.passages if part is None else part
    text = doc.text if part is None else doc.text[passages[0].start : passages[-1].end] if passages else ""
    totals = _totals(_sampled(text), passages)
    if (named := _named(doc)) is not None:
        totals[named] += _TITLE_WEIGHT
    whole = detect(doc) if part is not None else None
    best = _best(totals)
    if whole is not None and totals[best] < 2 * totals[whole] + 20:
        return whole
    return best


def detect_text(text: str) -> Register:
    """The register of plain text without structure, such as a set of sentences."""
    return _best(_totals(_sampled(text), ()))


def habits(text: str) -> frozenset[str]:
    """Rule ids that mean more in this document: "will" states duties where it is said more often than "shall"."""
    return frozenset({"en.will"}) if len(_WILL.findall(text)) > len(_SHALL.findall(text)) else frozenset()


def _named(doc: DocumentText) -> Register | None:
    """What the document calls itself: in its title, else in the first of its first lines that tells."""
    opening = (doc.text[p.start : p.end] for p in doc.passages[:_TITLE_LINES])
    lines = (line.strip()[:_TITLE_LENGTH] for line in (doc.title or "", *opening))
    return next((register for line in lines for register, name in _TITLES.items() if name.search(line)), None)


def _best(totals: Mapping[Register, float]) -> Register:
    best = max(totals, key=lambda register: totals[register])
    return best if totals[best] >= 3 else Register.SPECIFICATION


def _sampled(text: str) -> str:
    """Beginning, middle and end: enough to tell, and bounded."""
    if len(text) <= _SAMPLE:
        return text
    third = _SAMPLE // 3
    middle = len(text) // 2
    return "\n".join((text[:third], text[middle : middle + third], text[-third:]))


def _totals(text: str, passages: Sequence[Passage]) -> dict[Register, float]:
    """Evidence per register: each pattern's hits per 1,000 characters, damped so that no single sign decides."""
    scale = max(1.0, len(text) / 20_000)
    totals = {
        register: sum(weight * min(40.0, len(pattern.findall(text)) / scale) for weight, pattern in evidence)
        for register, evidence in _EVIDENCE.items()
    }
    located = [next((r for sign, r in _LOCATORS.items() if p.locator.startswith(sign)), None) for p in passages]
    for register in _LOCATORS.values():
        if passages:
            totals[register] += 120 * located.count(register) / len(passages)
    if sum(passage.role is Role.RECITAL for passage in passages) >= 3:
        totals[Register.EU_ACT] += 60
    return totals
