"""`orchestrator graph` against the real API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

MODEL = {
    "business_objects": [
        {"boid": "BO-Vertrag", "name": "Vertrag", "attributes": ["Beginn", "Ende"], "aliases": ["Contract"]}
    ],
    "messages": [{"mid": "MSG-Kündigung", "name": "Kündigung"}],
    "relations": [{"from": "MSG-Kündigung", "type": "USES_OBJECT", "to": "BO-Vertrag"}],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(MODEL), encoding="utf-8")
    return path


def test_a_model_is_loaded_and_loaded_again(cli: Any, file: Path) -> None:
    for _ in range(2):
        ended = cli("graph", "load", str(file))
        assert ended.code == 0
        assert ended.out.split() == ["Business", "objects", "1", "Messages", "1", "Relations", "1"]
    assert json.loads(cli("graph", "show", "-o", "json").out) == {
        "behind": 0,
        "nodes": {"BusinessObject": 1, "Message": 1},
        "edges": {"USES_OBJECT": 1},
    }


def test_nodes_and_their_neighbours_are_shown(cli: Any, file: Path) -> None:
    assert cli("graph", "list").err == "No nodes.\n"
    cli("graph", "load", str(file))
    listed = cli("graph", "list", "--type", "Message").out.splitlines()
    assert [line.split() for line in listed] == [["KEY", "TYPE", "NAME"], ["MSG-Kündigung", "Message", "Kündigung"]]
    shown = cli("graph", "show", "BO-Vertrag").out
    assert "Attributes  Beginn, Ende" in shown
    assert shown.splitlines()[-1].split() == ["<-", "USES_OBJECT", "MSG-Kündigung", "Kündigung"]
    there = cli("graph", "show", "MSG-Kündigung").out
    assert there.splitlines()[-1].split() == ["->", "USES_OBJECT", "BO-Vertrag", "Vertrag"]
    unknown = cli("graph", "show", "BO-None")
    assert (unknown.code, unknown.out) == (66, "")


@pytest.mark.parametrize("content", ["{", "[]", '{"business_objects": [{"name": "no id"}]}', '{"objects": []}', "\xff"])
def test_a_file_that_is_no_model_is_refused_whole(cli: Any, tmp_path: Path, content: str) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(content.encode("latin-1"))
    ended = cli("graph", "load", str(wrong))
    assert (ended.code, ended.out) == (65, "")
    assert cli("graph", "list", "-o", "json").out == "[]\n"


def test_the_graph_is_verified_and_exported(cli: Any, file: Path, tmp_path: Path) -> None:
    cli("graph", "load", str(file))
    verified = cli("graph", "verify")
    assert verified.code == 0
    assert ["info", "1", "objects", "that"] in [line.split()[:4] for line in verified.out.splitlines()]
    printed = json.loads(cli("graph", "export").out)
    assert [node["key"] for node in printed["nodes"]] == ["BO-Vertrag", "MSG-Kündigung"]
    target = tmp_path / "graph.cypher"
    assert cli("graph", "export", "--cypher", "-f", str(target)).code == 0
    assert "MERGE (a)-[e:USES_OBJECT]->(b)" in target.read_text(encoding="utf-8")
    unknown = cli("graph", "retract", "00000000-0000-0000-0000-000000000000", "--yes")
    assert (unknown.code, unknown.out) == (66, "")


def test_a_held_job_is_integrated_after_a_look(cli: Any, api: Any, file: Path, tmp_path: Path) -> None:
    document = tmp_path / "duties.txt"
    document.write_text("The operator shall log every access.")
    job = cli("submit", str(document), "-p", "Which?", "--no-integrate").out.strip()
    early = cli("graph", "integrate", job)
    api.start(job)
    api.complete(job)
    looked = cli("graph", "integrate", job, "--preview")
    assert (early.code, early.out) == (1, "")
    assert (looked.code, looked.out.split()) == (0, ["Adds", "0", "Merges", "0", "Edges", "0", "Touches", "0"])
    done = cli("graph", "integrate", job, "-o", "json")
    assert (done.code, json.loads(done.out)["conflict"]) == (0, None)
    assert cli("graph", "integrate", job).code == 1
