"""Which business objects and messages a statement names: by exact name, by stem, by alias. Nothing fuzzy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestrator.domain.graph import ModelObject

from .vocabulary import stems


class Mentions:
    """An index of names over stems; looking up a sentence is linear in its words."""

    def __init__(self, objects: Iterable[ModelObject], language: str) -> None:
        self._language = language
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for thing in objects:
            for name in (thing.name, *thing.aliases):
                if key := tuple(stems(name, language)):
                    self._by_first.setdefault(key[0], []).append((key, thing.name))

    def find(self, text: str) -> tuple[str, ...]:
        """The model's names of the things named, each once, in order of appearance."""
        return self.among(stems(text, self._language))

    def among(self, found: Sequence[str]) -> tuple[str, ...]:
        """As `find`, over stems that are there already."""
        names: dict[str, None] = {}
        for i, first in enumerate(found):
            for key, name in self._by_first.get(first, ()):
                if tuple(found[i : i + len(key)]) == key:
                    names[name] = None
        return tuple(names)
