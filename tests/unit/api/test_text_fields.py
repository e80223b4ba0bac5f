"""Every text that comes in goes through one base that refuses what cannot be stored."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest

import api
from api.schemas.fields import JsonObject, Text, visible

ROUTES = Path(api.__file__).parent / "routes"


def taken() -> Iterator[type[ma.Schema]]:
    """The schemas that routes read requests with."""
    for path in ROUTES.glob("*.py"):
        module = importlib.import_module(f"api.routes.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "takes":
                yield getattr(module, ast.unparse(node.args[0]))


def fields_of(schema: ma.Schema, path: str) -> Iterator[tuple[str, Any]]:
    for name, field in schema.fields.items():
        yield from below(field, f"{path}.{name}")


def below(field: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, field
    if isinstance(field, ma.fields.Nested):
        yield from fields_of(field.schema, path)
    if isinstance(field, ma.fields.List):
        yield from below(field.inner, f"{path}[]")


ALL = sorted({schema.__name__: schema for schema in taken()}.items())


@pytest.mark.parametrize(("name", "schema"), ALL)
def test_every_text_refuses_what_cannot_be_stored(name: str, schema: type[ma.Schema]) -> None:
    for path, field in fields_of(schema(), name):
        if isinstance(field, ma.fields.String) and not isinstance(field, ma.fields.UUID):
            assert isinstance(field, Text), f"{path} is not made of api.schemas.fields.Text"
        assert not isinstance(field, ma.fields.Raw) or isinstance(field, JsonObject), f"{path} takes anything"
        if isinstance(field, ma.fields.Dict) and not path.startswith("DomainModelSchema."):  # domain.model_file checks
            assert isinstance(field, JsonObject), f"{path} is not made of api.schemas.fields.JsonObject"


def test_there_are_schemas_to_look_at() -> None:
    assert len(ALL) > 12


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "x\udfff"])
def test_such_texts_are_refused_at_any_depth(bad: str) -> None:
    with pytest.raises(ma.ValidationError):
        Text().deserialize(bad)
    for value in ({"a": bad}, {bad: 1}, {"a": [{"b": [bad]}]}):
        with pytest.raises(ma.ValidationError):
            JsonObject().deserialize(value)


def test_what_is_blank_is_described_so_also_for_those_who_know_fewer_white_spaces() -> None:
    of_json_schema = r"\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    pattern = Text(validate=visible).metadata["pattern"].replace(r"\s", of_json_schema)
    blank = "".join(character for character in map(chr, range(0x11_0000)) if character.isspace())
    assert not re.search(pattern, blank)
    assert re.search(pattern, f"{blank}x{blank}")
