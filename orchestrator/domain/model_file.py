"""The domain-model file: business objects, messages and the relations between them, read and checked as a whole.

Form: `{"business_objects": [{"boid", "name", "description", "attributes", "aliases"}], "messages": [{"mid", "name",
...}], "relations": [{"from", "type", "to"}]}`. Further fields of an object or message are left aside.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.graph import ENDS, MODEL_TYPES, DomainModel, Edge, EdgeType, ModelObject, NodeType
from orchestrator.domain.text import fault_of
from orchestrator.errors import Invalid

KEYS = {NodeType.BUSINESS_OBJECT: "boid", NodeType.MESSAGE: "mid"}
LISTS = {NodeType.BUSINESS_OBJECT: "business_objects", NodeType.MESSAGE: "messages"}
RELATION_TYPES = tuple(kind for kind, ends in ENDS.items() if set(ends) <= MODEL_TYPES)
MOST_ITEMS = 20_000
MOST_NAMES = 500
"""Attributes or aliases of one object."""
LONGEST_KEY = 200
LONGEST_TEXT = 4_000
MOST_FAULTS = 100
"""Faults named in one error; the rest are counted."""


def parse(content: str | bytes | Mapping[str, Any]) -> DomainModel:
    """Read a domain-model file.

    Args:
        content: the file's JSON, as text, UTF-8 bytes or already decoded.

    Raises:
        Invalid: code `domain_model`; names every fault at once: broken form, duplicate ids, unknown relation types,
            relations whose ends are missing or of the wrong type. `details["faults"]` has `{pointer, fault}` each.
    """
    file = _decoded(content)
    reader = _Reader()
    objects = reader.items(file, NodeType.BUSINESS_OBJECT)
    messages = reader.items(file, NodeType.MESSAGE)
    reader.check_unique()
    relations = reader.relations(file)
    reader.check_top_level(file)
    if not objects and not messages and not reader.faults:
        reader.fault("", "holds neither business_objects nor messages")
    if reader.faults:
        raise _invalid(reader.faults)
    return DomainModel(tuple(sorted(objects, key=_key)), tuple(sorted(messages, key=_key)), tuple(sorted(relations)))


@dataclass(slots=True)
class _Reader:
    """Collects faults as (JSON pointer, what is wrong), and the keys seen so far."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    types: dict[str, NodeType] = field(default_factory=dict)
    places: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, pointer: str, what: str) -> None:
        self.faults.append((pointer, what))

    def items(self, file: Mapping[str, Any], kind: NodeType) -> list[ModelObject]:
        found = [self._item(pointer, entry, kind) for pointer, entry in self._entries(file, LISTS[kind])]
        return [item for item in found if item is not None]

    def relations(self, file: Mapping[str, Any]) -> list[Edge]:
        found = [self._relation(pointer, entry) for pointer, entry in self._entries(file, "relations")]
        return list(dict.fromkeys(edge for edge in found if edge is not None))

    def check_unique(self) -> None:
        """Every place after the first of a key is a fault."""
        seen: Counter[str] = Counter()
        for key, pointer in self.places:
            seen[key] += 1
            if seen[key] > 1:
                self.fault(pointer, f"the id {key!r} stands in the file more than once")

    def check_top_level(self, file: Mapping[str, Any]) -> None:
        known = (*LISTS.values(), "relations", "about")
        for name in sorted(set(file) - set(known)):
            self.fault(f"/{name}", f"is unknown; expected {', '.join(known)}")

    def _entries(self, file: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        entries = file.get(name, [])
        if not isinstance(entries, list) or len(entries) > MOST_ITEMS:
            self.fault(f"/{name}", f"must be a list of at most {MOST_ITEMS:,} objects")
            return
        for number, entry in enumerate(entries):
            if isinstance(entry, Mapping):
                yield f"/{name}/{number}", entry
            else:
                self.fault(f"/{name}/{number}", "must be an object")

    def _item(self, pointer: str, entry: Mapping[str, Any], kind: NodeType) -> ModelObject | None:
        key = self._text(pointer, entry, KEYS[kind], longest=LONGEST_KEY)
        name = self._text(pointer, entry, "name", longest=LONGEST_KEY)
        description = self._text(pointer, entry, "description", needed=False)
        attributes = self._names(pointer, entry, "attributes")
        aliases = self._names(pointer, entry, "aliases")
        if not key or not name:
            return None
        self.types.setdefault(key, kind)
        self.places.append((key, f"{pointer}/{KEYS[kind]}"))
        return ModelObject(key, kind, name, description, attributes, aliases)

    def _relation(self, pointer: str, entry: Mapping[str, Any]) -> Edge | None:
        source, kind, destination = (
            self._text(pointer, entry, name, longest=LONGEST_KEY) for name in ("from", "type", "to")
        )
        if not (source and kind and destination):
            return None
        if kind not in RELATION_TYPES:
            self.fault(f"{pointer}/type", f"{kind!r} is no relation type; expected {' or '.join(RELATION_TYPES)}")
            self._check_ends(pointer, (source, destination), (None, None))
            return None
        edge = Edge(source, destination, EdgeType(kind))
        return edge if self._check_ends(pointer, (source, destination), ENDS[edge.type]) else None

    def _check_ends(
        self, pointer: str, ends: tuple[str, str], wanted: tuple[NodeType, NodeType] | tuple[None, None]
    ) -> bool:
        before = len(self.faults)
        for name, key, kind in zip(("from", "to"), ends, wanted, strict=True):
            if key not in self.types:
                self.fault(f"{pointer}/{name}", f"{key!r} is neither an object nor a message of this file")
            elif kind is not None and self.types[key] is not kind:
                self.fault(f"{pointer}/{name}", f"{key!r} is a {self.types[key]}; expected a {kind}")
        return len(self.faults) == before

    def _text(
        self, pointer: str, entry: Mapping[str, Any], name: str, *, needed: bool = True, longest: int = LONGEST_TEXT
    ) -> str:
        value = entry.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            self.fault(f"{pointer}/{name}", "must be a text that is not empty" if needed else "must be a text")
            return ""
        if fault := fault_of(value):
            self.fault(f"{pointer}/{name}", fault)
        elif len(value) > longest:
            self.fault(f"{pointer}/{name}", f"has more than {longest:,} characters")
        return value.strip()

    def _names(self, pointer: str, entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
        values = entry.get(name) or []
        if not isinstance(values, list) or len(values) > MOST_NAMES:
            self.fault(f"{pointer}/{name}", f"must be a list of at most {MOST_NAMES} texts")
            return ()
        texts = [
            self._text(f"{pointer}/{name}", {str(number): value}, str(number), longest=LONGEST_KEY)
            for number, value in enumerate(values)
        ]
        return tuple(dict.fromkeys(text for text in texts if text))


def _decoded(content: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(content, Mapping):
        return content
    try:
        file = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _invalid([("", f"is not JSON: {error}")]) from error
    if not isinstance(file, dict):
        raise _invalid([("", "must be a JSON object with business_objects, messages and relations")])
    return file


def _invalid(faults: list[tuple[str, str]]) -> Invalid:
    shown = faults[:MOST_FAULTS]
    lines = [f"  {pointer or 'the file'}: {what}" for pointer, what in shown]
    if len(faults) > len(shown):
        lines.append(f"  and {len(faults) - len(shown)} more")
    return Invalid(
        "The domain model has faults, and nothing of it was loaded. Correct them and load it again:\n"
        + "\n".join(lines),
        code="domain_model",
        details={"faults": [{"pointer": pointer, "fault": what} for pointer, what in shown], "count": len(faults)},
    )


def _key(item: ModelObject) -> str:
    return item.key
