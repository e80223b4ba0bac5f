"""What the creator's steps need of the engines that ask a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Settings
from orchestrator.domain import llm
from orchestrator.domain.document import DocumentText
from orchestrator.domain.llm import Engine
from orchestrator.domain.step import ClaimedStep
from orchestrator.domain.waiting import Reason
from orchestrator.services.creation import Source
from orchestrator.services.execution import Later, Write
from workers.creator.extraction import Extraction, Extractor
from workers.llm.client import Model
from workers.llm.extraction import Wish
from workers.llm.extraction import extract as extract_part
from workers.llm.faults import NotNow, OverBudget


def part_characters(settings: Settings, source: Source) -> int:
    """Size of the parts of a job's document: with a model, small enough for its context."""
    if source.engine == Engine.RULES:
        return settings.part_characters
    return llm.part_characters(settings.part_characters, settings.llm_context_tokens)


def estimate(
    orchestrator: Orchestrator, source: Source, document: DocumentText, ranges: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """What the document would take, see `domain.llm.estimate`; no model is asked for it."""
    passages = document.passages
    sizes = [passages[last - 1].end - passages[first].start for first, last in ranges]
    model = None if source.engine == Engine.RULES else orchestrator.settings.llm_model
    return llm.estimate(sizes, model, orchestrator.language_model.prices)


def extract(
    orchestrator: Orchestrator, step: ClaimedStep, source: Source, rules: Extractor, document: DocumentText
) -> tuple[Extraction, dict[str, int]]:
    """Extract a part with the job's engine.

    Raises:
        NotNow, OverBudget: see `later`.
        Rejected: the endpoint refuses such calls, and the job wants nothing else.
    """
    model = Model(orchestrator, step, source.text_sent_to)
    settings = orchestrator.settings
    most = 3 * settings.llm_context_tokens
    characters = llm.part_characters(most, settings.llm_context_tokens)
    wish = Wish(source.prompt, Engine(source.engine), rules.wants, characters)
    return extract_part(model, rules, document.text, wish)


def later(orchestrator: Orchestrator, source: Source, fault: NotNow | OverBudget) -> Write:
    """Have the step wait for the endpoint, or for a larger budget, which is looked up anew as that is written down."""
    error = {"code": fault.code, "message": fault.message}

    def write(session: Session) -> Mapping[str, Any] | Later:
        if isinstance(fault, NotNow):
            return Later(max(0.1, fault.delay_s), error)
        if orchestrator.language_model.fits(session, source.job_id, fault.tokens):
            return Later(0.1, error)
        return Later(0.0, error, hold=Reason.BUDGET.value)

    return write
