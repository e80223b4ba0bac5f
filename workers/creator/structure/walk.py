"""The walk over a document's blocks that gives each passage its role, place and lead-in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orchestrator.domain.document import Passage, Role, Span
from workers.creator.blocks import Block, Kind
from workers.creator.sentences import sentences
from workers.creator.structure import place
from workers.creator.structure.headings import NUMBERED, HeadingRules
from workers.creator.structure.ids import RequirementId, id_of
from workers.creator.structure.lists import LISTED, Lists
from workers.creator.structure.marks import Mark, Style, number_of
from workers.creator.structure.outline import MINOR, Outline, rank_of
from workers.creator.structure.profile import Profile
from workers.creator.structure.recitals import recitals
from workers.creator.structure.roles import defines, is_definition, is_title, opens_list

_ROLES = {Kind.NOTE: Role.FOOTNOTE, Kind.TOC: Role.TOC, Kind.FRONT: Role.FRONT, Kind.CODE: Role.BODY}
_LEADING = (Role.BODY, Role.LEAD_IN, Role.ITEM, Role.DEFINITION)


@dataclass(slots=True)
class _Here:
    """What passages are cited by at this point of the walk."""

    unit: str = ""
    alone: bool = False
    """The unit's locator takes no further steps (margin numbers)."""
    paragraph: str = ""
    id: str = ""
    id_titled: bool = False
    lists: Lists = field(default_factory=Lists)


