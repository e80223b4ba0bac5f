# ruff: noqa: E501  (a pattern is read on one line)
"""What kind of thing a requirement asks for.

Two questions are answered by models over cues (`type_cues`): does it ask for a function, does it ask for a quality.
The one type that is stored follows from them and from the kind of text: `docs/extraction.md` states the rules.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from orchestrator.domain.requirement import Modality, RequirementType

from .register import Register
from .scoring import Weights
from .type_cues import CUES, type_cues

FUNCTIONAL, QUALITY, CONSTRAINT = RequirementType.FUNCTIONAL, RequirementType.QUALITY, RequirementType.CONSTRAINT
LEGAL, PROCESS = RequirementType.LEGAL, RequirementType.PROCESS

_OF_SYSTEMS = frozenset({Register.SPECIFICATION, Register.USER_STORIES})
_OF_LAW = frozenset({Register.EU_ACT, Register.STATUTE, Register.LETTER})

_STAFF_ACTS = re.compile(
    r"(?:^|, )(?:the |each |all |der |die |das )?(?:[\w-]+ ){0,2}(?:agents?|staff|operators?|administrators?|employees?|clerks?|team|personnel|developers?|supplier|contractor|mitarbeiter|betreiber|administrator(?:en)?|auftragnehmer|lieferant|personal)"
    r" (?:shall|must|should|has to|have to|muss|müssen|soll|sollen|sollte|sollten|hat|haben) (?!be able)|\b(?:administrators?|operators?|staff|testers?) (?:sign|check|verify|train|review)\b"
    r"|^(?:planned |geplante )?(?:maintenance|training|migration|tests?|wartung\w*|schulung\w*|tests?) (?:shall|must|should|muss|müssen|soll|sollen|sollte|sollten)\b"
)
_LAW = re.compile(
    r"\b(?:statutory|by law|laws?|legal(?:ly)?|gdpr|regulations?|licen[cs]es?|gesetz\w*|rechtlich\w*|ds-?gvo|bdsg|hgb|ao|ustg|vorgeschriebenen?)\b|§ ?\d"
)
_BOUNDARY = re.compile(
    r"\b(?:unique|consecutive|exclusively|(?:limited|restricted) to|only (?:permitted|allowed)|without gaps|in accordance with|eindeutig\w*|lückenlos|fortlaufend\w*|ausschließlich|beschränkt|format)\b"
    r"|\b(?:shall|must) use (?:[A-Z\w]+ )?(?:with|rest|json|xml|sql|https?)\b|\b(?:kept|retained|stored|aufbewahrt|aufzubewahren|gespeichert)\b.*\b(?:years?|months?|days?|jahre?|monate?|tage?)\b"
)
_RECORDED_BY_MACHINE = re.compile(
    r"\b(?:protokolliert|automatisch\w*|automatically)\b|(?:^|:\s*)\W*log (?:every|each|all)\b|\b(?:das|the) system\b|\blog (?:every|each|all)\b"
)
_MEASURED = re.compile(
    r"\b\w*verfügbarkeit\b|\bavailability\b|\d ?%|\b(?:nachvollziehbar|nachprüfbar|lesbar|auffinden|unveränder\w+|encrypt\w*|plain language|legib\w+|readab\w+)\b|\bverschlüssel\w+\b|\bgeschützt\b"
    r"|\b(?:exceed|überschreit\w+|übersteig\w+)\b.*\b(?:seconds?|minutes?|hours?|sekunden?|minuten?|stunden?)\b"
)
_FORM = re.compile(
    r"\b(?:schriftform|schriftlichen? zustimmung|unterschrift|in writing|written (?:form|consent|notice)|vorherigen? zustimmung|bedarf|bedürfen|signature|ausschließlich in|only in|exclusively in|nach dem grundsatz|according to the principle)\b"
    r"|\bab einem\b|\bfrom an? amount\b|\d (?:€|eur)\b.*\b(?:einzuholen|obtained)\b|\b(?:rechnung\w*|invoices?|vergütung)\b.*\b(?:innerhalb|binnen|within)\b.*\b(?:begleichen|zahlen|settled)\b"
)
_PERSONAL_DATA = re.compile(
    r"\b(?:personenbezogen\w*|datenschutz\w*|einwilligung\w*|betroffene[nr]? person\w*|auskunftsersuchen|auskunft|bewegungsprofil\w*|vertraulich\w*|verarbeitung\b.*\binformieren|daten von|zwecke?n?|dsgvo|standort eines"
    r"|personal data|rental data|customer data|data subjects?|consent|purpose|privacy|confidential\w*|lawful\w*|erased?|requests? (?:shall|must) be|fee shall)\b"
)
_RECORDS = re.compile(
    r"\b(?:aufzubewahren|aufbewahrung\w*|einzeln|geschäftsvorf[aä]ll\w*|retention|retain\w*|verjähr\w+|haftet|haften|haftung|liab\w+|indemnif\w+|rechtmäßig\w*)\b|\b(?:unterlagen|kopien|daten|lists?|copies|data)\b.*\b(?:löschen|deleted?|erased?)\b|\b(?:delete|erase)\b"
)
_PROCEDURE = re.compile(
    r"\b(?:dokumentier\w*|prüf\w*|überprüf\w*|unterricht\w*|benachrichtig\w*|meld\w*|mitzuteilen|anzuzeigen|maßnahmen|verfahren\w*|organisationsanweisung|schul\w+|kontroll\w*|genehmigung|freizugeben|freigeben|benenn\w+|bestell\w+"
    r"|document|record|report|notify|inform|review|audit|train\w*|approve|assess\w*|monitor\w*|designate|appoint|procedures?|measures|policies|policy|test\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Aspects:
    """Probabilities in [0, 1]; a requirement may ask for both, or for neither."""

    functional: float
    quality: float

    @property
    def is_functional(self) -> bool:
        """Whether it asks for a function."""
        return self.functional >= 0.5

    @property
    def is_quality(self) -> bool:
        """Whether it asks for a quality."""
        return self.quality >= 0.5


def aspects(text: str, language: str) -> Aspects:
    """How probably a requirement asks for a function, and for a quality."""
    cues = type_cues(text, language)
    return Aspects(*(round(_weights(name).probability(cues), 4) for name in ("functional", "quality")))


@cache
def _weights(name: str) -> Weights:
    path = resources.files("workers.creator").joinpath("weights", f"type_{name}.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    return Weights(float(data["intercept"]), {str(k): float(v) for k, v in data["weights"].items()})


def kind(text: str, language: str, register: Register, modality: Modality) -> RequirementType | None:
    """The one type of a requirement; None where neither its words nor the kind of text tells."""
    if modality is Modality.AUTHORITY_DUTY:
        return LEGAL
    plain = text.lower()
    if register in _OF_SYSTEMS:
        return _of_system(plain, language, modality)
    return _of_law(plain) if register in _OF_LAW else _of_house(plain, modality)


def _of_system(text: str, language: str, modality: Modality) -> RequirementType | None:
    if _LAW.search(text):
        return LEGAL
    if modality is Modality.PROHIBITION:
        return CONSTRAINT
    if _STAFF_ACTS.search(text):
        return PROCESS
    if _BOUNDARY.search(text):
        return CONSTRAINT
    if type_cues(text, language).isdisjoint(CUES):
        return None
    asked = aspects(text, language)
    return QUALITY if asked.quality > asked.functional else FUNCTIONAL


def _of_law(text: str) -> RequirementType:
    if _PROCEDURE.search(text):
        return PROCESS
    return QUALITY if _MEASURED.search(text) else LEGAL


def _of_house(text: str, modality: Modality) -> RequirementType:
    if _RECORDED_BY_MACHINE.search(text):
        return FUNCTIONAL
    if _PERSONAL_DATA.search(text):
        return LEGAL
    if modality is Modality.PROHIBITION:
        return CONSTRAINT
    if _MEASURED.search(text):
        return QUALITY
    if _LAW.search(text) or _RECORDS.search(text):
        return LEGAL
    return CONSTRAINT if _FORM.search(text) else PROCESS
