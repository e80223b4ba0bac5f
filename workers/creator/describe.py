"""What can be told about a requirement besides its text; None wherever the text does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.requirement import Modality, RequirementType

from . import glossary
from .judgement import Judgement
from .register import Register
from .requirement_types import kind
from .rules.rule import Rule

NAME_LENGTH = 80

_PARENTHESIS = re.compile(r"\s*\([^()]*\)")
_LEAD = re.compile(
    r"^(?:[•·▪–—\-\uf0b7]\s+|\(?\w{1,3}\)\s+|(?:Demnach|Daher|Somit|Zudem|Ferner|Weiterhin|Außerdem|Darüber hinaus"
    r"|Hierbei|Dabei|Andernfalls|Also|However|Therefore|In addition|Furthermore|Moreover|Consequently),?\s+)+"
)
_CLAUSE_END = re.compile(r"[,;:]\s|\s[–—-]\s")
_EDGE = " .,;:–—-"


@dataclass(frozen=True, slots=True)
class Description:
    """The describing fields of a requirement; names as in `ExtractedRequirement`."""

    requirement_name: str
    requirement_type: RequirementType | None
    priority: str | None
    priority_reason: str
    addressee: str | None
    is_gobd_relevant: bool | None
    is_gdpr_relevant: bool | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Which regimes a document itself belongs to."""

    gobd: bool = False
    gdpr: bool = False


def identity(title: str | None, head: str) -> Identity:
    """Read a document's regime from its title, else from its first 3,000 characters.

    The head counts only where it names the law as the document's own subject, that is within its first 600 characters.
    """
    own = f"{title or ''}\n{head[:600]}"
    return Identity(gobd=bool(glossary.GOBD_IDENTITY.search(own)), gdpr=bool(glossary.GDPR_IDENTITY.search(own)))


def describe(text: str, judgement: Judgement, language: str, register: Register, who: Identity) -> Description:
    """Describe one statement; pure.

    Args:
        text: the full statement.
        judgement: the verdict on the sentence that states the duty.
        language: "de" or "en".
        register: of the document.
        who: the regimes to which the document itself belongs.
    """
    priority, reason = _priority(text, language, judgement.modality, judgement.deciding)
    return Description(
        requirement_name=name(text),
        requirement_type=kind(text, language, register, judgement.modality),
        priority=priority,
        priority_reason=reason,
        addressee=addressee(text if language == "en" else judgement.clauses.main, language),
        is_gobd_relevant=_relevant(text, who.gobd, who.gdpr, glossary.GOBD_NORM, glossary.GOBD_TERM),
        is_gdpr_relevant=_relevant(text, who.gdpr, who.gobd, glossary.GDPR_NORM, glossary.GDPR_TERM),
    )


def name(text: str) -> str:
    """A name of at most 80 characters from the statement's own words, cut between clauses or words."""
    plain = " ".join(_LEAD.sub("", _PARENTHESIS.sub("", text)).split()).strip(_EDGE)
    if len(plain) <= NAME_LENGTH:
        return plain or text.strip()[:NAME_LENGTH]
    clause = next(
        (m.start() for m in reversed(list(_CLAUSE_END.finditer(plain[:NAME_LENGTH]))) if m.start() >= 40), None
    )
    cut = (
        plain[: clause or plain.rfind(" ", 0, NAME_LENGTH)]
        if clause or " " in plain[:NAME_LENGTH]
        else plain[: NAME_LENGTH - 1]
    )
    return cut.strip(_EDGE) + "…"


def _relevant(text: str, own: bool, other: bool, norm: re.Pattern[str], term: re.Pattern[str]) -> bool | None:
    """True by document, cited norm or glossary; False where the document is of another regime and nothing tells so."""
    if own or norm.search(text) or term.search(text):
        return True
    return False if other else None


def _priority(text: str, language: str, modality: Modality, rules: Sequence[Rule]) -> tuple[str | None, str]:
    """Priority and its reason in words; None where no rule says how strong the statement is."""
    strong = (glossary.DE_STRONG if language == "de" else glossary.EN_STRONG).search(text)
    weak = (glossary.DE_WEAK if language == "de" else glossary.EN_WEAK).search(text)
    if modality is Modality.RECOMMENDATION:
        return ("medium", f"recommendation with '{strong[0]}'") if strong else ("low", "recommendation")
    if modality is Modality.AUTHORITY_DUTY:
        return "low", "binds an authority, not the regulated party"
    if not rules:
        return None, ""
    if weak and not strong and modality is not Modality.PROHIBITION:
        return "medium", f"{modality.value} softened by '{weak[0]}'"
    if strong:
        return "high", f"{modality.value} with '{strong[0]}'"
    return (
        ("high", f"{modality.value} ({rules[0].id})")
        if _is_strict(rules[0])
        else ("medium", f"{modality.value} without a strict modal verb")
    )


_STRICT = re.compile(
    r"\.(?:muss|verpflichtet|hat_zu|ist_zu|darf_nicht|darf_nur|unzulaessig|shall|must|required|no_shall|may_not|prohibited|cannot|only|pflichtig|nicht_berechtigt)"
)


def _is_strict(rule: Rule) -> bool:
    return bool(_STRICT.search(rule.id))


def addressee(text: str, language: str) -> str | None:
    """Who must act, in the statement's words without the article; None where nobody is named as acting."""
    plain = _PARENTHESIS.sub("", text)
    if language == "de":
        match = glossary.DE_SUBJECT.search(plain) or glossary.DE_AGENT.search(plain)
        return next((group for group in match.groups() if group), None) if match else None
    match = glossary.EN_SUBJECT.search(plain) or glossary.EN_AGENT.search(plain)
    if match is None:
        return None
    return glossary.EN_DETERMINERS.sub("", match[0][: match.end(match.lastindex or 0) - match.start()]).strip()


_NOTES = {
    "de": {
        "norm": "Nennt {}{}.",
        "term": "Verwendet „{}“, bestimmt in {}.",
        "see": "Verweist auf {}{}.",
        "priority": "Priorität {}: {}.",
        "at": " ({})",
    },
    "en": {
        "norm": "Cites {}{}.",
        "term": "Uses '{}', defined in {}.",
        "see": "Refers to {}{}.",
        "priority": "Priority {}: {}.",
        "at": " ({})",
    },
}


def notes(text: str, language: str, locator: str, terms: Mapping[str, str], description: Description) -> str:
    """Research notes in sentences: cited norms, defined terms used, places referred to, why this priority.

    Args:
        terms: defined term -> locator of its definition.
    """
    say = _NOTES[language]
    at = say["at"].format(locator) if locator else ""
    norms = list(dict.fromkeys(match[0].strip(_EDGE) for match in glossary.NORM.finditer(text)))
    sentences = [say["norm"].format(", ".join(norms), at)] if norms else []
    sentences += [
        say["term"].format(term, place)
        for term, place in sorted(terms.items())
        if place and _uses(text, term) and place != locator
    ]
    related = list(dict.fromkeys(match[1].strip(_EDGE) for match in glossary.SEE.finditer(text)))
    sentences += [say["see"].format(", ".join(related), at)] if related else []
    if description.priority and description.priority_reason:
        sentences.append(say["priority"].format(description.priority, description.priority_reason))
    return " ".join(sentences)


def _uses(text: str, term: str) -> bool:
    return len(term) > 2 and re.search(rf"\b{re.escape(term)}", text, re.IGNORECASE) is not None
