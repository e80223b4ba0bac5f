"""Domain-model files: read whole, or refused whole with every fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain import model_file
from orchestrator.domain.graph import Edge, EdgeType, ModelObject, NodeType
from orchestrator.errors import Invalid

SAMPLE = Path(__file__).parents[4] / "samples" / "domain-model.json"
OBJECT = {"boid": "BO-B", "name": " Leser ", "attributes": ["name", "name", "alter"], "domain": "Bestand"}
MESSAGE = {"mid": "MSG-A", "name": "Mahnung", "direction": "out", "aliases": ["Erinnerung"]}
USES = {"from": "MSG-A", "type": "USES_OBJECT", "to": "BO-B"}


def faults(file: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        model_file.parse(file if isinstance(file, str | bytes) else json.dumps(file))
    assert caught.value.code == "domain_model"
    assert "nothing of it was loaded" in caught.value.message
    return {entry["pointer"]: entry["fault"] for entry in caught.value.details["faults"]}


def test_a_file_is_read() -> None:
    model = model_file.parse(
        json.dumps({"business_objects": [OBJECT], "messages": [MESSAGE], "relations": [USES, USES]})
    )
    assert model.objects == (ModelObject("BO-B", NodeType.BUSINESS_OBJECT, "Leser", "", ("name", "alter")),)
    assert model.messages == (ModelObject("MSG-A", NodeType.MESSAGE, "Mahnung", "", (), ("Erinnerung",)),)
    assert model.relations == (Edge("MSG-A", "BO-B", EdgeType.USES_OBJECT),)


def test_objects_are_ordered_by_key() -> None:
    model = model_file.parse({"business_objects": [OBJECT, {"boid": "BO-A", "name": "Buch"}]})
    assert [item.key for item in model.objects] == ["BO-A", "BO-B"]


def test_the_sample_is_a_model() -> None:
    model = model_file.parse(SAMPLE.read_bytes())
    assert len(model.objects) >= 10
    assert model.messages
    assert model.relations


def test_all_faults_come_at_once() -> None:
    found = faults(
        {
            "business_objects": [OBJECT, {"boid": "BO-B", "name": "Zweiter"}, {"boid": "", "name": None}, 7],
            "messages": [MESSAGE, {"mid": "BO-B", "name": "Mahnung"}],
            "relations": [
                {"from": "MSG-A", "type": "OWNS", "to": "BO-B"},
                {"from": "MSG-A", "type": "USES_OBJECT", "to": "BO-X"},
                {"from": "BO-B", "type": "USES_OBJECT", "to": "MSG-A"},
                {"from": "MSG-A", "to": "BO-B"},
            ],
            "objects": [],
        }
    )
    assert set(found) == {
        "/business_objects/1/boid",
        "/business_objects/2/boid",
        "/business_objects/2/name",
        "/business_objects/3",
        "/messages/1/mid",
        "/relations/0/type",
        "/relations/1/to",
        "/relations/2/from",
        "/relations/2/to",
        "/relations/3/type",
        "/objects",
    }
    assert found["/relations/0/type"] == "'OWNS' is no relation type; expected USES_OBJECT or PRODUCES_OBJECT"
    assert found["/business_objects/1/boid"] == "the id 'BO-B' stands in the file more than once"
    assert found["/relations/1/to"] == "'BO-X' is neither an object nor a message of this file"


@pytest.mark.parametrize(
    ("file", "pointer"),
    [
        ("{", ""),
        ("[]", ""),
        (b"\xff", ""),
        ("[" * 100_000, ""),
        ({}, ""),
        ({"business_objects": {}}, "/business_objects"),
        ({"business_objects": [{"boid": "a\u0000", "name": "n"}]}, "/business_objects/0/boid"),
        ({"business_objects": [{"boid": "a", "name": "\ud800"}]}, "/business_objects/0/name"),
        ({"business_objects": [{"boid": "a", "name": "n" * 201}]}, "/business_objects/0/name"),
        ({"business_objects": [{"boid": "a", "name": "n", "aliases": "x"}]}, "/business_objects/0/aliases"),
        ({"business_objects": [{"boid": "a", "name": "n", "attributes": [1]}]}, "/business_objects/0/attributes/0"),
        ({"business_objects": [{"boid": "a", "name": "n", "description": 1}]}, "/business_objects/0/description"),
    ],
)
def test_broken_files_are_refused(file: Any, pointer: str) -> None:
    assert pointer in faults(file)


def test_very_many_faults_are_counted() -> None:
    with pytest.raises(Invalid) as caught:
        model_file.parse({"business_objects": [1] * 500})
    assert (len(caught.value.details["faults"]), caught.value.details["count"]) == (model_file.MOST_FAULTS, 500)
    assert "and 400 more" in caught.value.message
