"""A report as text of 92 columns, for a person to read from top to bottom."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from orchestrator.domain.llm import MATCH, SKIPPED
from orchestrator.domain.report import RequirementRow

WIDTH = 92
LABEL = 14
INDENT = " " * 8
GAPS_SHOWN = 20

Rows = Callable[[Sequence[str]], Iterable[RequirementRow]]
"""Requirements of some statuses in the order of the document."""


def as_text(content: Mapping[str, Any], rows: Rows) -> Iterator[str]:
    """The whole report, line by line without line ends."""
    yield from _title(content)
    yield from _numbers(content)
    yield from _answers(content["most_relevant"])
    counts = content["summary"]["status"]
    if content["summary"]["total"] == 0:
        yield from _section("Requirements", "0 requirements.")
    if counts["integrated"] + counts["pending"]:
        yield from _section("Requirements")
        yield from _by_heading(rows(("integrated", "pending")))
    if counts["rejected"]:
        yield from _section("Rejected")
        yield from _by_heading(rows(("rejected",)))
    if counts["failed"]:
        yield from _section("Failed in validation")
        yield from _by_heading(rows(("failed",)))
    yield from _gaps((content["coverage"] or {}).get("gaps") or ())


def _title(content: Mapping[str, Any]) -> Iterator[str]:
    job, document = content["job"], content["document"]
    yield f"Requirements of {document['file_name']}"
    yield "=" * WIDTH
    if document.get("title"):
        yield from _field("Title", document["title"])
    yield from _field("Document", ", ".join(_document_facts(document)))
    yield from _field("SHA-256", document["sha256"])
    yield from _field("Job", f"{job['id']}, {job['status']}")
    yield from _field("Prompt", content["prompt"]["text"])
    yield from _field("Understood", understood(content["prompt"]["understood"]))
    yield from _field("Engine", f"{job['engine']}, on error: {job['on_error']}, priority {job['priority']}")
    yield from _field("Time", _timing(job))
    yield from _errors(content)


def _errors(content: Mapping[str, Any]) -> Iterator[str]:
    if error := content["error"]:
        yield from _field("Error", f"{error['code']}: {error['message']}")
    for failure in content["failures"]:
        where = f"{failure['kind']} {failure['part']}".strip()
        yield from _field("Given up", f"{where}: {failure['code']}: {failure['message']}")
    if content["job"]["status"] == "cancelled":
        dropped = content["summary"]["dropped_by_cancel"]
        yield from _field("Cancelled", f"{dropped} requirements not yet validated were dropped; the others are kept.")


def _document_facts(document: Mapping[str, Any]) -> Iterator[str]:
    yield document["media_type"]
    yield f"{document['size_bytes']:,} bytes"
    if document.get("pages"):
        yield f"{document['pages']} pages"
    if document.get("characters"):
        yield f"{document['characters']:,} characters"
    if document.get("language"):
        yield {"de": "German", "en": "English"}.get(document["language"], document["language"])


def understood(brief: Mapping[str, Any] | None) -> str:
    """How the prompt was understood, in words."""
    if not brief:
        return "not read yet"
    if brief.get("words"):
        return str(brief["words"])
    parts = {
        "places": [_place_name(place) for place in brief.get("scope") or ()] or "the whole document",
        "kinds": [_words(kind) for kind in brief.get("kinds") or ()] or "all",
        "topics": brief.get("topics") or "none",
    }
    return "; ".join(f"{name}: {_inline(value)}" for name, value in parts.items())


def _place_name(place: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in place.values() if value not in (None, ""))


def _timing(job: Mapping[str, Any]) -> str:
    parts = [f"submitted {_clock(job['created_at'])}"]
    if job["started_at"]:
        parts.append(f"started after {(job['started_at'] - job['created_at']).total_seconds():.1f} s")
    if job["duration_s"] is not None:
        parts.append(f"{job['status']} after {job['duration_s']:.1f} s")
    return ", ".join(parts)


def _clock(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")


def _numbers(content: Mapping[str, Any]) -> Iterator[str]:
    numbers = content["summary"]
    yield from _section("Summary")
    yield from _field("Requirements", f"{numbers['total']}: {_counts(numbers['status'])}")
    if numbers["total"]:
        for label, name in (("Modality", "modality"), ("Type", "type"), ("Priority", "priority")):
            yield from _field(label, _counts(numbers[name]))
        yield from _field("GoBD", _counts(numbers["gobd"]))
        yield from _field("GDPR", _counts(numbers["gdpr"]))
    yield from _considered(content["considered"])
    if coverage := content["coverage"]:
        cited, duties = coverage.get("cited", 0), coverage.get("duty_sentences", 0)
        yield from _field("Coverage", f"{cited:,} of {duties:,} sentences with duty words are cited")
    yield from _cited(content["citations"])
    yield from _field("LLM use", _models(content["llm"]))
    yield from _field("Repetitions", _repetitions(content["attempts"]))


def _cited(counts: Mapping[str, int]) -> Iterator[str]:
    """How the requirements are sourced."""
    if not counts.get("citations"):
        return
    where = f"at {counts['locators']:,} places"
    if counts["pages"]:
        where += f" on {counts['pages']:,} pages"
    match = _counts({name: counts[name] for name in ("exact", "repaired")})
    several = f"; {counts['several']:,} requirements have several" if counts["several"] else ""
    yield from _field("Citations", f"{counts['citations']:,} {where}: {match}{several}")


def _models(use: Mapping[str, Any]) -> str:
    if not use["used"]:
        return "no model was used" + (f", though {use['text_sent_to']} was to be" if use["text_sent_to"] else "")
    said = [f"the text was sent to {use['text_sent_to']}"]
    for agent, told in use["agents"].items():
        if told["requests"]:
            said.append(f"{agent}: {_inline({name: value for name, value in told.items() if value is not None})}")
    if use["extraction"]:
        said.append(f"quotes and passes: {_inline(use['extraction'])}")
    return "; ".join(said)


def _repetitions(counts: Mapping[str, int]) -> str:
    """What did not go well at the first try."""
    said = {"errors": "errors", "crashes": "crashes", "dead": "steps given up", "retries": "steps taken up again"}
    named = [f"{counts[name]:,} {words}" for name, words in said.items() if counts.get(name)]
    return ", ".join(named) or "none: no error, no crash"


def _considered(counts: Mapping[str, Any]) -> Iterator[str]:
    """What was read, and what of it is no requirement and why."""
    if not counts:
        return
    emitted, merged = counts.get("emitted", 0), counts.get("merged", 0)
    read = f"{counts.get('considered', 0):,} sentences: {emitted:,} emitted, of which {merged:,} repeat another"
    yield from _field("Considered", read)
    said = {"considered", "emitted", "merged", "requirements"}
    left = {name.removeprefix("class."): count for name, count in counts.items() if name not in said and count}
    if left:
        yield from _field("Left out", _counts(dict(sorted(left.items(), key=lambda item: -item[1]))))


def _answers(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The requirements that answer the prompt's own words best."""
    if not found:
        return
    yield from _section("Most relevant to the prompt")
    for item in found:
        words = ", ".join(item["relevance_words"])
        place = _place(item["source_location"])
        yield from _wrapped(f"{item['requirement_name']} ({place}; {words})", f"  #{item['seq']:<5}", INDENT)


