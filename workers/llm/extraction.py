"""Requirements of one part by a language model: proposed, grounded in the text, compared with what the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from orchestrator.domain.llm import FALLBACK, SKIPPED, Engine, tokens_in
from orchestrator.domain.requirement import ExtractedRequirement, Modality
from workers.creator.extraction import Extraction, Extractor, Statement
from workers.llm import prompts
from workers.llm.answers import SCHEMA, Proposal, Unreadable, proposals
from workers.llm.client import Messages, Model
from workers.llm.faults import NotNow, OverBudget, Rejected, Truncated, Unusable
from workers.llm.grounding import Grounded, ground
from workers.llm.prompts import Sentences

log = structlog.get_logger(__name__)

ASKED_AGAIN = 0.8
"""Score from which the model is asked again about a sentence that it left out."""
LEAST_TO_CUT = 2
"""A question of fewer sentences is not cut into two."""

Counts = Counter[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: the prompt, the engine (llm or hybrid), modalities, and characters that one question may have."""

    prompt: str
    engine: Engine
    wants: Callable[[Modality], bool]
    characters: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A proposal with its place."""

    proposal: Proposal
    place: Grounded
    statement: Statement


def extract(model: Model, rules: Extractor, text: str, wish: Wish) -> tuple[Extraction, dict[str, int]]:
    """Extract one part; what cannot be had of the model is what the rules say, with that as its reason.

    Returns:
        The extraction, and counts of what the model did: sentences, proposed, exact, repaired, dropped_quotes, ...

    Raises:
        NotNow, OverBudget: nothing has been asked yet that would be lost.
        Rejected: the endpoint refuses such calls, and the engine is `llm`.
    """
    by_rules = rules.run()
    reader = _Reader(model, rules, text, wish)
    requirements = [one for window in _windows(rules.statements, wish.characters) for one in reader.read(window)]
    ordered = sorted(requirements, key=lambda one: (one.citations[0].start, one.citations[0].end))
    counts = {**by_rules.counts, "emitted": len(ordered)}
    return replace(by_rules, requirements=tuple(ordered), counts=counts), dict(reader.counts)


def _windows(statements: Sequence[Statement], characters: int) -> Iterator[Sequence[Statement]]:
    """Consecutive statements that fit into one question; a part seldom gives more than one."""
    window: list[Statement] = []
    size = 0
    for statement in statements:
        length = statement.span[1] - statement.span[0]
        if window and size + length > characters:
            yield window
            window, size = [], 0
        window.append(statement)
        size += length
    if window:
        yield window


class _Reader:
    def __init__(self, model: Model, rules: Extractor, text: str, wish: Wish) -> None:
        self._model = model
        self._rules = rules
        self._text = text
        self._wish = wish
        self._asked = False
        self.counts: Counts = Counter()

    def read(self, window: Sequence[Statement]) -> list[ExtractedRequirement]:
        """The requirements of consecutive statements."""
        self.counts["sentences"] += len(window)
        dropped = self.counts["dropped_quotes"]
        sentences = {f"s{number}": statement for number, statement in enumerate(window, start=1)}
        try:
            found = self._first(sentences)
        except (Unusable, Rejected) as fault:
            if isinstance(fault, Rejected) and self._wish.engine is Engine.LLM:
                raise
            return self._without(window, fault)
        except (NotNow, OverBudget) as fault:
            if not self._asked:
                raise
            return self._without(window, fault)
        found += self._missed(sentences, found)
        if not found and self.counts["dropped_quotes"] > dropped:
            return self._without(window, Unusable("None of the model's quotes stands in the text."))
        return list(self._united(window, found))

    def _without(self, window: Sequence[Statement], fault: Exception) -> list[ExtractedRequirement]:
        """What the rules say, where the model says nothing."""
        log.warning("llm_fallback", error=str(fault))
        self.counts["fallbacks"] += 1
        made = [one.requirement for one in window if one.requirement]
        return [replace(one, reasons=(*one.reasons, FALLBACK)) for one in made]

    def _first(self, sentences: Sentences) -> list[_Found]:
        asked = prompts.question(self._wish.prompt, sentences, self._text)
        try:
            proposed = self._ask("extract", asked, sentences)
        except Truncated:
            if len(sentences) < LEAST_TO_CUT:
                raise
            halves = _halves(sentences)
            return [one for half in halves for one in self._half(half)]
        found, lost = self._grounded(proposed, sentences)
        return found + (self._again(asked, lost, sentences) if lost else [])

    def _half(self, sentences: Sentences) -> list[_Found]:
        asked = prompts.question(self._wish.prompt, sentences, self._text)
        found, lost = self._grounded(self._ask("extract", asked, sentences), sentences)
        self.counts["dropped_quotes"] += len(lost)
        return found

    def _ask(self, purpose: str, asked: Messages, sentences: Sentences) -> list[Proposal]:
        """The proposals of one question, which is repeated once where its answer cannot be read."""
        tokens = tokens_in(sum(one.span[1] - one.span[0] for one in sentences.values()))
        said = self._model.ask(purpose, asked, tokens, SCHEMA)
        self._asked = True
        try:
            return self._read(said.content, sentences)
        except Unreadable as fault:
            if said.cut_off:
                raise Truncated("The model's answer was cut off.") from fault
            self.counts["repairs"] += 1
            said = self._model.ask("repair", prompts.repair(asked, said.content, str(fault)), tokens, SCHEMA)
        try:
            return self._read(said.content, sentences)
        except Unreadable as fault:
            raise Unusable(f"The model's answer cannot be read: {fault}.") from fault

    def _read(self, content: str, sentences: Collection[str]) -> list[Proposal]:
        found, strangers = proposals(content, sentences)
        self.counts["proposed"] += len(found) + strangers
        self.counts["dropped_quotes"] += strangers
        return found

    def _grounded(self, proposed: Sequence[Proposal], sentences: Sentences) -> tuple[list[_Found], list[Proposal]]:
        """Proposals with their places, and those that have none."""
        found, lost = [], []
        for one in proposed:
            cited = [sentences[name] for name in one.sentences]
            place = ground(self._text, [statement.span for statement in cited], one.quote)
            home = _home(place, cited) if place else None
            if place is None or home is None:
                lost.append(one)
                continue
            self.counts[place.match] += 1
            found.append(_Found(one, place, home))
        return found, lost

    def _again(self, asked: Messages, lost: Sequence[Proposal], sentences: Sentences) -> list[_Found]:
        """Ask once more for quotes that do not stand where the model says; what is then not found is dropped."""
        quotes = [(one.sentences, one.quote) for one in lost]
        self.counts["asked_again"] += len(lost)
        proposed = self._extra("quotes", prompts.again(asked, quotes), sentences)
        found, _ = self._grounded(proposed[: len(lost)], sentences)
        self.counts["dropped_quotes"] += len(lost) - len(found)
        return found

    def _missed(self, sentences: Sentences, found: Sequence[_Found]) -> list[_Found]:
        """Ask once about sentences that the rules take for requirements and the model left out."""
        cited = {name for one in found for name in one.proposal.sentences}
        left = {
            name: one
            for name, one in sentences.items()
            if name not in cited and one.requirement and one.requirement.confidence_score >= ASKED_AGAIN
        }
        if not left:
            return []
        self.counts["missed_asked"] += len(left)
        asked = prompts.question(self._wish.prompt, left, self._text, missed=True)
        more, lost = self._grounded(self._extra("missed", asked, left), left)
        self.counts["missed_found"] += len(more)
        self.counts["dropped_quotes"] += len(lost)
        return more

    def _extra(self, purpose: str, asked: Messages, sentences: Sentences) -> list[Proposal]:
        """A further question: what is found stays found where it cannot be asked."""
        try:
            return self._ask(purpose, asked, sentences)
        except (NotNow, OverBudget, Rejected, Unusable) as fault:
            log.warning("llm_pass_skipped", purpose=purpose, error=str(fault))
            self.counts["passes_skipped"] += 1
            return []

    def _united(self, window: Sequence[Statement], found: Sequence[_Found]) -> Iterator[ExtractedRequirement]:
        """The model's requirements; with `hybrid` also those of the rules, which stay as they are where both agree."""
        hybrid = self._wish.engine is Engine.HYBRID
        cited = {one.statement.span for one in found}
        for statement in window if hybrid else ():
            made = statement.requirement
            if made and statement.span in cited:
                yield replace(made, reasons=(*made.reasons, self._origin))
            elif made:
                yield replace(made, reasons=(*made.reasons, SKIPPED), needs_review=True)
        seen = set()
        for one in found:
            if (hybrid and one.statement.requirement) or one.place.span in seen:
                continue
            seen.add(one.place.span)
            if self._wish.wants(one.proposal.modality):
                yield self._made(one)
            else:
                self.counts["not_wanted"] += 1

    def _made(self, one: _Found) -> ExtractedRequirement:
        made = self._rules.requirement_at(one.statement, one.place.span, one.proposal.modality)
        first, *leads = made.citations
        rules = tuple(rule.id for rule in one.statement.judgement.deciding)
        citations = (replace(first, match=one.place.match), *leads)
        return replace(made, citations=citations, reasons=(*rules, self._origin))

    @property
    def _origin(self) -> str:
        return f"llm:{self._model.name}"


def _home(place: Grounded, cited: Sequence[Statement]) -> Statement | None:
    """The cited statement in which a quote begins."""
    return next((each for each in cited if each.span[0] <= place.span[0] < each.span[1]), None)


def _halves(sentences: Sentences) -> tuple[Sentences, Sentences]:
    names = list(sentences)
    middle = len(names) // 2
    return {name: sentences[name] for name in names[:middle]}, {name: sentences[name] for name in names[middle:]}
