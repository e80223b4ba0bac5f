"""Open lists: which list an item continues or opens, and the sentence that leads it in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orchestrator.domain.document import Span
from workers.creator.structure.marks import Mark, Style, as_letter, number_of
from workers.creator.structure.place import Step

LISTED = frozenset({Style.PAREN, Style.NUMBER, Style.LETTER, Style.DOUBLE, Style.ROMAN, Style.BULLET})


@dataclass(slots=True)
class OpenList:
    """One open list: its style, the indent level it was given, its last item, and its lead-in."""

    style: Style
    hint: int
    value: str
    number: int
    lead_in: Span | None


@dataclass(slots=True)
class Lists:
    """The stack of open lists, outermost first."""

    open: list[OpenList] = field(default_factory=list)

    def close(self) -> None:
        """Ends all lists."""
        self.open.clear()

    @property
    def lead_in(self) -> Span | None:
        """The nearest lead-in of the open lists."""
        return next((entry.lead_in for entry in reversed(self.open) if entry.lead_in), None)

    @property
    def steps(self) -> list[Step]:
        """The numbered steps down to the present item, for its locator."""
        return [
            (Style.NUMBER if entry.style is Style.PAREN else entry.style, entry.value)
            for entry in self.open
            if entry.style is not Style.BULLET
        ]

    def take(self, mark: Mark, hint: int) -> bool:
        """Makes the marker the present item; true if that opens a list."""
        for reading in filter(None, (as_letter(mark), mark)):
            if (place := self._continues(reading, hint)) is not None:
                del self.open[place + 1 :]
                entry = self.open[place]
                entry.value, entry.number = reading.value, number_of(reading.style, reading.value)
                return False
        if self.open and hint and self.open[-1].hint > hint:
            self._leave(hint)
        self.open.append(OpenList(mark.style, hint, mark.value, number_of(mark.style, mark.value), None))
        return True

    def continues(self, mark: Mark) -> bool:
        """Whether the marker is the next one of an open list."""
        return any(self._continues(reading, 0) is not None for reading in filter(None, (as_letter(mark), mark)))

    def led_by(self, lead_in: Span | None) -> None:
        """Sets the lead-in of the list just opened."""
        self.open[-1] = replace(self.open[-1], lead_in=lead_in)

    def _continues(self, mark: Mark, hint: int) -> int | None:
        """Place of the open list that the marker continues, from the innermost."""
        number = number_of(mark.style, mark.value)
        for place in range(len(self.open) - 1, -1, -1):
            entry = self.open[place]
            if entry.style is not mark.style:
                continue
            if mark.style is Style.BULLET:
                if entry.hint == hint or (not hint and entry.value == mark.value):
                    return place
            elif entry.number < number <= entry.number + 3 or (number == entry.number and hint == entry.hint):
                return place
        return None

    def _leave(self, hint: int) -> None:
        """Ends lists that stand deeper than a new list of another style."""
        while self.open and self.open[-1].hint > hint:
            self.open.pop()
