"""The creator's steps: read, extract, merge. A document of one part goes all the way in its read step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.document import DocumentText
from orchestrator.domain.llm import Engine
from orchestrator.domain.requirement import Modality
from orchestrator.domain.step import ClaimedStep, StepKind
from orchestrator.domain.submission import GAPS
from orchestrator.errors import Invalid
from orchestrator.observability.failpoints import failpoint
from orchestrator.services.creation import Extracted, Merged, Source
from orchestrator.services.execution import Write
from workers.creator import summary
from workers.creator.documents import READER_VERSION, ReadLimits, read
from workers.creator.documents.bounds import bounded
from workers.creator.extraction import Extraction, ExtractionContext, Extractor
from workers.creator.merge import MergeInput, merge
from workers.creator.parts import parts
from workers.creator.prompt import Brief, parse_scope, understand
from workers.creator.register import detect
from workers.llm import engines
from workers.llm.faults import NotNow, OverBudget
from workers.task import step_task


@step_task(StepKind.READ)
def read_document(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Make text, structure and parts of the document; a document of one part is extracted and merged at once."""
    creation = orchestrator.creation
    source = creation.source(_job(step))
    document = creation.known_text(source, str(READER_VERSION)) or _read(orchestrator, source)
    brief = _brief(source, document)
    ranges = parts(document.passages, engines.part_characters(orchestrator.settings, source))
    at_once = not ranges or (len(ranges) < 2 and source.engine == Engine.RULES)
    whole = _extract_all(orchestrator, source, document, brief) if at_once and not source.dry_run else None

    def write(session: Session) -> Mapping[str, Any]:
        creation.save_text(session, source, document, str(READER_VERSION))
        creation.save_brief(session, source.job_id, _understood(source, brief, document))
        if source.dry_run:
            found = engines.estimate(orchestrator, source, document, ranges)
            creation.save_estimate(session, source.job_id, found)
            return {"parts": len(ranges), "estimate": found}
        if whole is None:
            creation.add_parts(session, source.job_id, ranges)
            return {"parts": len(ranges)}
        return {"parts": 1, **whole(session)}

    return write


@step_task(StepKind.EXTRACT)
def extract_part(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Extract the requirements of one part."""
    creation = orchestrator.creation
    source = creation.source(_job(step))
    document = creation.pinned_text(source)
    first, last = step.payload["from"], step.payload["to"]
    rules = _rules(orchestrator, source, document, _brief(source, document), slice(first, last))
    if source.engine == Engine.RULES:
        return _save_part(orchestrator, source, step, rules.run(), {})
    try:
        found, counts = engines.extract(orchestrator, step, source, rules, document)
    except (NotNow, OverBudget) as fault:
        return engines.later(orchestrator, source, fault)
    return _save_part(orchestrator, source, step, found, {"llm": counts})


@step_task(StepKind.MERGE)
def merge_parts(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Fold duplicates over all parts, number the requirements, compute what is not covered."""
    creation = orchestrator.creation
    source = creation.source(_job(step))
    document = creation.pinned_text(source)
    merged = _merged(document, creation.extracted(source.job_id), creation.part_results(source.job_id))
    return lambda session: {"requirements": creation.save_merge(session, source.job_id, merged)}


def _save_part(
    orchestrator: Orchestrator, source: Source, step: ClaimedStep, found: Extraction, more: Mapping[str, Any]
) -> Write:
    def write(session: Session) -> Mapping[str, Any]:
        orchestrator.creation.save_requirements(session, source, step.part, found.requirements)
        return {**found.to_json(), **more}

    return write


def _read(orchestrator: Orchestrator, source: Source) -> DocumentText:
    settings = orchestrator.settings
    limits = ReadLimits(pages=settings.max_pages, characters=settings.max_text_characters)
    content = orchestrator.creation.content(source.document_id)
    failpoint("before_parse", StepKind.READ)
    with bounded(settings.document_memory_bytes, settings.document_cpu_s):
        return read(source.media_type, content, limits)


def _brief(source: Source, document: DocumentText) -> Brief:
    brief = understand(source.prompt, document.language)
    if source.scope == GAPS:
        return replace(brief, scope=(), kinds=())
    return replace(brief, scope=parse_scope(source.scope)) if source.scope else brief


def _understood(source: Source, brief: Brief, document: DocumentText) -> dict[str, Any]:
    words = brief.words()
    if source.scope == GAPS:
        words = words.replace("the whole document", "sentences with duty words that the revision before left uncited")
    return brief.to_json() | {"words": words, "register": detect(document).value}


def _rules(
    orchestrator: Orchestrator, source: Source, document: DocumentText, brief: Brief, passages: slice
) -> Extractor:
    model = orchestrator.graph.model()
    context = ExtractionContext(
        language=document.language,
        register=detect(document),
        title=document.title,
        brief=brief,
        objects=model.objects,
        messages=model.messages,
        page_starts=document.page_starts,
        within=orchestrator.creation.gaps(source, document) if source.scope == GAPS else None,
    )
    return Extractor(document.text, document.passages[passages], context)


def _extract_all(
    orchestrator: Orchestrator, source: Source, document: DocumentText, brief: Brief
) -> Callable[[Session], Mapping[str, Any]]:
    creation = orchestrator.creation
    found = _rules(orchestrator, source, document, brief, slice(None)).run()

    def write(session: Session) -> Mapping[str, Any]:
        creation.save_requirements(session, source, "", found.requirements)
        session.flush()
        rows = creation.extracted_in(session, source.job_id)
        merged = _merged(document, rows, [found.to_json()])
        return {"requirements": creation.save_merge(session, source.job_id, merged)}

    return write


def _merged(document: DocumentText, rows: Sequence[Extracted], results: Sequence[Mapping[str, Any]]) -> Merged:
    groups = merge([MergeInput(row.rid, row.requirement_text, Modality(row.modality), row.section) for row in rows])
    cited = [(citation.start, citation.end) for row in rows for citation in row.citations]
    return Merged(groups, summary.coverage(document, results, cited), summary.statistics(results, len(groups)))


def _job(step: ClaimedStep) -> UUID:
    if step.job_id is None:
        raise Invalid(f"Step {step.id} of kind {step.kind} has no job to work for.")
    return step.job_id
