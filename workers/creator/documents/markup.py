"""Markdown's inline markup and what else is not text in a Markdown file."""

from __future__ import annotations

import re
from typing import Final

_IMAGE: Final = re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")
_LINK: Final = re.compile(r"\[([^\]\n]{1,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])")
_STRONG: Final = re.compile(r"(?<!\\)(\*\*|__)(?=\S)([^\n*_]{1,1000}?)(?<=\S)\1")
_EMPHASIS: Final = re.compile(r"(?<![\\*\w])\*(?=[^\s*])([^\n*]{1,1000}?)(?<=\S)\*(?!\*)")
_UNDERSCORE: Final = re.compile(r"(?<![\\\w])_(?=[^\s_])([^\n_]{1,1000}?)(?<=\S)_(?!\w)")
_CODE: Final = re.compile(r"(`{1,2})([^`\n]{1,1000})\1")
_TAG: Final = re.compile(
    r"</?(?:a|b|i|u|s|p|em|strong|br|hr|sup|sub|span|div|small|code|kbd|details|summary|center|font|img)"
    r"(?:\s[^<>\n]{0,500})?/?>",
    re.I,
)
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


def without_markup(text: str) -> str:
    """A Markdown paragraph's text: emphasis, links, code marks and simple tags give way to their words."""
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text) if "<" in text else text
    text = _CODE.sub(r"\2", text)
    for pattern, keep in ((_STRONG, r"\2"), (_EMPHASIS, r"\1"), (_UNDERSCORE, r"\1")):
        text = pattern.sub(keep, text)
    return _ESCAPE.sub(r"\1", text)


def without_comments(text: str) -> str:
    """Text without HTML comments; one that never closes is text."""
    pieces: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces.append(text[position:start])
        position = end + 3
    pieces.append(text[position:])
    return "".join(pieces)


def front_matter(text: str) -> tuple[str | None, str]:
    """The title in a YAML front matter block (None without one), and the text after the block."""
    if not text.startswith("---\n"):
        return None, text
    close = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.M).search(text, 4)
    if close is None:
        return None, text
    found = re.search(r"^[Tt]itle:[ \t]*[\"']?(.{1,300}?)[\"']?[ \t]*$", text[4 : close.start()], re.M)
    return (found[1] if found else None), text[close.end() :]
