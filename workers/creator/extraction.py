"""From passages to requirements: the entrance of the embedded engine. Pure and deterministic.

Every requirement is a sentence of the document (or a list item with the sentence that opens its list) whose score
reaches the threshold; everything else is counted, by what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.domain.document import Passage, Role, Span
from orchestrator.domain.graph import ModelObject
from orchestrator.domain.requirement import Citation, ExtractedRequirement, Modality, SentenceClass

from .criteria import is_numbered, register_at
from .describe import Identity, describe, identity, notes
from .examples import leads_back, opens_example
from .judgement import Judgement, judge
from .leads import Lead, Leads, completed
from .mentions import Mentions
from .prompt import Brief
from .register import Register, habits
from .scoring import EMIT, SURE
from .sentences import sentences
from .structure.ids import id_of
from .tables import history_rows

_NEVER = frozenset({Role.HEADING, Role.RECITAL, Role.TOC, Role.FOOTNOTE, Role.FRONT})
_TERM = re.compile(
    r"[„“\"‘'»]([^„“”\"‘’'«»]{3,60})[“”\"’'«]"
    r"|^\W*(?:(?:Der|Die|Das|The|An?) )?([A-ZÄÖÜ][\w-]+(?: [A-Z][\w-]+)?) (?:ist|sind|is|are|means?|bezeichnet)\b"
)
_SPACE = re.compile(r"\s+")
_COMMANDS = frozenset({"de.infinitiv", "en.imperative", "en.ensure"})
GAP_EMIT = 0.2
"""Score from which a sentence is emitted where one looks again at what was left out."""
_PLAINLY_OTHER = (
    SentenceClass.RELIEF,
    SentenceClass.PERMISSION,
    SentenceClass.AUTHORITY_RIGHT,
    SentenceClass.DEFINITION,
)
_DEFINITION_SCORE = 0.9
"""A definition is emitted only where it plainly states a duty."""


@dataclass(frozen=True, slots=True)
class ExtractionContext:
    """What extraction knows beside the text.

    Attributes:
        language: "de" or "en".
        register: of the document or of the part.
        title: the document's own title.
        brief: the prompt as understood.
        terms: terms that the user's context defines.
        objects, messages: the domain model; may be empty.
        page_starts: as in `DocumentText`; gives a sentence its own page.
        within: look at sentences in these spans alone, emit from `GAP_EMIT` on, and flag all for review; None: at all.
    """

    language: str
    register: Register
    title: str | None = None
    brief: Brief = field(default_factory=Brief)
    terms: tuple[str, ...] = ()
    objects: tuple[ModelObject, ...] = ()
    messages: tuple[ModelObject, ...] = ()
    page_starts: tuple[int, ...] = ()
    within: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one part gave.

    Attributes:
        requirements: in text order.
        counts: considered, emitted, carried (lead-ins whose items carry their duty), dropped, not_wanted, out_of_scope,
            and one `class.<name>` per sentence class. considered = emitted + carried + dropped + not_wanted + classes.
        duty_sentences: spans of the sentences in scope that have duty words.
    """

    requirements: tuple[ExtractedRequirement, ...]
    counts: Mapping[str, int]
    duty_sentences: tuple[Span, ...]

    def to_json(self) -> dict[str, Any]:
        """Counts and spans, JSON-ready."""
        return {"counts": dict(self.counts), "duty_sentences": [list(span) for span in self.duty_sentences]}


def extract(doc_text: str, passages: Sequence[Passage], context: ExtractionContext) -> Extraction:
    """Extract the requirements of one part.

    Args:
        doc_text: canonical text of the whole document; spans refer to it.
        passages: the part's passages, in text order.
        context: language, register, prompt and domain model.
    """
    return Extractor(doc_text, passages, context).run()


