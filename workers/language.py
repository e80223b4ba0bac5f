"""Words of German and English: tokens, lemmas, compound parts, names written in one word.

HanTa's models are loaded on first use (about half a second each) and every word is analysed once per process.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from HanTa import HanoverTagger

MODELS = {"de": "morphmodel_ger.pgz", "en": "morphmodel_en.pgz"}
LONGEST_WORD = 48
"""HanTa's time grows with the square of the length; nothing longer is a word."""

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-zäöüß\d])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß])")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WRITTEN_OUT = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("Ae", "Ä"), ("Oe", "Ö"), ("Ue", "Ü"))
_NOUN_PARTS = ("NN", "NE", "NN_VAR", "NN_VAR_EL", "ADJ", "FM")
_PLURALS = (
    (re.compile(r"(?<=\w\w)ies$"), "y"),
    (re.compile(r"(ss|x|ch|sh|z)es$"), r"\1"),
    (re.compile(r"(?<=\w\w)(?<![sui])s$"), ""),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`, half open, in code points."""

    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        """As compared: see `fold_word`."""
        return fold_word(self.text)


@dataclass(frozen=True, slots=True)
class Morphology:
    """Attributes:
    stem: the word without its inflection, folded ("Rechnungsadressen" -> "rechnungsadresse").
    parts: stems of a compound's nouns from left to right; the last is its head. One part for a simple word.
    tag: HanTa's part of speech (STTS for German, of the British National Corpus for English); "" if not asked for.
    """

    stem: str
    parts: tuple[str, ...]
    tag: str = ""


def words(text: str) -> list[Word]:
    """The words of a text in order. A hyphen parts words; "Rechnungs- und" gives "Rechnungs"."""
    return [Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


def split_name(name: str) -> list[str]:
    """The words of a name as modellers write them: "ZeitVonBis", "Booking ID", "Fahrzeug [gereinigt]", "po_nummer"."""
    return [part for word in _WORD.findall(name.replace("_", " ")) for part in _CAMEL.split(word)]


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Lower case, NFKC, umlauts written out: "Übergabe" and "Uebergabe" are equal."""
    return unicodedata.normalize("NFKC", word).lower().translate(_UMLAUTS)


@lru_cache(maxsize=65_536)
def bare(word: str) -> str:
    """Lower case without umlauts and accents: "Häuser" and "Haus" begin alike."""
    decomposed = unicodedata.normalize("NFKD", word.lower()).replace("ß", "ss")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=65_536)
def singular(word: str) -> str:
    """An English noun without its plural ending, folded: "Policies" -> "policy". By ending alone, no dictionary."""
    folded = fold_word(word)
    for ending, replacement in _PLURALS:
        if ending.search(folded):
            return ending.sub(replacement, folded)
    return folded


@lru_cache(maxsize=65_536)
def analyse(word: str, language: str) -> Morphology:
    """Stem, parts and part of speech of one word out of context; a word HanTa cannot take stays as it is."""
    folded = fold_word(word)
    if len(word) > LONGEST_WORD or not word.isalpha():
        return Morphology(folded, (folded,))
    if language == "en":
        lemma, tag = _tagger("en").analyze(word)
        return Morphology(fold_word(lemma), (fold_word(lemma),), tag)
    stem, morphemes, tag = _tagger("de").analyze(word, taglevel=3)
    nouns = [part for part, kind in morphemes if kind in _NOUN_PARTS and len(part) > 2]
    if tag != "NN" or not nouns:
        nouns = [stem]
    nouns[-1] = stem[-len(nouns[-1]) :]  # HanTa names a part as it is written ("sätz"), the stem as its lemma ("satz")
    return Morphology(fold_word(stem), tuple(map(fold_word, nouns)), tag)


def analyse_name(word: str) -> set[Morphology]:
    """All readings of one word of a modeller's name: German, German with its umlauts put back, English."""
    umlauted = word
    for written_out, umlaut in _WRITTEN_OUT:
        umlauted = umlauted.replace(written_out, umlaut)
    german = {analyse(spelling[:1].upper() + spelling[1:], "de") for spelling in (word, umlauted)}
    return german | {Morphology(singular(word), (singular(word),))}


@cache
def _tagger(language: str) -> Any:
    return HanoverTagger.HanoverTagger(MODELS[language])
