"""What the creator reads from and writes to the database. The `save_` functions run inside a finishing transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.document import DocumentText, Passage, Span
from orchestrator.domain.requirement import Citation, ExtractedRequirement, rid
from orchestrator.domain.step import NewStep, StepKind, StepState
from orchestrator.errors import NotFound
from orchestrator.services.batches import create_batches
from orchestrator.storage import documents, steps
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Document, Job, Requirement, Step
from orchestrator.storage.models import DocumentText as StoredText

Statistics = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What a creator step needs to know of its job."""

    job_id: UUID
    document_id: UUID
    document_text_id: UUID | None
    sha256: str
    file_name: str
    media_type: str
    prompt: str
    scope: str | None
    context: Mapping[str, Any]
    previous_revision: UUID | None = None
    engine: str = "rules"
    text_sent_to: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Extracted:
    """A stored requirement as merging sees it."""

    rid: str
    requirement_text: str
    modality: str
    section: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging decided.

    Attributes:
        groups: rids of one requirement each, the surviving one first, in the order to number them.
        coverage: duty sentences that nothing cites, see `jobs.coverage`.
        statistics: counts over all parts.
    """

    groups: Sequence[Sequence[str]]
    coverage: Mapping[str, Any]
    statistics: Statistics


class Creation:
    """The creator's way to its data. Methods that take a session leave the commit to `Execution.finish`."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def source(self, job_id: UUID) -> Source:
        """The job's document and wishes.

        Raises:
            NotFound: the job is gone.
        """
        with self._sessions() as session:
            row = session.execute(
                select(Job, Document.sha256).join(Document, Document.id == Job.document_id).where(Job.id == job_id)
            ).one_or_none()
        if row is None:
            raise NotFound(f"Job {job_id} is gone.")
        job, sha256 = row
        return Source(
            job_id=job_id,
            document_id=job.document_id,
            document_text_id=job.document_text_id,
            sha256=sha256,
            file_name=job.file_name,
            media_type=job.media_type,
            prompt=job.prompt,
            scope=job.scope,
            context=job.context,
            previous_revision=job.previous_revision,
            engine=job.engine,
            text_sent_to=job.text_sent_to,
            dry_run=job.dry_run,
        )

    def gaps(self, source: Source, document: DocumentText) -> tuple[Span, ...]:
        """The sentences that the revision before left uncited, as spans of this text.

        Raises:
            NotFound: that revision is gone, or none of its gaps stands in this text as it was.
        """
        with self._sessions() as session:
            before = session.get(Job, source.previous_revision) if source.previous_revision else None
            found = (before.coverage or {}).get("gaps", ()) if before else ()
        spans = ((gap["start"], gap["end"], gap["quote"]) for gap in found)
        kept = tuple((start, end) for start, end, quote in spans if document.text[start:end] == quote)
        if not kept:
            raise NotFound(f"The gaps that job {source.job_id} shall look at are gone; run it again without `gaps`.")
        return kept

    def content(self, document_id: UUID) -> bytes:
        """The document's bytes."""
        with self._sessions() as session:
            return documents.content(session, document_id)

    def known_text(self, source: Source, reader_version: str) -> DocumentText | None:
        """What this version of the reader made of this document before, in whatever job."""
        with self._sessions() as session:
            stored = session.scalars(_text_of(source, reader_version)).one_or_none()
        return _to_domain(stored) if stored else None

    def pinned_text(self, source: Source) -> DocumentText:
        """The text that the job pinned when it was read.

        Raises:
            NotFound: the job has not been read.
        """
        with self._sessions() as session:
            stored = session.get(StoredText, source.document_text_id) if source.document_text_id else None
        if stored is None:
            raise NotFound(f"Job {source.job_id} has no text yet: its read step has not ended.")
        return _to_domain(stored)

    def extracted(self, job_id: UUID) -> list[Extracted]:
        """All requirements that the parts gave, in document order."""
        with self._sessions() as session:
            return self.extracted_in(session, job_id)

    def extracted_in(self, session: Session, job_id: UUID) -> list[Extracted]:
        """As `extracted`, with what this session has just written."""
        columns = (Requirement.rid, Requirement.requirement_text, Requirement.modality, Requirement.source_location)
        rows = session.execute(select(*columns, Requirement.citations).where(Requirement.job_id == job_id)).all()
        found = [
            Extracted(
                row.rid,
                row.requirement_text,
                row.modality,
                row.source_location["section"],
                tuple(Citation(**citation) for citation in row.citations),
            )
            for row in rows
        ]
        return sorted(found, key=lambda each: (each.citations[0].start, each.citations[0].end, each.rid))

    def part_results(self, job_id: UUID) -> list[Mapping[str, Any]]:
        """The results of the extract steps that are done, in the order of their parts."""
        done = select(Step.result).where(
            Step.job_id == job_id, Step.kind == StepKind.EXTRACT.value, Step.state == StepState.DONE.value
        )
        with self._sessions() as session:
            return [result or {} for result in session.scalars(done.order_by(Step.part))]

    def save_text(self, session: Session, source: Source, document: DocumentText, reader_version: str) -> None:
        """Store a document's text, once, and pin it to the job."""
        row = {
            "document_id": source.document_id,
            "reader_version": reader_version,
            "media_type": source.media_type,
            "language": document.language,
            "title": document.title,
            "text": document.text,
            "page_starts": list(document.page_starts),
            "passages": [passage.to_json() for passage in document.passages],
        }
        session.execute(insert(StoredText).values(row).on_conflict_do_nothing())
        text_id = session.scalars(_text_of(source, reader_version).with_only_columns(StoredText.id)).one()
        session.execute(update(Job).where(Job.id == source.job_id).values(document_text_id=text_id))

    def save_brief(self, session: Session, job_id: UUID, brief: Mapping[str, Any]) -> None:
        """Store how the prompt was understood."""
        session.execute(update(Job).where(Job.id == job_id).values(brief=dict(brief)))

    def save_estimate(self, session: Session, job_id: UUID, estimate: Mapping[str, Any]) -> None:
        """Store what the document would take, and end the creator's phase: a dry run goes no further."""
        values = {"estimate": dict(estimate), "creator_status": "completed", "updated_at": func.now()}
        session.execute(update(Job).where(Job.id == job_id).values(values))

    def add_parts(self, session: Session, job_id: UUID, parts: Sequence[tuple[int, int]]) -> None:
        """Insert an extract step for each part, a half-open range of passages."""
        new = [
            NewStep(StepKind.EXTRACT, part=f"{number:04}", payload={"from": first, "to": last})
            for number, (first, last) in enumerate(parts, start=1)
        ]
        steps.insert(session, job_id, new)

    def save_requirements(
        self, session: Session, source: Source, part: str, found: Iterable[ExtractedRequirement]
    ) -> int:
        """Insert requirements as pending and return how many. A quote met again at its place adds its citations."""
        rows = _rows(source, part, found)
        if rows:
            new = insert(Requirement).values(rows)
            session.execute(
                new.on_conflict_do_update(
                    index_elements=[Requirement.job_id, Requirement.rid],
                    set_={"citations": Requirement.citations.op("||")(new.excluded.citations)},
                )
            )
        return len(rows)

    def save_merge(self, session: Session, job_id: UUID, merged: Merged) -> int:
        """Fold duplicates, number what is left, end the creator's phase and open the validator's. Returns the count."""
        self._fold(session, job_id, merged.groups)
        self._number(session, job_id, [group[0] for group in merged.groups])
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(
                creator_status="completed",
                coverage=dict(merged.coverage),
                statistics=dict(merged.statistics),
                updated_at=func.now(),
            )
        )
        create_batches(session, job_id, self._settings.validate_batch)
        return len(merged.groups)

    def _number(self, session: Session, job_id: UUID, rids: Sequence[str]) -> None:
        order = select(
            func.unnest(cast(rids, ARRAY(Text))).label("rid"), func.generate_series(1, len(rids)).label("number")
        ).subquery()
        session.execute(
            update(Requirement)
            .where(Requirement.job_id == job_id, Requirement.rid == order.c.rid)
            .values(seq=order.c.number)
        )

    def _fold(self, session: Session, job_id: UUID, groups: Sequence[Sequence[str]]) -> None:
        several = [group for group in groups if len(group) > 1]
        names = [name for group in several for name in group]
        rows = session.scalars(select(Requirement).where(Requirement.job_id == job_id, Requirement.rid.in_(names)))
        by_rid = {row.rid: row for row in rows}
        for keep, *others in several:
            by_rid[keep].citations = [quote for name in (keep, *others) for quote in by_rid[name].citations]
        session.flush()
        gone = [name for group in several for name in group[1:]]
        session.execute(delete(Requirement).where(Requirement.job_id == job_id, Requirement.rid.in_(gone)))


