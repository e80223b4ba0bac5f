"""Structure: from a reader's blocks to the canonical text and its passages with role, locator, section and lead-in.

How places are cited is said in `place`; what counts as a marker in `marks`.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.domain.document import DocumentText
from workers.creator.blocks import Block, Draft, Kind
from workers.creator.structure.front import with_front
from workers.creator.structure.merge import merged
from workers.creator.structure.profile import profile_of
from workers.creator.structure.walk import Walk

__all__ = ["structured"]

_TIGHT = (Kind.ITEM, Kind.ROW, Kind.TOC)


def structured(draft: Draft, language: str) -> DocumentText:
    """The document's canonical text with its passages.

    Args:
        draft: blocks with clean text.
        language: "de" or "en"; decides how locators are written.
    """
    blocks = _weighed(merged(draft.blocks))
    text, starts = _composed(blocks)
    passages = Walk(blocks, starts, text, language, profile_of(blocks)).run()
    return DocumentText(
        text=text,
        passages=tuple(with_front(passages, text)),
        page_starts=_page_starts(blocks, starts, draft.page_count, len(text)),
        language=language,
        title=draft.title,
    )


def _weighed(blocks: list[Block]) -> list[Block]:
    """Minor headings count as full ones where a document has no others."""
    headings = [block for block in blocks if block.kind is Kind.HEADING]
    if all(block.minor for block in headings):
        for block in headings:
            block.minor = False
    return blocks


def _composed(blocks: Sequence[Block]) -> tuple[str, list[int]]:
    """The blocks' texts with one line break between rows of a list or table and two elsewhere, and their offsets."""
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    before: Block | None = None
    for block in blocks:
        if before is not None:
            gap = "\n" if block.kind is before.kind and block.kind in _TIGHT else "\n\n"
            pieces.append(gap)
            length += len(gap)
        starts.append(length)
        pieces.append(block.text)
        length += len(block.text)
        before = block
    return "".join(pieces), starts


def _page_starts(blocks: Sequence[Block], starts: Sequence[int], count: int, length: int) -> tuple[int, ...]:
    """Offset where each page begins; a page without text begins where the next one does."""
    if not count:
        return ()
    known = {1: 0}
    for block, start in zip(blocks, starts, strict=True):
        for offset, page in block.pages:
            known.setdefault(page, start + offset)
    offsets: list[int] = []
    after = length
    for page in range(count, 0, -1):
        after = min(known.get(page, after), after)
        offsets.append(after)
    return tuple(reversed(offsets))