def _counts(counts: Mapping[str, int]) -> str:
    named = [f"{count} {_words(name)}" for name, count in counts.items() if count]
    return ", ".join(named) or "none"


def _gaps(gaps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not gaps:
        return
    yield from _section("Sentences with duty words that no requirement cites")
    for gap in gaps[:GAPS_SHOWN]:
        yield from _wrapped(f"{_place(gap)}: {gap['quote']}".removeprefix(": "), "  - ", "    ")
    if len(gaps) > GAPS_SHOWN:
        yield f"  and {len(gaps) - GAPS_SHOWN} more; the JSON report lists them"


def _by_heading(rows: Iterable[RequirementRow]) -> Iterator[str]:
    last: str | None = None
    for row in rows:
        section = row.source_location.get("section") or "(before the first heading)"
        if section != last:
            yield from _wrapped(section)
            yield ""
            last = section
        yield from requirement(row)
        yield ""


def day_as_text(content: Mapping[str, Any]) -> Iterator[str]:
    """The report of a day, line by line."""
    yield f"Report of {content['day']} (UTC)"
    yield "=" * WIDTH
    for name in ("jobs", "requirements", "documents"):
        total = sum(content[name].values())
        yield from _field(name.capitalize(), f"{total}: {_counts(content[name])}" if total else "0")


def requirement(row: RequirementRow) -> Iterator[str]:
    """One requirement: its number, strength and place, its words, and what became of it."""
    number = f"#{row.seq}" if row.seq is not None else "#-"
    facts = [_words(row.modality), _place(row.source_location), f"confidence {row.confidence_score:.2f}", row.rid]
    if row.priority:
        facts.insert(1, f"{row.priority} priority")
    yield from _wrapped(row.requirement_name, f"  {number:<5} ", INDENT)
    yield from _wrapped(" | ".join(fact for fact in facts if fact), INDENT, INDENT)
    for citation in row.citations:
        place = f" ({_place(citation)})" if len(row.citations) > 1 else ""
        yield from _wrapped(f'"{citation["quote"]}"{place}', INDENT, INDENT + " ")
    yield from _outcome(row)


def _outcome(row: RequirementRow) -> Iterator[str]:
    relevance = f"{row.relevance:.2f} ({', '.join(row.relevance_words)})" if row.relevance else ""
    lines = {
        "Rejected": row.rejection_reason,
        "Failed": row.last_error if row.status == "failed" else None,
        "Fulfilment": ": ".join(filter(None, (_words(row.fulfilment or ""), row.gap))),
        "Evidence": "; ".join(_inline(step) for step in row.evidence or ()),
        "Objects": ", ".join(row.mentioned_objects),
        "Messages": ", ".join(row.mentioned_messages),
        "Relevance": relevance,
        "Notes": row.research_notes,
        "Review": _review(row),
    }
    for label, said in lines.items():
        if said:
            yield from _wrapped(f"{label}: {said}", INDENT, INDENT + "  ")


def _review(row: RequirementRow) -> str:
    """Where its review stands: "accepted by ann: as agreed", "suspect: number changed since R-... of job ..."."""
    review = row.review or {}
    state = _words(review.get("state") or "")
    if not state:
        return f"needed: {_doubt(row)}" if row.needs_review else ""
    by = " and ".join(review.get("accepted_by") or filter(None, [review.get("rejected_by")]))
    ways = ", ".join(map(_words, review.get("cause", ())))
    source = review.get("carried_over_from")
    since = f"since {source['rid']} of job {source['job_id']}" if source else ""
    said = f"{ways} {since}".strip() if ways else review.get("reason", "")
    return ": ".join(filter(None, (f"{state} by {by}" if by else state, said)))


def _doubt(row: RequirementRow) -> str:
    if SKIPPED in row.reasons:
        return "the rules found it and the language model left it out"
    if any(step.get("match") == MATCH for step in row.evidence or ()):
        return "a language model alone says what fulfils it"
    return "the confidence is low"


def _place(where: Mapping[str, Any]) -> str:
    page = f"p. {where['page']}" if where.get("page") else ""
    return ", ".join(part for part in (where.get("locator"), page) if part)


def _section(name: str, said: str = "") -> Iterator[str]:
    yield ""
    yield name
    yield "-" * WIDTH
    if said:
        yield said


def _field(label: str, said: str) -> Iterator[str]:
    yield from _wrapped(said, f"{label:<{LABEL}}", " " * LABEL)


def _wrapped(said: str, first: str = "", rest: str = "") -> Iterator[str]:
    flat = " ".join(str(said).split())
    yield from textwrap.wrap(
        flat, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


def _inline(value: Any) -> str:
    """Nested counts and lists on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(str(key))} {_bracketed(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_inline(item) for item in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _bracketed(value: Any) -> str:
    return f"({_inline(value)})" if isinstance(value, Mapping) else _inline(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
