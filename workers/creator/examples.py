"""How far an example goes: from its mark to the sentence that contrasts it with the rule again."""

from __future__ import annotations

import re

from .clauses import Clauses

_OPENS = re.compile(
    r"\s*(?:[•·]\s*)?(?:Beispiele?|Examples?|Hinweis|Note|Anmerkung)(?: [\w.]+){0,4}\s?:", re.IGNORECASE
)
_CONTRASTS = re.compile(
    r"\b(?:jedoch|dagegen|hingegen|in jedem Fall|unabhängig davon|however|otherwise|in any case|regardless)\b",
    re.IGNORECASE,
)


def opens_example(passage: str) -> bool:
    """Whether a passage begins with the mark of an example or a note."""
    return _OPENS.match(passage) is not None


def leads_back(sentence: Clauses) -> bool:
    """Whether a sentence of an example speaks of the rule again: "Werden Belege jedoch gescannt, so sind sie ..."."""
    return sentence.conditional and _CONTRASTS.search(sentence.whole) is not None
