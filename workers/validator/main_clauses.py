# ruff: noqa: E501  (a pattern is read on one line)
"""What a sentence states, without what it only presupposes: subordinate clauses and parentheses are blanked.

"Die Unterlagen, die aufzubewahren sind, werden genannt" states no duty; "Die Unterlagen, die er erhält, sind
aufzubewahren" does. A heuristic over punctuation and closed word classes; offsets stay those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workers.language import analyse

_PARENTHESIS = re.compile(r"\bes sei denn,? [^.;]*|\([^()]*\)|\[[^\[\]]*\]|„[^“\"]*[“\"]|«[^»]*»|“[^”]*”")
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:[A-Za-zÄÖÜäöü]|Abs|Art|Nr|Nrn|vgl|Vgl|Rz|Rzn|ggf|gem|bzw|Ziff|Buchst|lit|No|Nos|Sec|ca|usw|etc|inkl|evtl|sog|i|e|cf|Inc|Ltd|Std|Min)\."
    r"|(?<=\d)\.(?=\s+[A-Za-zäöü])"
)
_DOT = "\u2024"
"""Stands for the dot of an abbreviation, which ends no sentence."""
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÄÖÜ„•])")
_SEGMENT = re.compile(r"[,;:]\s+|\s[–—-]\s")

_FINITE_DE = (
    r"(?:ist|sind|hat|haben|muss|müssen|darf|dürfen|soll|sollen|sollte|sollten|kann|können|wird|werden|gilt|gelten"
    r"|bedarf|bleibt|bleiben|findet|finden)"
)
_SUBORDINATE_DE = re.compile(
    r"(?:(?:und|oder|sowie|aber|auch|insbesondere|nur|erst|so|je nachdem|selbst|außer|auch dann|dann) )?"
    r"(?:dass|weil|wenn|soweit|sofern|falls|da|obwohl|während|um|damit|ohne|anstatt|statt|indem|nachdem|bevor|ehe|sobald"
    r"|solange|sodass|wobei|wodurch|womit|wofür|woran|worin|worauf|wozu|wonach|welche[rsmn]?|was|wer|wem|wen|wie|wo|ob"
    r"|insofern|(?:(?:an|auf|aus|bei|durch|für|in|mit|nach|über|unter|von|vor|zu|zwischen|gegen|anhand|aufgrund|während) )?"
    r"(?:deren|dessen|denen))\b",
    re.IGNORECASE,
)
_RELATIVE_DE = re.compile(
    r"(?:(?:und|oder) )?(?:(?:an|auf|aus|bei|durch|für|in|mit|nach|über|unter|von|vor|zu|zwischen|gegen|wegen|aufgrund|innerhalb|außerhalb|trotz|ohne|seit|anhand) )?"
    r"(?:der|die|das|den|dem)\b"
)
_NOT_LAST_FINITE_DE = re.compile(rf"\b{_FINITE_DE}\b(?=.*\w+\s+\w|\s+\w*zu\w+en\W*$|\s+zu \w+\W*$)")
_ENDS_IN_VERB_DE = re.compile(
    r"(?:^|\s)(?:[a-zäöüß]+(?:t|en|ern|eln)|ist|sind|war|muss|soll|kann|darf|will|wurde|hatte|konnte|sollte|musste|habe|werde|könne|müsse|dürfe|sei)[\s“\"]*$"
)
_STARTS_FINITE_DE = re.compile(rf"(?:so|dann|{_FINITE_DE}|[a-zäöüß]{{3,}}(?:t|et))\b")
_PERHAPS_PREPOSITION_DE = re.compile(r"(?:während|ohne|um|statt|anstatt)\b", re.IGNORECASE)
_PREPOSITION_DE = re.compile(r"(?:Wegen|Neben|Gegen|Zwischen|Mit|Seit|Nicht|Soweit|Ansonsten|Andernfalls)\b")
_INFINITIVE_DE = re.compile(r"(?:\bzu [a-zäöüß]+n|\b\w+zu[a-zäöüß]{3,}n)\W*$")
_WAITS_FOR_INFINITIVE_DE = re.compile(r"\b(?:ist|sind|hat|haben)\b(?:.*\b(?:[A-ZÄÖÜ§]\S*|er|sie|es|dieser?))?\W*$")
_REPORTS_DE = re.compile(r"\b(?:folgt|bedeutet|heißt|ergibt sich|vereinbart|erwartet|so|derart|dafür|sicher)\b\W*$")

_SUBORDINATE_EN = re.compile(
    r"(?:(?:and|or|but|except|even|only|especially|particularly|including) )?"
    r"(?:if|when|where|whenever|wherever|unless|until|provided|whether|which|who|whom|whose|because|since|although"
    r"|though|while|whereas|after|before|once|so that|in order to|to the extent|insofar as|in so far as|in case"
    r"|(?:of|for|in|to|by|from|on|under|with|through|at) (?:which|whom|whose))\b",
    re.IGNORECASE,
)
_NO_SUBJECT_EN = re.compile(r"(?:when|while|before|after|where|if|in)\s+\w+ing\b(?=.*\b(?:shall|must|should)\b)", re.I)
_INVERTED_EN = re.compile(
    r"(?:should|were|had)\s+(?!be\b)(?:the|a|an|any|this|that|it|they|he|she|one|no|there|some|[A-Z]\w+)\b", re.I
)
_CONDITION_OPENS_EN = re.compile(
    r"(?:if|when|where|whenever|unless|once|in case|provided|whether|while|because|although)\b", re.I
)
_MAIN_AFTER_CONDITION_EN = re.compile(
    r"\bthen\b|(?<!of )(?<!or )(?<!and )\b(?:the|a|an|it|they|he|she|all|any|each)\s+(?:[\w-]+\s+){0,4}?(?=(?:must|shall|should|may|will|can)\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class MainClauses:
    """Attributes:
    text: as long as the sentence, everything that is not main clause blanked.
    conditional: the sentence opens with a condition.
    """

    text: str
    conditional: bool


def main_clauses(text: str, language: str) -> MainClauses:
    """Blank what is not stated, keeping all offsets.

    Args:
        text: one requirement: usually one sentence, or a lead-in and its item.
        language: "de" or "en".
    """
    bare = _PARENTHESIS.sub(lambda match: " " * len(match.group()), text)
    bare = _ABBREVIATION.sub(lambda match: match.group()[:-1] + _DOT, bare)
    kept = list(bare)
    conditional = False
    for start, end in _pieces(bare, 0, len(bare), _SENTENCE_END):
        segments = [(a, b) for a, b in _pieces(bare, start, end, _SEGMENT) if bare[a:b].strip()]
        find = _subordinate_de if language == "de" else _subordinate_en
        for number, (a, b) in find(bare, segments):
            kept[a:b] = " " * (b - a)
            conditional = conditional or number == 0
    return MainClauses("".join(kept), conditional)


def _pieces(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Consecutive spans; a separator belongs to the span before it."""
    for match in separator.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    yield start, end


