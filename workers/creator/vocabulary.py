"""Words as compared: stems, stop words, content words. Small on purpose: two languages, no dictionary, no model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_][\w-]*[^\W_]|[^\W\d_]")
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")

_DE = """
ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bis bitte da dabei
damit dann das dass dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort
durch ein eine einem einen einer eines entsprechend er es etwa etwas euch für gegen gemäß gibt haben hat hier
ich ihr ihre ihrem ihren ihrer im in insbesondere ist ja jede jedem jeden jeder jedes kann kein keine man mehr
mein mich mir mit muss müssen nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie
sind so sofern sollen soll sowie über um und uns unser unsere unseren unter vom von vor wann war was welche
welchem welchen welcher welches wenn wer werden wie wir wird wo würde zu zum zur zwischen bestehen besteht
gelten gilt finde finden nenne nennen liste listen zeige zeigen suche extrahiere extrahieren ermittle ermitteln
gib bezug hinsichtlich bezüglich dokument text abschnitt artikel kapitel sämtliche relevanten relevante relevant
einhalten erfüllen beachten ergeben zutreffen betreffen betrifft hinaus rund
"""
_EN = """
a about above all also an and any are as at be been being both but by can could did do does document each every
extract find for from get give had has have having he her here his how i identify if in into is it its let list
may me more most must my need needs no not of on only or other our out over please related relating relevant
shall she should show so some such tell text than that the their them then there these they this those to under
up us was we were what when where which while who whom whose why will with within would you your article section
chapter apply applies concern concerning regarding respect comply fulfil meet there
"""
_KINDS = """
anforderung anforderungen vorgabe vorgaben regel regeln regelung regelungen pflicht pflichten verpflichtung
verpflichtungen verbot verbote gebot gebote empfehlung empfehlungen vorschrift vorschriften verboten empfohlen
requirement requirements obligation obligations duty duties prohibition prohibitions ban bans recommendation
recommendations rule rules prohibited forbidden recommended mandatory authority authorities behördenpflichten
only nur
"""

STOP_WORDS = {"de": frozenset(_DE.split()), "en": frozenset(_EN.split())}
KIND_WORDS = frozenset(_KINDS.split())
"""Words of a prompt that name kinds of requirements, not topics."""

_SUFFIXES = {
    "de": (
        "ungen",
        "heiten",
        "keiten",
        "ischen",
        "enden",
        "ung",
        "ern",
        "lich",
        "isch",
        "end",
        "en",
        "er",
        "em",
        "es",
        "et",
        "e",
        "n",
        "s",
        "t",
    ),
    "en": ("ations", "ation", "ings", "ing", "ies", "ied", "ments", "ment", "ed", "es", "s", "y", "e"),
}


def words(text: str) -> list[str]:
    """The words of a text in order, as written, with joined names split ("VehicleStatus" -> Vehicle, Status)."""
    return _WORD.findall(_CAMEL.sub(" ", text))


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """A rough stem: case folded, umlauts flattened, one ending removed while four letters stay."""
    flat = unicodedata.normalize("NFKD", word.casefold())
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter))
    for suffix in _SUFFIXES[language]:
        if flat.endswith(suffix) and len(flat) - len(suffix) >= 4:
            return flat[: -len(suffix)]
    return flat


def stems(text: str, language: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word, language) for word in words(text)]


def content_words(text: str, language: str) -> tuple[str, ...]:
    """Lower-case words that are no stop words of the language, each once, in order."""
    found = (word.casefold() for word in words(text))
    return tuple(dict.fromkeys(word for word in found if len(word) > 1 and word not in STOP_WORDS[language]))


def language_of(text: str, default: str) -> str:
    """The language whose stop words occur more often; the default where that does not tell."""
    found = [word.casefold() for word in words(text)]
    count = {language: sum(word in STOP_WORDS[language] for word in found) for language in STOP_WORDS}
    best = max(count, key=lambda language: (count[language], language == default))
    return best if count[best] else default


def answers(topic: str, text_stems: Iterable[str], language: str) -> bool:
    """Whether a topic word occurs: equal stems, or (from five letters) as part of a compound."""
    wanted = stem(topic, language)
    if len(wanted) < 5:
        return wanted in text_stems
    return any(wanted in found or (len(found) >= 5 and found in wanted) for found in text_stems)