@dataclass(frozen=True, slots=True)
class _Found:
    """A statement that may become a requirement: its own span, its lead-ins' spans, and the verdict on it."""

    span: Span
    leads: tuple[Span, ...]
    judgement: Judgement
    score: float


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that was looked at, as the rules see it; `requirement` where they make one of it."""

    span: Span
    passage: Passage
    judgement: Judgement
    first: bool
    requirement: ExtractedRequirement | None


class Extractor:
    """The rules at work on one part. `statements` are the sentences that it looked at, once it has run."""

    def __init__(self, text: str, passages: Sequence[Passage], context: ExtractionContext) -> None:
        self._text = text
        self._context = context
        self._passages = [passage for passage in passages if passage.role not in _NEVER]
        self._habits = habits(text)
        self._history = history_rows(text, passages)
        self._leads = Leads(text, self._passages, self._judge)
        self._identity: Identity = identity(context.title, text)
        self._terms = dict.fromkeys(context.terms, "") | _defined_terms(text, self._passages)
        self._objects = Mentions(context.objects, context.language)
        self._messages = Mentions(context.messages, context.language)
        self._within = frozenset(context.within) if context.within is not None else None
        self._counts: Counter[str] = Counter()
        self._duties: list[Span] = []
        self.statements: list[Statement] = []

    def wants(self, modality: Modality) -> bool:
        """Whether the prompt asks for requirements of this modality."""
        return self._context.brief.wants(modality)

    def requirement_at(self, statement: Statement, span: Span, modality: Modality) -> ExtractedRequirement:
        """What the rules say of words of a statement that another engine takes for a requirement.

        Its score is at least `EMIT`; below `SURE` it is flagged for review.
        """
        judgement = replace(statement.judgement, modality=modality)
        passage = statement.passage
        leads = (passage.lead_in,) if passage.lead_in and statement.first else ()
        return self._requirement(passage, _Found(span, leads, judgement, max(judgement.score, EMIT)))

    def run(self) -> Extraction:
        """Extract; call it once."""
        requirements = [r for passage in self._passages for r in self._in_passage(passage)]
        counts = {
            "considered": 0,
            "emitted": len(requirements),
            "carried": 0,
            "dropped": 0,
            "not_wanted": 0,
            "out_of_scope": 0,
        }
        counts |= {f"class.{kind.value}": 0 for kind in SentenceClass} | self._counts
        return Extraction(tuple(requirements), counts, tuple(self._duties))

    def _judge(self, span: Span) -> Judgement:
        return self._judge_words(self._text[span[0] : span[1]])

    def _judge_words(self, words: str, register: str = "") -> Judgement:
        return judge(words, self._context.language, register or self._context.register, self._habits)

    def _judge_at(self, span: Span, passage: Passage) -> Judgement:
        """A requirement's id speaks for the sentence behind it, not for what explains that one."""
        numbered = is_numbered(self._text, *span) and (passage.role is Role.TABLE or bool(id_of(passage.locator)))
        register = register_at(self._context.register, passage.section, numbered=numbered)
        return self._judge_words(self._text[span[0] : span[1]], register)

    def _in_passage(self, passage: Passage) -> Iterator[ExtractedRequirement]:
        spans = sentences(self._text, passage.start, passage.end, self._context.language)
        if not self._context.brief.covers(passage.locator, passage.path):
            self._counts["out_of_scope"] += len(spans)
            return
        example = opens_example(self._text[passage.start : passage.end])
        for i, span in enumerate(spans):
            if self._within is not None and span not in self._within:
                continue
            self._counts["considered"] += 1
            judgement = self._judge_at(span, passage)
            example = example and not leads_back(judgement.clauses)
            tells = example or passage.start in self._history
            if judgement.has_duty_words:
                self._duties.append(span)
            found = None if tells else self._found(passage, span, judgement, first=i == 0)
            made = self._made(passage, span, judgement, found, tells)
            self.statements.append(Statement(span, passage, judgement, i == 0, made))
            if made is not None:
                yield made

    def _made(
        self, passage: Passage, span: Span, judgement: Judgement, found: _Found | None, tells: bool
    ) -> ExtractedRequirement | None:
        """The requirement that a sentence gives; None where it gives none, which is counted."""
        if found is None:
            self._count_class(passage, judgement, tells)
        elif self._within is None and self._leads.carries(span):
            self._counts["carried"] += 1
        elif not self._context.brief.wants(found.judgement.modality):
            self._counts["not_wanted"] += 1
        else:
            return self._requirement(passage, found)
        return None

    def _found(self, passage: Passage, span: Span, judgement: Judgement, *, first: bool) -> _Found | None:
        """The statement at this sentence, or None where it is no requirement."""
        if self._within is not None:
            return self._again(span, judgement)
        lead = self._leads.over(passage) if first else None
        if lead is not None:
            return self._item(span, judgement, lead)
        wanted = _DEFINITION_SCORE if passage.role is Role.DEFINITION else EMIT
        if judgement.score < wanted or (passage.role in (Role.DEFINITION, Role.TABLE) and not judgement.deciding):
            return None
        return _Found(span, (), judgement, judgement.score)

    def _again(self, span: Span, judgement: Judgement) -> _Found | None:
        """A statement that was left out before: anything with duty words, unless the rules say what else it is."""
        doubtful = judgement.deciding and judgement.score >= GAP_EMIT and not judgement.hits.of(*_PLAINLY_OTHER)
        return _Found(span, (), judgement, judgement.score) if doubtful else None

    def _item(self, span: Span, judgement: Judgement, lead: Lead) -> _Found | None:
        """An item states its own duty, or carries that of the sentence that opens its list."""
        if judgement.deciding and judgement.score >= (SURE if lead.excludes else EMIT):
            if not judgement.clauses.fragment and not (lead.rules_verbs and _is_command(judgement)):
                return _Found(span, (), judgement, judgement.score)
            if not (lead.judgement.is_requirement or lead.excludes) and _opens_with_duty(judgement):
                return _Found(span, lead.spans, judgement, judgement.score)
        if lead.shared:
            return _Found(span, lead.spans, lead.judgement, lead.judgement.score)
        sentence = completed(self._plain(lead.spans[-1]), self._plain(span))
        together = self._judge_words(sentence) if sentence else None
        if together and together.deciding and together.is_requirement:
            return _Found(span, lead.spans, together, together.score)
        return None

    def _count_class(self, passage: Passage, judgement: Judgement, tells: bool) -> None:
        lead = self._leads.over(passage)
        if judgement.deciding and not tells and lead is None:
            self._counts["dropped"] += 1
            return
        kind = SentenceClass.INFORMATION if tells else judgement.sentence_class
        if lead is not None and lead.judgement.is_requirement and not lead.shared:
            kind = SentenceClass.CONDITION
        self._counts[f"class.{kind.value}"] += 1

    def _requirement(self, passage: Passage, found: _Found) -> ExtractedRequirement:
        context = self._context
        text = " ".join(self._plain(span) for span in (*found.leads, found.span))
        modality: Modality = found.judgement.modality
        described = describe(text, found.judgement, context.language, context.register, self._identity)
        relevance, relevance_words = context.brief.relevance(f"{text} {passage.section}", context.language)
        return ExtractedRequirement(
            requirement_text=text,
            requirement_name=described.requirement_name,
            modality=modality,
            requirement_type=described.requirement_type,
            priority=described.priority,
            section=passage.section,
            citations=tuple(self._citation(span, passage) for span in (found.span, *found.leads)),
            confidence_score=found.score,
            reasons=tuple(rule.id for rule in found.judgement.deciding) or (f"{context.register}.indicative",),
            addressee=described.addressee,
            is_gobd_relevant=described.is_gobd_relevant,
            is_gdpr_relevant=described.is_gdpr_relevant,
            research_notes=notes(text, context.language, passage.locator, self._terms, described),
            mentioned_objects=self._objects.find(text),
            mentioned_messages=self._messages.find(text),
            relevance=relevance,
            relevance_words=relevance_words,
            needs_review=found.score < SURE or self._within is not None,
        )

    def _plain(self, span: Span) -> str:
        return _SPACE.sub(" ", self._text[span[0] : span[1]]).strip()

    def _citation(self, span: Span, passage: Passage) -> Citation:
        start, end = span
        home = passage if passage.start <= start < passage.end else self._leads.home(span) or passage
        page = _page(self._context.page_starts, start, home.page)
        return Citation(quote=self._text[start:end], start=start, end=end, page=page, locator=home.locator)


def _is_command(judgement: Judgement) -> bool:
    """ "den Bildschirm sperren": only an infinitive, which may belong to the verb of a lead-in."""
    return all(rule.id in _COMMANDS for rule in judgement.deciding)


def _opens_with_duty(judgement: Judgement) -> bool:
    """ "must log every access" after "The system": the item brings the verb that its lead-in lacks."""
    start = judgement.clauses.main[:24]
    return any(rule.pattern.search(start) for rule in judgement.deciding)


def _page(page_starts: Sequence[int], offset: int, default: int | None) -> int | None:
    return bisect_right(page_starts, offset) or default if page_starts else default


def _defined_terms(text: str, passages: Sequence[Passage]) -> dict[str, str]:
    """Terms that the part's definitions define -> locator; the first definition counts."""
    terms: dict[str, str] = {}
    for passage in passages:
        if passage.role is Role.DEFINITION:
            for match in _TERM.finditer(text, passage.start, min(passage.end, passage.start + 200)):
                terms.setdefault(match[1] or match[2], passage.locator)
    return terms