def _subordinate_de(text: str, segments: list[tuple[int, int]]) -> Iterator[tuple[int, tuple[int, int]]]:
    said = [text[start:end].strip(" ,.;:\n•-–—") for start, end in segments]
    unfinished = after_subordinate = False
    before = ""
    for number, words in enumerate(said):
        opens = _opens_condition_de(said) if number == 0 else _opens_subordinate_de(words, before)
        goes_on = unfinished and not _STARTS_FINITE_DE.match(words)
        hangs_on = after_subordinate and _is_infinitive_clause_de(words, before)
        after_subordinate = opens or goes_on or hangs_on
        unfinished = (opens or goes_on) and not _ENDS_IN_VERB_DE.search(words)
        if after_subordinate:
            yield number, segments[number]
        else:
            before = f"{before} {words}"


def _opens_condition_de(said: list[str]) -> bool:
    """A sentence that opens with a subordinator, or with its verb and a consequence further on ("Wird ..., so ...")."""
    if said[0].startswith("Sollte") or _subordinates_de(said[0]):
        return True
    first = said[0].split(" ", 1)[0]
    if not first.isalpha() or not first[0].isupper() or _PREPOSITION_DE.match(first):
        return False
    is_verb = analyse(first.lower(), "de").tag[:2] in ("VV", "VA", "VM")
    return is_verb and any(_STARTS_FINITE_DE.match(words) for words in said[1:])


def _subordinates_de(said: str) -> bool:
    """Whether the first word subordinates; "während", "ohne" and "um" may be prepositions."""
    if _PERHAPS_PREPOSITION_DE.match(said):
        ending = _ENDS_IN_VERB_DE if said[:1] in "Ww" else _INFINITIVE_DE
        return bool(ending.search(said))
    return bool(_SUBORDINATE_DE.match(said))


def _opens_subordinate_de(said: str, before: str) -> bool:
    if _subordinates_de(said):
        return not (said.startswith("dass ") and _REPORTS_DE.search(before))
    if not _RELATIVE_DE.match(said) or not _ENDS_IN_VERB_DE.search(said) or _INFINITIVE_DE.search(said):
        return False
    return not _NOT_LAST_FINITE_DE.search(said)


def _is_infinitive_clause_de(said: str, before: str) -> bool:
    if not _INFINITIVE_DE.search(said) or re.search(rf"\b{_FINITE_DE}\b", said):
        return False
    return not _WAITS_FOR_INFINITIVE_DE.search(before)


def _subordinate_en(text: str, segments: list[tuple[int, int]]) -> Iterator[tuple[int, tuple[int, int]]]:
    for number, (start, end) in enumerate(segments):
        said = text[start:end].strip(" ,.;:\n•-–—")
        if _NO_SUBJECT_EN.match(said):
            continue  # "When deciding ... due regard shall be given": what binds is not in the condition
        if _CONDITION_OPENS_EN.match(said) and len(segments) == 1:
            found = _MAIN_AFTER_CONDITION_EN.search(said, 3 + _second_subject(said))
            yield number, (start, start + found.start() if found else end)
        elif (_SUBORDINATE_EN.match(said) or _INVERTED_EN.match(said)) and len(segments) > 1:
            yield number, (start, end)


def _second_subject(said: str) -> int:
    """Offset behind the first subject of a condition that no comma ends."""
    match = re.match(r"\w+\s+(?:the|a|an|any|all|each|this|these|its|their)?\s*[\w-]+", said)
    return max(0, match.end() - 3) if match else 0
