"""Sentences of German and English legal and technical prose.

A sentence ends with ".", "!" or "?" before a capital letter, unless the dot belongs to an abbreviation ("Abs.",
"z. B.", "i. V. m.", "e.g."), an ordinal ("1. Januar"), an initial, or stands inside an open bracket. A colon or
semicolon never ends a sentence: a list's lead-in stays whole. A line break and the " | " between table cells do.
"""

from __future__ import annotations

import re
from typing import Final

from orchestrator.domain.document import Span

_NEVER_WORDS: Final = """
    abb abschn abs absatz anh anl anm aufl az bd begr beil bes betr bzgl bzw ca chap cf cl co d dok dr e eg engl
    entspr evtl exkl fa fig ggf ggfs gem gez grds h hrsg hs i ie inkl inh insb insbes kap kgl m mio mrd msgr n
    nos nr nrn o p para pp prof r rd rdnr rn rz rzn s sect sog sp st std str tel u urspr v verf vgl vol vorl vs
    x z ziff zit zzgl bspw usf gegr geb jur lfd mtl nat phys tgl approx incl mr mrs ms messrs hon viz bstbl bgbl
    abl
"""
_NEVER: Final = frozenset(_NEVER_WORDS.split())
"""Abbreviations that something always follows."""

_MAYBE_WORDS: Final = """
    etc usw ff f a al b dgl ä co corp inc ltd jr sr plc uvm uä ua art alt no min max mind tab sec ed lit tit div
    sen reg rev ord
"""
_MAYBE: Final = frozenset(_MAYBE_WORDS.split())
"""Abbreviations that may also end a sentence: they do before a word that opens one."""

_OPENERS_WORDS: Final = """
    der die das dies diese dieser dieses dem den des ein eine einem einen einer eines er sie es wir ist sind
    wird werden wenn falls soweit sofern sollte sollten im in am an bei beim für mit nach auf aus durch zur zum
    zu als auch daher damit dabei darüber dazu dagegen andernfalls hierzu hierfür hierbei jede jeder jedes alle
    bis nur nicht kein keine so sodann ferner zudem weiterhin außerdem jedoch dementsprechend gleiches satz
    absatz vgl siehe the this that these those a an it its they he she we if when where whenever unless until
    upon any all each every no nothing such in on at by for from with without within under to as but however
    therefore otherwise following notwithstanding subject member points paragraph
"""
_OPENERS: Final = frozenset(_OPENERS_WORDS.split())

_END: Final = re.compile(
    r"(?P<stop>[.!?…]+)(?P<close>[\"'”“»«’)\]]*(?:\[\^?\w{1,3}\])?)(?P<space>\s+)"
    r"(?=[\"'„“”»«‚‘’(\[]*[A-ZÄÖÜ0-9§•–-])|\s*\n\s*| \| "
)
_LAST: Final = re.compile(r"[^\s(\[„“\"‚‘/]+$")
_NEXT: Final = re.compile(r"[\"'„“”»«‚‘’(\[]*([^\s,;:.)]+)")
_MONTHS_WORDS: Final = """
    januar februar märz april mai juni juli august september oktober november dezember quartal halbjahr
    jahrhundert january february march may june july october december
"""
_MONTHS: Final = frozenset(_MONTHS_WORDS.split())
_BRACKET: Final = re.compile(r"[()]")
_BRACKET_REACH: Final = 600
"""Characters in which a bracket must close to hold a sentence together."""


def sentences(text: str, start: int = 0, end: int | None = None, language: str = "de") -> list[Span]:
    """The sentences in `text[start:end]`, in order, as spans of the whole text without white space at their ends.

    Args:
        text: canonical text.
        start, end: usually the span of one passage.
        language: "de" or "en"; in German a number with a dot is read as an ordinal.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    brackets = _Brackets(text, begin)
    for match in _END.finditer(text, start, stop):
        if match.start() < begin:
            continue
        if match["stop"] is None:
            cut = match.start()
        elif not brackets.enclose(match.end("close"), stop) and _ends(text, begin, match, language):
            cut = match.end("close")
        else:
            continue
        _add(spans, text, begin, cut)
        begin = match.end()
        brackets = _Brackets(text, begin)
    _add(spans, text, begin, stop)
    return spans


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    body = piece.strip()
    if body:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(body)))


def _ends(text: str, begin: int, match: re.Match[str], language: str) -> bool:
    """Whether this stop, outside brackets, ends the sentence that opened at `begin`."""
    if match["stop"] != "." or match["close"].startswith((")", "]")):
        return True
    last = _LAST.search(text, max(begin, match.start() - 40), match.start())
    follows = _NEXT.match(text, match.end())
    opener = follows is not None and follows[1].lower() in _OPENERS
    word = last[0] if last else ""
    if word.isdigit():
        return _number_ends(word, last is not None and last.start() == begin, opener, follows, language)
    bare = word.replace(".", "").lower()
    if len(word) == 1 and word.isalpha():
        return opener and word.isupper() and match.start() - begin > 1
    if bare in _MAYBE:
        return opener
    return bare not in _NEVER


def _number_ends(word: str, first: bool, opener: bool, follows: re.Match[str] | None, language: str) -> bool:
    if first or (follows is not None and follows[1].lower() in _MONTHS):
        return False
    return len(word) > 2 or opener or language != "de"


class _Brackets:
    """How many round brackets of the present sentence are open, counted onward from call to call."""

    def __init__(self, text: str, begin: int) -> None:
        self._text = text
        self._depth = 0
        self._at = begin

    def enclose(self, at: int, stop: int) -> bool:
        """Whether `at` lies in a bracket that opened in this sentence and closes soon after."""
        for match in _BRACKET.finditer(self._text, self._at, at):
            self._depth = self._depth + 1 if match[0] == "(" else max(self._depth - 1, 0)
        self._at = at
        if not self._depth:
            return False
        reach = min(stop, at + _BRACKET_REACH)
        closing = self._text.find(")", at, reach)
        opening = self._text.find("(", at, reach)
        return closing >= 0 and (opening < 0 or closing < opening)
