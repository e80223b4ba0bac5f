"""Which business objects and messages a text speaks of: exact > lemma > compound > alias > fuzzy.

Precision comes before recall: a name inside a longer matched name is not a mention, and a model's "Mietwagenangebot"
is not found in "Angebot".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz, process

from orchestrator.domain.document import Span
from orchestrator.domain.graph import DomainModel, Edge, ModelObject, NodeType
from workers.language import Morphology, Word, analyse, analyse_name, bare, fold_word, singular, split_name, words

CONFIDENCE = {"exact": 1.0, "lemma": 0.95, "compound": 0.8, "modifier": 0.65, "alias": 0.9, "fuzzy": 0.7}
"""`modifier` is a compound whose first part names the object ("Rechnungsversand"); it is reported as `compound`."""
_ORDER = ("exact", "lemma", "compound", "modifier", "alias", "fuzzy")
FUZZY_LEAST = 90.0
"""Of 100: about one wrong letter in ten."""
FUZZY_SHORTEST = 7
BEGINNING = 4
"""Letters by which a word shows that it may be, or hold, a name."""
NEVER = r"(?!)"
LONGEST_NAME = 6
"""Words of a name; longer names are not looked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """An object or message that a text mentions; `words` are spans in the text, `confidence` is in (0, 1]."""

    key: str
    type: NodeType
    name: str
    words: tuple[Span, ...]
    match: str
    confidence: float

    def to_json(self) -> dict[str, Any]:
        """JSON-ready, as stored with an edge."""
        return {"words": [list(span) for span in self.words], "match": self.match, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class _Token:
    word: Word
    morphology: Morphology
    noun: bool
    elliptic: bool
    """ "Rechnungs" in "Rechnungs- und Zahlungsdaten": the first part of a compound."""


_Found = tuple[str, str, Span]
"""Key, level and span of one mention."""


class ModelIndex:
    """A domain model made searchable; build it once per step, it does not change."""

    def __init__(self, items: dict[str, ModelObject], relations: tuple[Edge, ...]) -> None:
        self.items = items
        self.relations = relations
        self._phrases: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        self._parts: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._single: dict[str, set[str]] = defaultdict(set)
        self._fuzzy: dict[str, frozenset[str]] = {}
        self._beginnings: set[str] = set()
        self._promising = re.compile(NEVER)

    @classmethod
    def build(cls, model: DomainModel) -> ModelIndex:
        """Index names and aliases of all objects and messages."""
        index = cls({item.key: item for item in (*model.objects, *model.messages)}, model.relations)
        for item in index.items.values():
            index._add(item.key, item.name, exact="exact", lemma="lemma")
            for alias in item.aliases:
                index._add(item.key, alias, exact="alias", lemma="alias")
        index._promising = re.compile("|".join(map(re.escape, sorted(index._beginnings))) or NEVER)
        return index

    def match(self, text: str, language: str) -> tuple[Match, ...]:
        """The objects and messages that a text mentions, each with its best level, ordered by key.

        Args:
            text: any text; the spans of the matches count in it.
            language: "de" or "en".
        """
        tokens = [self._token(text, word, language) for word in words(text)]
        found, covered = self._find_phrases(text, tokens)
        for number, token in enumerate(tokens):
            if number not in covered and token.noun:
                mentions = self._compounds(token) or self._similar(token)
                found.extend((key, level, (token.word.start, token.word.end)) for key, level in mentions)
        return self._best(found)

    def _add(self, key: str, name: str, *, exact: str, lemma: str) -> None:
        parts = split_name(name)
        if not parts or len(parts) > LONGEST_NAME:
            return
        readings = [analyse_name(part) for part in parts]
        for one in (one for reading in readings for one in reading):
            self._beginnings.update(bare(stem)[:BEGINNING] for stem in (one.stem, *one.parts))
        self._beginnings.update(bare(part)[:BEGINNING] for part in parts)
        self._note(tuple(fold_word(part) for part in parts), key, exact)
        self._note((fold_word("".join(parts)),), key, exact)
        for language_stems in _stems(readings):
            self._note(language_stems, key, lemma)
        if len(parts) == 1:
            self._single[fold_word(name.strip())].add(key)
            for reading in readings[0]:
                self._parts[reading.parts].add(key)

    def _token(self, text: str, word: Word, language: str) -> _Token:
        return _Token(
            word=word,
            morphology=self._morphology(word, language),
            noun=language != "de" or word.text[0].isupper() or any(letter.isupper() for letter in word.text[1:]),
            elliptic=text[word.end : word.end + 2] in ("- ", "-/", "-,"),
        )

    def _morphology(self, word: Word, language: str) -> Morphology:
        """Only a word that shares letters with a name is taken apart: the analysis is the costly part."""
        if language == "de" and self._promising.search(bare(word.text)):
            morphology = analyse(word.text, "de")
            if morphology.tag not in ("NE", "FM", "XY"):  # else a loan word: "Upgrades"
                return morphology
        stem = singular(word.text) if language == "en" or self._promising.search(bare(word.text)) else word.folded
        return Morphology(stem, (stem,), "")

    def _note(self, form: tuple[str, ...], key: str, level: str) -> None:
        known = self._phrases[form].get(key)
        if known is None or _ORDER.index(level) < _ORDER.index(known):
            self._phrases[form][key] = level

    def _find_phrases(self, text: str, tokens: list[_Token]) -> tuple[list[_Found], set[int]]:
        found: list[_Found] = []
        covered: set[int] = set()
        for size in range(LONGEST_NAME, 0, -1):
            for start in range(len(tokens) - size + 1):
                window = tokens[start : start + size]
                if covered.isdisjoint(range(start, start + size)) and _joined(text, window):
                    hits = self._lookup(window)
                    span = (window[0].word.start, window[-1].word.end)
                    place = _place_in_chain(text, span)
                    found.extend((key, place or level, span) for key, level in hits.items())
                    covered.update(range(start, start + size) if hits else ())
        return found, covered

    def _lookup(self, window: list[_Token]) -> dict[str, str]:
        if not any(token.noun for token in window) or window[-1].elliptic:
            return {}
        hits: dict[str, str] = dict(self._phrases.get(tuple(token.word.folded for token in window), {}))
        stems = tuple(token.morphology.stem for token in window)
        for key, level in self._phrases.get(stems, {}).items():
            hits.setdefault(key, "lemma" if level == "exact" else level)
        return hits

    def _compounds(self, token: _Token) -> list[tuple[str, str]]:
        parts = token.morphology.parts
        if token.elliptic:
            return [(key, "modifier") for key in sorted(self._parts.get(parts, ()))]
        for cut in range(1, len(parts)):
            heads, modifiers = self._parts.get(parts[cut:], set()), self._parts.get(parts[: len(parts) - cut], set())
            if heads or modifiers:
                return [(key, "compound") for key in sorted(heads)] + [
                    (key, "modifier") for key in sorted(modifiers - heads)
                ]
        return []

    def _similar(self, token: _Token) -> list[tuple[str, str]]:
        form = token.word.folded
        if len(form) < FUZZY_SHORTEST:
            return []
        if form not in self._fuzzy:
            near = process.extract(form, self._single.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY_LEAST, limit=3)
            self._fuzzy[form] = frozenset(key for name, _, _ in near for key in self._single[name])
        return [(key, "fuzzy") for key in sorted(self._fuzzy[form])]

    def _best(self, found: Iterable[_Found]) -> tuple[Match, ...]:
        by_key: dict[str, list[_Found]] = defaultdict(list)
        for mention in found:
            by_key[mention[0]].append(mention)
        return tuple(self._match(key, by_key[key]) for key in sorted(by_key))

    def _match(self, key: str, mentions: list[_Found]) -> Match:
        level = min((level for _, level, _ in mentions), key=_ORDER.index)
        spans = tuple(sorted({span for _, _, span in mentions}))
        item = self.items[key]
        shown = "compound" if level == "modifier" else level
        return Match(key, item.type, item.name, spans, shown, CONFIDENCE[level])


def _place_in_chain(text: str, span: Span) -> str | None:
    """ "modifier" for "Rechnungs" in "Rechnungs-Layouts", "compound" for its last word; None where it stands alone."""
    start, end = span
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum():
        return "modifier"
    return "compound" if text[start - 1 : start] == "-" and text[start - 2 : start - 1].isalnum() else None


def _joined(text: str, window: list[_Token]) -> bool:
    """Whether only a blank or a hyphen stands between the words."""
    pairs = pairwise(window)
    return all(text[left.word.end : right.word.start].strip(" \n") in ("", "-") for left, right in pairs)


def _stems(readings: list[set[Morphology]]) -> Iterator[tuple[str, ...]]:
    """One tuple of stems per combination of readings; at most 3 readings a word, and long names are rare."""
    forms: list[tuple[str, ...]] = [()]
    for reading in readings:
        forms = [(*form, stem) for form in forms for stem in sorted({item.stem for item in reading})][:64]
    yield from forms
    yield from (("".join(form),) for form in forms if len(form) > 1)
