# ruff: noqa: E501  (a pattern is read on one line)
"""A sentence's main clauses, found by punctuation and closed-class words: a duty counts where it is stated.

A heuristic, not a parser: it removes parentheses and subordinate clauses, so that "die Unterlagen, die aufzubewahren
sind, werden genannt" carries no duty while "die Unterlagen, die er erhält, sind aufzubewahren" does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clauses:
    """Both texts have no parentheses, markers or double spaces; English is lower case.

    Attributes:
        whole: the sentence.
        main: its main clauses; a comma is kept only between two of them.
        conditional: true where the sentence opens with a condition.
        fragment: true where it begins in lower case, as the items of a list do.
    """

    whole: str
    main: str
    conditional: bool
    fragment: bool = False


_MARKER = re.compile(
    r"^\s*(?:[•·▪–—\-\uf0b7o]\s+|\(?(?:\d{1,3}[a-z]?|[a-z]{1,2}|[ivx]{1,4})\)\s*|\d{1,2}\.\s*(?=[A-ZÄÖÜa-zäöü]))"
)
_PARENTHESIS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_QUOTED = re.compile(r"[„“”\"»«]([^„“”\"»«]{2,300})[“”\"«»]")
_DUTY_WORD = re.compile(
    r"\b(?:shall|must|should|may|will|required|muss|müssen|soll|sollen|sollte|sollten|darf|dürfen|kann|können|zu)\b",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_BEFORE_STOP = re.compile(r" +([,;:.])")
_SEGMENT = {
    "de": re.compile(r"(\s*[,;:]\s+|\s+[–—-]\s+)"),
    "en": re.compile(
        r"(\s*[,;:]\s+|\s+[–—-]\s+|(?<!^)\s+(?=(?:if|unless|because|whether|provided that|to the extent|insofar as|in order to|so that)\b))"
    ),
}

_DE_SUBORDINATE = re.compile(
    r"^(?:(?:und|oder|sowie|aber|auch|insbesondere|nur|es sei denn|so|je nachdem|selbst|außer) )?"
    r"(?:dass|weil|wenn|soweit|sofern|falls|da|obwohl|um|damit|anstatt|indem|nachdem|bevor|ehe|sobald|solange"
    r"|sodass|wobei|wodurch|womit|wofür|woran|worin|worauf|wozu|wonach|welche[rsmn]?|was|wer|wem|wen|wie|wo|ob|wann|warum|weshalb|wohin|woher|insofern|insoweit als"
    r"|(?:\w+ ){0,2}(?:deren|dessen|denen))\b"
)
_DE_RELATIVE = re.compile(
    r"^(?:(?:an|auf|aus|bei|durch|für|in|mit|nach|über|unter|von|vor|zu|zwischen|gegen|ohne|wegen|aufgrund|anhand|trotz|während|innerhalb|außerhalb|seit|hinter|neben) )?(?:der|die|das|den|dem)\b"
)
_DE_AUXILIARY = r"(?:ist|sind|hat|haben|muss|müssen|soll|sollen|sollte|sollten|kann|können|darf|dürfen|wird|werden|gilt|gelten|bleibt|bleiben)"
_DE_VERB_LAST = re.compile(
    r"(?:^| )(?!zusammen|dagegen|daneben|gegen|neben|wegen)(?:[a-zäöüß]+(?:t|en|ern|eln)|ist|sind|war|sei|muss|soll|kann|darf|will)$"
)
_DE_MAIN_VERB = re.compile(rf"\b{_DE_AUXILIARY}(?: \S+){{2,}}$|\bzu [a-zäöüß]+$")
_DE_CONDITION = re.compile(r"^(?:wenn|soweit|sofern|falls|dass|es sei denn)\b")
_DE_V2 = re.compile(rf"\b{_DE_AUXILIARY}\b(?! *$)(?= \S+ \S+)|^so\b|^{_DE_AUXILIARY}\b")
_DE_FINITE_FIRST = re.compile(
    rf"^(?:so|dann)\b|^{_DE_AUXILIARY}\b|^(?:bedarf|besteht|haftet|trägt|obliegt|beginnt|verlängert|verpflichtet|[a-zäöüß]{{3,}}(?:t|et|en|ern|eln) (?:der|die|das|er|sie|es|ein|eine|sich|dieser?|dies)\b)"
)
_DE_VERB_FIRST = re.compile(
    r"^(?:Ist|Sind|War|Waren|Hat|Haben|Wird|Werden|Wurde|Wurden|Soll|Sollen|Sollte|Sollten|Muss|Müssen|Kann|Können|Darf|Dürfen"
    r"|[A-ZÄÖÜ][a-zäöüß]+(?<!ung)(?:t|en|te|ten|et|ern)(?<!ungen)(?<!heiten)(?<!keiten)(?<!tionen)(?<!schaft)(?<!schaften)"
    r" (?:der|die|das|dem|den|ein|eine|einem|einen|er|sie|es|sich|dies|diese[rsmn]?|jemand|kein\w*|mehrere|sowohl|nur|eine[rs]?|zwei|[A-ZÄÖÜ]\w+))\b"
)
_DE_CONSEQUENCE = re.compile(r"\b(?:folgt|bedeutet dies|ergibt sich)$")

_EN_SUBORDINATE = re.compile(
    r"^(?:(?:and|or|but|except|even|only|especially|particularly|including) )?"
    r"(?:if|when|where|whenever|wherever|unless|until|provided|whether|which|who|whom|whose|that|because|since|although|though|while|whereas"
    r"|as|after|before|once|so that|in order to|to the extent|insofar as|in so far as|(?:of|for|in|to|by|from|on|under|with|through|at) (?:which|whom|whose))\b"
)
_EN_INVERTED = re.compile(
    r"^(?:should|were|had) (?!not\b|be\b)(?:the|a|an|any|this|that|it|they|he|she|we|you|one|no|there|some|such|either|[\w-]+ (?!be\b)\w+)\b"
)
_OPENS_CONDITION = {
    "de": re.compile(r"^(?:[Ww]enn|[Ff]alls|[Ss]ofern|[Ss]oweit|Sobald|Solange|Im Falle?|Bei|Für den Fall)\b"),
    "en": re.compile(
        r"^(?:if|when|where|whenever|unless|once|in case|in the event|in the case|as soon as|until|provided)\b"
    ),
}


_STRESSED = re.compile(
    r"\b(?:MUSS|MÜSSEN|SOLL|SOLLEN|SOLLTE|SOLLTEN|DARF|DÜRFEN|KANN|KÖNNEN|WIRD|WERDEN|IST|SIND|HAT|HABEN|NICHT|NUR|KEINE?[NRSM]?|ZU|NIEMALS)\b"
)


_INCLUSIVE = re.compile(r"(?<=[a-zäöüß])[:*_/](?=in(?:nen)?\b)")


def plain_words(text: str, language: str) -> str:
    """Words as the rules know them: "MUSS" as "muss", "Mieter:innen" as "Mieterinnen", "don’t" with a straight mark."""
    if language == "en":
        return text.replace("’", "'")
    return _INCLUSIVE.sub("", _STRESSED.sub(lambda match: match[0].lower(), text))


def clauses(sentence: str, language: str) -> Clauses:
    """Split a sentence into what it states and what it only conditions, describes or explains."""
    text = _SPACE.sub(" ", _MARKER.sub("", sentence, count=1)).strip()
    text = _without_quoted_duties(_without_parentheses(text))
    fragment = text[:1].islower()
    text = plain_words(text.lower() if language == "en" else text, language)
    parts = _SEGMENT[language].split(text)
    is_subordinate = _german(parts[::2]) if language == "de" else _english(parts[::2])
    main = _joined(parts, is_subordinate)
    conditional = bool(_OPENS_CONDITION[language].match(text)) or (is_subordinate[0] and len(is_subordinate) > 1)
    return Clauses(whole=text, main=main or text, conditional=conditional, fragment=fragment)


def _without_parentheses(text: str) -> str:
    for _ in range(3):
        text, count = _PARENTHESIS.subn("", text)
        if not count:
            break
    return _BEFORE_STOP.sub(r"\1", _SPACE.sub(" ", text)).strip()


def _without_quoted_duties(text: str) -> str:
    """ "shall" as a word that is spoken about, or a sentence that is only cited, binds nobody here."""

    def named(match: re.Match[str]) -> str:
        is_part = match.end() - match.start() < len(text) - 2
        return "“…”" if is_part and _DUTY_WORD.search(match[1]) else match[0]

    return _QUOTED.sub(named, text)


def _german(segments: list[str]) -> list[bool]:
    last = -1
    if len(segments) > 1 and _DE_VERB_FIRST.match(segments[0]):
        last = next((i for i, segment in enumerate(segments[1:], 1) if _DE_FINITE_FIRST.match(segment)), 0) - 1
    result = []
    for i, segment in enumerate(segments):
        after_consequence = i > 0 and bool(_DE_CONSEQUENCE.search(segments[i - 1]))
        result.append(i <= last or (not after_consequence and _is_german_subordinate(segment, first=i == 0)))
    _extend_conditions(segments, result)
    for i, segment in enumerate(segments[:-1]):
        if segment.strip() == "es sei denn":
            result[i] = result[i + 1] = True
    return result


def _extend_conditions(segments: list[str], result: list[bool]) -> None:
    """Conditions joined by commas go on: "wenn A gilt, B befugt ist und C erforderlich ist"."""
    open_condition = False
    for i, segment in enumerate(segments[1:], 1):
        if result[i]:
            open_condition = open_condition or bool(_DE_CONDITION.match(segment))
        elif open_condition and _DE_VERB_LAST.search(segment.rstrip(".!:")) and not _DE_V2.search(segment):
            result[i] = True


def _is_german_subordinate(segment: str, *, first: bool) -> bool:
    lowered = segment[:1].lower() + segment[1:] if first else segment
    if _DE_SUBORDINATE.match(lowered):
        return True
    if first or not _DE_RELATIVE.match(segment):
        return False
    plain = segment.rstrip(".!:")
    return bool(_DE_VERB_LAST.search(plain)) and not _DE_MAIN_VERB.search(plain)


def _english(segments: list[str]) -> list[bool]:
    rest = [bool(_EN_SUBORDINATE.match(segment)) for segment in segments[1:]]
    inverted = len(segments) > 1 and bool(_EN_INVERTED.match(segments[0]))
    opening = bool(_EN_SUBORDINATE.match(segments[0])) and not segments[0].startswith(("that ", "as "))
    return [opening or inverted, *rest]


def _joined(parts: list[str], is_subordinate: list[bool]) -> str:
    def pieces(keep: Callable[[int], bool]) -> Iterator[str]:
        previous = -1
        for i in filter(keep, range(len(is_subordinate))):
            if previous >= 0:
                yield parts[2 * i - 1].strip() + " " if previous == i - 1 else " "
            yield parts[2 * i]
            previous = i

    return _SPACE.sub(" ", "".join(pieces(lambda i: not is_subordinate[i]))).strip()
