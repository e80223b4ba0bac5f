"""Which attributes a statement asks of which object: "Name und Geburtsdatum des Kunden", "invoices show a date".

Only nouns that grammar ties to a mentioned object count; a noun that merely stands in the sentence is no need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.document import Span
from workers.language import Word, analyse, fold_word, singular, words
from workers.validator import needs_vocabulary as vocabulary
from workers.validator.matching import Match

LONGEST_LIST = 20
"""Items of one enumeration; what comes after is not read."""
LONGEST_GROUP = 4
"""Words of an English attribute before its last."""
WORDS_TO_VERB = 6
"""Words between a German object and the verb at the end of its clause."""
VERB_NEAR = 40
"""Characters between "shall" and its verb."""


@dataclass(frozen=True, slots=True)
class Need:
    """`key` is the object's; `name` is the attribute as the text names it, at `span`.

    `kept` is true where a verb of keeping or showing governs it ("speichern", "show"): then it is surely data.
    """

    key: str
    name: str
    span: Span
    kept: bool


@dataclass(frozen=True, slots=True)
class _Region:
    """Where an enumeration stands. `ahead`: its nouns open their pieces, else they close them."""

    start: int
    end: int
    ahead: bool
    kept: bool


def needs(text: str, language: str, objects: Sequence[Match]) -> tuple[Need, ...]:
    """The attributes asked of each mentioned object, in text order, each once.

    Args:
        text: the full statement.
        language: "de" or "en".
        objects: the business objects found in it.
    """
    found: dict[tuple[str, str], Need] = {}
    for match in objects:
        for span in match.words:
            for region in _regions(text, language, span):
                for noun in _nouns(text, language, region):
                    need = Need(match.key, text[noun[0] : noun[1]], noun, region.kept)
                    found.setdefault((need.key, fold_word(need.name)), need)
    return tuple(sorted(found.values(), key=lambda need: (need.span, need.key)))


def _regions(text: str, language: str, span: Span) -> Iterator[_Region]:
    start, end = span
    before, after = text[:start], text[end:]
    clause = max((match.end() for match in vocabulary.CLAUSE_START.finditer(before)), default=0)
    kept = _is_kept(text, language, clause, span)
    if (owner := re.search(vocabulary.OWNER_AFTER[language], before)) is not None and not _counts(before, owner):
        start = _after_modal(text, language, clause, owner.start())
        yield _Region(start, owner.start(), ahead=False, kept=kept)
    if (possessive := re.match(r"['’]s?\s+", after)) is not None:
        yield _Region(end + possessive.end(), _clause_end(text, end + possessive.end()), ahead=True, kept=kept)
    if (listed := re.match(vocabulary.LIST_AFTER[language], after)) is not None:
        yield _Region(end + listed.end(), _clause_end(text, end + listed.end()), ahead=True, kept=kept)
    if re.search(vocabulary.EACH[language], before) is not None:
        yield from _governed(text, language, end, vocabulary.STORE[language])
    elif re.match(r"(?:\W*\w+){0,4}\W*$", text[clause:start]) is not None:
        yield from _governed(text, language, end, vocabulary.CONTAIN[language])


def _governed(text: str, language: str, start: int, verb: str) -> Iterator[_Region]:
    """Behind the object: "... shall show A and B", "... muss A und B enthalten", "... enthält: A"."""
    end = _clause_end(text, start, lists=True)
    modal = re.compile(vocabulary.MODAL[language]).search(text, start, end)
    said = modal.end() if modal else start
    found = re.compile(rf"\b(?:zu\s+)?{verb}\b(?:\s+werden)?\s*:?").search(text, said, end)
    if found is None:
        return
    if language == "de" and not found.group().endswith(":") and (modal is not None or _modal_ahead(text, start)):
        yield _Region(said, found.start(), ahead=False, kept=True)
    elif found.start() - said < VERB_NEAR:
        yield _Region(found.end(), end, ahead=True, kept=True)


def _modal_ahead(text: str, start: int) -> bool:
    """Whether the verb stands at the end, because a modal verb or "dass" came before: "muss zu jedem Kunden ..."."""
    sentence = max((match.end() for match in re.finditer(r"[.;]\s", text[:start])), default=0)
    return re.search(rf"{vocabulary.MODAL['de']}|\bdass\b", text[sentence:start]) is not None


def _is_kept(text: str, language: str, clause: int, mention: Span) -> bool:
    """Whether a verb of keeping governs the mention: right behind "shall", or at the end of the German clause."""
    start, end = mention
    if language == "de":
        behind = re.compile(rf"(?:\s+[\w-]+,?){{0,{WORDS_TO_VERB}}}?\s+(?:zu\s+)?{vocabulary.STORE['de']}\b")
        return behind.match(text, end) is not None
    after = _after_modal(text, language, clause, start)
    return (
        re.compile(rf"\s*(?:\w+ly\s+|also\s+|be able to\s+)?{vocabulary.STORE['en']}\b").match(text, after) is not None
    )


def _counts(before: str, owner: re.Match[str]) -> bool:
    owned = words(before[: owner.start()])
    return bool(vocabulary.COUNTED.search(owner.group())) and any(
        word.text.lower() in vocabulary.COUNTS for word in owned[-WORDS_TO_VERB:]
    )


def _after_modal(text: str, language: str, start: int, end: int) -> int:
    modals = list(re.compile(vocabulary.MODAL[language]).finditer(text, start, end))
    return modals[-1].end() if modals else start


def _clause_end(text: str, start: int, *, lists: bool = False) -> int:
    stop = re.compile(r"[.;](?:\s|$)|\s\(" if lists else r"[.;:](?:\s|$)|\s\(").search(text, start)
    return stop.start() if stop else len(text)


def _nouns(text: str, language: str, region: _Region) -> Iterator[Span]:
    """The noun of each piece of the enumeration; pieces are parted by commas and conjunctions."""
    start = region.start
    pieces: list[Span] = []
    for match in vocabulary.SEPARATOR.finditer(text, region.start, region.end):
        pieces.append((start, match.start()))
        start = match.end()
    pieces.append((start, region.end))
    find = _german_noun if language == "de" else _english_noun
    for piece in pieces[:LONGEST_LIST] if region.ahead else pieces[: -LONGEST_LIST - 1 : -1]:
        noun = find(text, piece, region.ahead)
        if noun is not None and _stem(text[slice(*noun)], language) not in vocabulary.NOT_AN_ATTRIBUTE:
            yield noun
        if not region.ahead and not vocabulary.PLAIN_PIECE.fullmatch(text[piece[0] : noun[0] if noun else piece[1]]):
            return  # what stands further left belongs to the sentence, not to the enumeration


def _stem(noun: str, language: str) -> str:
    return analyse(noun, "de").stem if language == "de" else singular(noun)


def _german_noun(text: str, piece: Span, ahead: bool) -> Span | None:
    """The first or last noun, with what a hyphen ties to it ("E-Mail-Adresse"), and never an owner ("des Mieters")."""
    group = [Word(word.text, word.start + piece[0], word.end + piece[0]) for word in words(text[slice(*piece)])]
    nouns = [word for word in group if word.text[0].isupper() and _tag(word.text, "de").startswith(("NN", "NE", "FM"))]
    if not nouns:
        return None
    chosen = nouns[0] if ahead else _owned(text, nouns)
    chain = re.compile(r"(?:\w+-)*\w+(?:-\w+)*").finditer(text, piece[0], piece[1])
    return next((match.span() for match in chain if match.start() <= chosen.start < match.end()), None)


def _owned(text: str, nouns: Sequence[Word]) -> Word:
    """The last noun that is not the owner of the one before it."""
    last = len(nouns) - 1
    while last > 0 and vocabulary.GENITIVE.fullmatch(text, nouns[last - 1].end, nouns[last].start):
        last -= 1
    return nouns[last]


def _english_noun(text: str, piece: Span, ahead: bool) -> Span | None:
    """The noun group that opens or closes the piece, with "of" inside ("date of birth"); at most five words."""
    group = [Word(word.text, word.start + piece[0], word.end + piece[0]) for word in words(text[slice(*piece)])]
    group = _within_group(group, ahead)
    last = len(group) - 1
    while last >= 0 and not _is_noun(group[last].text):
        last -= 1
    first = last
    while first > 0 and last - first < LONGEST_GROUP and _continues(text, group[first - 1], group[first]):
        first -= 1
    while 0 <= first < last and group[first].text == "of":
        first += 1
    return (group[first].start, group[last].end) if last >= 0 else None


def _within_group(group: list[Word], ahead: bool) -> list[Word]:
    """Cut at prepositions, relative pronouns and verbs of being: behind the group, or in front of it."""
    cuts = [number for number, word in enumerate(group) if word.text.lower() in vocabulary.ENDS_NOUN_GROUP]
    if not cuts:
        return group
    if ahead:
        return group[: next((cut for cut in cuts if cut > 0), len(group))]
    return group[cuts[-1] + 1 :]


def _continues(text: str, left: Word, right: Word) -> bool:
    hyphen = "-" in (text[left.end : right.start], text[left.start - 1])  # "pick-up location"
    return hyphen or _is_noun(left.text) or left.text.lower() in vocabulary.PART_OF_NAME


def _is_noun(word: str) -> bool:
    return _tag(word, "en").startswith(("NN", "NP", "UNC")) or word.isupper()


def _tag(word: str, language: str) -> str:
    return analyse(word, language).tag
