"""Words that jobs and requirements are found by: PostgreSQL's full text in German and in English at once.

A text is stemmed in both languages, and so is the question: "Pflicht" finds "Pflichten", "duty" finds "duties",
whatever the language of the document. The expressions are those of the indexes `ix_jobs_search` and
`ix_requirements_search`.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.sql import cast

INDEXED_CHARACTERS = 20_000
"""Of one text: a vector of words has a limit of 1 MB, which a statement without an end would exceed."""
LANGUAGES = ("german", "english")
_MARK = re.compile(r"(?<=\w)[-._/]|_(?=\w)")
"""Within a word: a file name is indexed without them."""


def _stemmed(words: str) -> str:
    return "(" + " || ".join(f"to_tsvector('{language}'::regconfig, {words})" for language in LANGUAGES) + ")"


# The marks in a file name would make one word of it.
JOB_WORDS = _stemmed(f"(left(prompt, {INDEXED_CHARACTERS}) || ' ') || translate(file_name, '._-', '   ')")
REQUIREMENT_WORDS = _stemmed(f"(requirement_name || ' ') || left(requirement_text, {INDEXED_CHARACTERS})")


def has_words(words: str, q: str) -> ColumnElement[bool]:
    """Whether one of the expressions above has the words of a question in either language.

    The question is written as for a search engine ("exact words", -without, or); nothing that is written is an error.
    """
    asked = [
        func.websearch_to_tsquery(cast(language, REGCONFIG), said, type_=TSQUERY)
        for said in dict.fromkeys((q, _MARK.sub(" ", q)))
        for language in LANGUAGES
    ]
    any_of_them: ColumnElement[Any] = reduce(lambda one, other: one.op("||")(other), asked[1:], asked[0])
    return literal_column(words).op("@@", is_comparison=True)(any_of_them)
