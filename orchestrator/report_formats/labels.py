"""The words of the pages for people, in the language of the document."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = {
    "language": "en",
    "title": "Requirements of",
    "evidence": "Evidence: where the requirements stand in",
    "document": "Document",
    "job": "Job",
    "prompt": "Prompt",
    "time": "Made at",
    "summary": "Summary",
    "requirements": "Requirements",
    "none": "No requirements.",
    "no_text": "The document was not read, so there is no text to show.",
    "gaps": "Sentences with duty words that no requirement cites",
    "usage": "What it took",
    "show": "Show",
    "page": "p.",
    "confidence": "confidence",
    "why": "Reason",
    "cited": "of the sentences with duty words are cited",
    "of": "of",
    "given_up": "Given up",
    "error": "Error",
    "start": "(before the first heading)",
    "steps": "Steps",
    "llm": "Language models",
    "status": "Status",
    "modality": "Modality",
    "type": "Type",
    "priority": "Priority",
    "fulfilment": "Fulfilment",
    "review": "Review",
    "index": "All requirements",
}
GERMAN = {
    "language": "de",
    "title": "Anforderungen aus",
    "evidence": "Nachweis: wo die Anforderungen stehen in",
    "document": "Dokument",
    "job": "Auftrag",
    "prompt": "Auftragstext",
    "time": "Erstellt am",
    "summary": "Zusammenfassung",
    "requirements": "Anforderungen",
    "none": "Keine Anforderungen.",
    "no_text": "Das Dokument wurde nicht gelesen, daher gibt es keinen Text zu zeigen.",
    "gaps": "Sätze mit Pflichtwörtern, die keine Anforderung zitiert",
    "usage": "Aufwand",
    "show": "Anzeigen",
    "page": "S.",
    "confidence": "Sicherheit",
    "why": "Grund",
    "cited": "der Sätze mit Pflichtwörtern sind zitiert",
    "of": "von",
    "given_up": "Aufgegeben",
    "error": "Fehler",
    "start": "(vor der ersten Überschrift)",
    "steps": "Schritte",
    "llm": "Sprachmodelle",
    "status": "Status",
    "modality": "Verbindlichkeit",
    "type": "Art",
    "priority": "Priorität",
    "fulfilment": "Erfüllung",
    "review": "Prüfung",
    "index": "Alle Anforderungen",
    # values
    "obligation": "Pflicht",
    "prohibition": "Verbot",
    "recommendation": "Empfehlung",
    "authority_duty": "Pflicht einer Behörde",
    "functional": "funktional",
    "quality": "Qualität",
    "constraint": "Randbedingung",
    "legal": "rechtlich",
    "process": "Prozess",
    "high": "hoch",
    "medium": "mittel",
    "low": "niedrig",
    "pending": "offen",
    "validating": "in Prüfung",
    "integrated": "übernommen",
    "rejected": "abgelehnt",
    "failed": "fehlgeschlagen",
    "completed": "abgeschlossen",
    "cancelled": "abgebrochen",
    "unknown": "unbekannt",
    "relevant": "relevant",
    "not_relevant": "nicht relevant",
    "FULFILLED": "erfüllt",
    "PARTIALLY_FULFILLED": "teilweise erfüllt",
    "NOT_FULFILLED": "nicht erfüllt",
    "UNCLEAR": "unklar",
}


class Words:
    """`words[key]` is a label; `words.say(value)` is a stored value in words."""

    def __init__(self, language: str | None) -> None:
        self._said: Mapping[str, str] = GERMAN if language == "de" else ENGLISH

    def __getitem__(self, key: str) -> str:
        return self._said[key]

    def say(self, value: str | None) -> str:
        """A value such as `authority_duty` as a person would say it; what is not known as it stands."""
        return self._said.get(value or "", (value or "").replace("_", " "))