class Walk:
    """One walk; `run` gives the passages.

    Args:
        blocks: in order, split units joined.
        starts: offset of each block in the text.
        text: the canonical text.
    """

    def __init__(self, blocks: list[Block], starts: list[int], text: str, language: str, profile: Profile) -> None:
        self._blocks = blocks
        self._starts = starts
        self._text = text
        self._language = language
        self._profile = profile
        self._passages: list[Passage] = []
        self._outline = Outline()
        self._headings = HeadingRules(profile, blocks)
        self._recitals = recitals(profile, blocks, language)
        self._here = _Here()

    def run(self) -> list[Passage]:
        """All passages in text order."""
        for index, block in enumerate(self._blocks):
            self._take(index, block)
        return self._passages

    def _take(self, index: int, block: Block) -> None:
        mark = self._profile.marks[index]
        if block.kind in _ROLES:
            self._add(index, mark.length if mark and block.kind is Kind.NOTE else 0, _ROLES[block.kind])
        elif index in self._recitals:
            role, locator, length = self._recitals[index]
            self._add(index, length, role, locator=locator)
        elif block.kind is Kind.ROW:
            self._row(index, block)
        elif index in self._profile.margins and mark is not None:
            self._margin(index, mark)
        elif block.minor and not self._outline.open:
            self._flow(index, block, mark)
        elif self._headings.is_heading(index, listed=bool(self._here.lists.open) or self._led_in()):
            self._heading(index, block, mark)
        else:
            self._flow(index, block, mark)

    def _row(self, index: int, block: Block) -> None:
        """A row with an id of its own does not belong to the requirement before the table."""
        if self._id(block.text):
            self._here.id, self._here.id_titled = "", False
        self._add(index, 0, Role.TABLE)

    def _margin(self, index: int, mark: Mark) -> None:
        self._outline.close_minor()
        self._here = _Here(place.margin(self._profile.margins[index], self._language), alone=True)
        if self._headings.is_run_in(index):
            level = self._outline.push(MINOR, self._blocks[index].text[mark.length :], "")
            self._add(index, mark.length, Role.HEADING, level=level)
        else:
            self._body(index, mark.length)

    def _heading(self, index: int, block: Block, mark: Mark | None) -> None:
        found = self._id(block.text)
        numbered = mark if mark and mark.style in NUMBERED else None
        unit = found.value if found else place.unit_of(numbered) if numbered else ""
        length = found.length if found else numbered.length if numbered else 0
        level = self._outline.push(rank_of(block, numbered), block.text, unit)
        self._headings.note(numbered)
        self._here.lists.close()
        if not block.minor:
            self._here = _Here(self._outline.unit)
        self._add(index, length, Role.HEADING, level=level)

    def _flow(self, index: int, block: Block, mark: Mark | None) -> None:
        """Everything that is running text: numbered paragraphs, clauses, items and plain paragraphs."""
        bullet = mark.length if mark and mark.style is Style.BULLET else 0
        if found := self._id(block.text[bullet:]):
            self._identified(index, block, found, bullet)
        elif mark and mark.style is Style.DECIMAL and self._headings.follows(mark):
            self._headings.note(mark)
            self._here = _Here(mark.value)
            self._body(index, mark.length)
        elif mark and self._is_paragraph(mark):
            self._outline.close_minor()
            self._here = _Here(self._here.unit, paragraph=mark.value)
            self._body(index, mark.length)
        elif (mark and mark.style in LISTED) or block.kind is Kind.ITEM:
            self._item(index, block, mark if mark and mark.style in LISTED else None)
        else:
            self._here.lists.close()
            if not self._here.id_titled:
                self._here.id = ""
            self._body(index, 0)

    def _identified(self, index: int, block: Block, found: RequirementId, bullet: int) -> None:
        length = bullet + found.length
        self._here.lists.close()
        self._here.id = found.value
        self._here.id_titled = is_title(block.text[length:], 80)
        self._body(index, length)

    def _is_paragraph(self, mark: Mark) -> bool:
        """Whether "(1)", or "1." in an English act, numbers a paragraph of the unit and not a list item."""
        here = self._here
        article = here.unit.startswith("Art.") and self._language == "en"
        if not here.unit or here.alone or not (mark.style is Style.PAREN or (article and mark.style is Style.NUMBER)):
            return False
        if here.lists.continues(mark) or (self._led_in() and not here.paragraph):
            return False
        return number_of(mark.style, mark.value) > number_of(mark.style, here.paragraph or "0")

    def _led_in(self) -> bool:
        """Whether the passage before ends with a colon."""
        last = self._passages[-1] if self._passages else None
        return last is not None and last.role in _LEADING and self._text[last.end - 1] == ":"

    def _item(self, index: int, block: Block, mark: Mark | None) -> None:
        lists = self._here.lists
        if mark and lists.take(mark, block.level):
            lists.led_by(self._lead_in())
        role = Role.ITEM
        length = mark.length if mark else block.mark
        if is_definition(block.text[length:], self._outline.section):
            role = Role.DEFINITION
        self._add(index, length, role, level=max(len(lists.open), 1), lead_in=lists.lead_in)

    def _lead_in(self) -> Span | None:
        """The sentence before a list that opens it; its passage becomes a lead-in."""
        last = self._passages[-1] if self._passages else None
        if last is None or last.role not in _LEADING:
            return None
        words = self._text[last.start : last.end]
        if not any(map(str.isalpha, words)) or not opens_list(words) or (last.lead_in and words.endswith((";", ","))):
            return None
        if last.role is Role.BODY or (last.role is Role.DEFINITION and not last.lead_in and not defines(words)):
            self._passages[-1] = replace(last, role=Role.LEAD_IN)
        return sentences(self._text, last.start, last.end, self._language)[-1]

    def _body(self, index: int, length: int) -> None:
        words = self._blocks[index].text[length:]
        role = Role.DEFINITION if is_definition(words, self._outline.section) else Role.BODY
        self._add(index, length, role)

    def _id(self, text: str) -> RequirementId | None:
        found = id_of(text)
        return found if found and found.prefix in self._profile.ids else None

    def _locator(self) -> str:
        here = self._here
        if here.id or here.alone:
            return here.id or here.unit
        steps = [(Style.PAREN, here.paragraph)] if here.paragraph else []
        if place.has_items(here.unit):
            steps += here.lists.steps
        return place.locator(here.unit, steps, self._language)

    def _add(
        self,
        index: int,
        length: int,
        role: Role,
        *,
        locator: str | None = None,
        level: int = 0,
        lead_in: Span | None = None,
    ) -> None:
        block, begin = self._blocks[index], self._starts[index]
        if length >= len(block.text):
            length = 0
        page = next((page for offset, page in reversed(block.pages) if offset <= length), None)
        outline = self._outline if role not in (Role.FRONT, Role.TOC) else Outline()
        self._passages.append(
            Passage(
                start=begin + length,
                end=begin + len(block.text),
                role=role,
                page=page,
                locator=self._locator() if locator is None else locator,
                section=outline.section,
                path=outline.path,
                level=level,
                lead_in=lead_in,
            )
        )