def _text_of(source: Source, reader_version: str) -> Any:
    return select(StoredText).where(
        StoredText.document_id == source.document_id,
        StoredText.reader_version == reader_version,
        StoredText.media_type == source.media_type,
    )


def _to_domain(stored: StoredText) -> DocumentText:
    return DocumentText(
        text=stored.text,
        passages=tuple(Passage.from_json(row) for row in stored.passages),
        page_starts=tuple(stored.page_starts),
        language=stored.language,
        title=stored.title,
    )


def _rows(source: Source, part: str, found: Iterable[ExtractedRequirement]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for requirement in found:
        row = _row(source, part, requirement)
        if known := rows.get(row["rid"]):
            known["citations"] += row["citations"]
        else:
            rows[row["rid"]] = row
    return [rows[key] for key in sorted(rows)]


def _row(source: Source, part: str, requirement: ExtractedRequirement) -> dict[str, Any]:
    row = asdict(requirement)
    first = requirement.citations[0]
    section = row.pop("section")
    return row | {
        "job_id": source.job_id,
        # All quotes: an item under another lead-in is another requirement.
        "rid": rid(source.sha256, first.locator, " ".join(each.quote for each in requirement.citations)),
        "part": part,
        "modality": requirement.modality.value,
        "requirement_type": requirement.requirement_type.value if requirement.requirement_type else None,
        "source_document": source.file_name,
        "source_location": {
            "page": first.page,
            "locator": first.locator,
            "section": section,
            "start": first.start,
            "end": first.end,
        },
        "citations": [asdict(citation) for citation in requirement.citations],
        "mentioned_objects": list(requirement.mentioned_objects),
        "mentioned_messages": list(requirement.mentioned_messages),
        "relevance_words": list(requirement.relevance_words),
        "reasons": list(requirement.reasons),
    }
