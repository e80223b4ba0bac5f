"""The settings as data: what each is called, of what type it is, and what it may be."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, get_type_hints

from orchestrator.config.rules import Rule
from orchestrator.config.settings import Named, Secret, Settings

NO_DEFAULT = object()
KINDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
    tuple[str, ...]: "a list with commas",
}
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Args:
        name: the field of `Settings`, and the key in a configuration file.
        variable: the environment variable.
        older: the key in files of the older system, where it had another one.
        kind: the type of its value, one of `KINDS`.
        default: its value where nothing is set; NO_DEFAULT where it must be set.
    """

    name: str
    variable: str
    older: str | None
    kind: Any
    rules: tuple[Rule, ...]
    default: Any
    secret: bool
    description: str

    def parse(self, raw: Any) -> Any:
        """Turn a text of the environment, or a value of a file, into the setting's value.

        Raises:
            ValueError: of another type, or not allowed; the text says what is.
        """
        try:
            value = _convert(self.kind, raw)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(self.allowed()) from error
        if not all(rule.allows(value) for rule in self.rules):
            raise ValueError(self.allowed())
        return value

    def allowed(self) -> str:
        """What the value must be, in words."""
        limits = " ".join(rule.describe() for rule in self.rules)
        if self.kind in (int, float):
            return f"{KINDS[self.kind]} {limits}".rstrip()
        return limits or KINDS[self.kind]


@cache
def catalogue() -> dict[str, Setting]:
    """Every setting by its name, in the order of `Settings`."""
    hints = get_type_hints(Settings, include_extras=True)
    return {item.name: _setting(item, hints[item.name]) for item in fields(Settings)}


def _setting(item: Field[Any], hint: Any) -> Setting:
    notes = getattr(hint, "__metadata__", ())
    named = next((note for note in notes if isinstance(note, Named)), Named())
    return Setting(
        name=item.name,
        variable=named.variable or f"ORCHESTRATOR_{item.name.upper()}",
        older=named.older,
        kind=getattr(hint, "__origin__", hint) if notes else hint,
        rules=tuple(note for note in notes if isinstance(note, Rule)),
        default=_default(item),
        secret=any(isinstance(note, Secret) for note in notes),
        description=" ".join(note for note in notes if isinstance(note, str)),
    )


def _default(item: Field[Any]) -> Any:
    if item.default is not MISSING:
        return item.default
    return item.default_factory() if item.default_factory is not MISSING else NO_DEFAULT


def _convert(kind: Any, raw: Any) -> Any:
    if kind is bool:
        return raw if isinstance(raw, bool) else _boolean(raw)
    if kind in (int, float):
        return _number(kind, raw)
    if kind == tuple[str, ...]:
        return _words(raw)
    if not isinstance(raw, str):
        _refuse(raw)
    return Path(raw).expanduser() if kind is Path else raw


def _words(raw: Any) -> tuple[str, ...]:
    words = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        _refuse(raw)
    return tuple(word.strip() for word in words if word.strip())


def _boolean(raw: Any) -> bool:
    if not isinstance(raw, str) or raw.lower() not in _BOOLEANS:
        _refuse(raw)
    return _BOOLEANS[raw.lower()]


def _number(kind: Any, raw: Any) -> Any:
    """JSON's true is no number, and 1.5 no whole one."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        _refuse(raw)
    if kind is int and isinstance(raw, float) and not raw.is_integer():
        _refuse(raw)
    return kind(raw)


def _refuse(raw: Any) -> NoReturn:
    raise ValueError(f"{raw!r} is of the wrong type")
