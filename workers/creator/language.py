"""The language of a text: German or English."""

from __future__ import annotations

from functools import cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_SAMPLE: Final = 20_000


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["de", "en"])
    return identifier


def language_of(text: str) -> str:
    """ "de" or "en", judged by the first 20,000 characters; "en" for a text without letters."""
    sample = text[:_SAMPLE]
    if not any(map(str.isalpha, sample)):
        return "en"
    language: str = _identifier().classify(sample)[0]
    return language
