"""The validator's pass: proposals over HTTP, of which the graph keeps what it bears out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

MODEL = {
    "business_objects": [{"boid": "BO-Archive", "name": "Archive", "attributes": ["location", "accessLog"]}],
    "messages": [],
}
TEXT = "1 Duties\n\nThe operator shall keep a book of all visits to the stacks.\n"


@pytest.mark.parametrize("answers", [True, False])
def test_the_graph_keeps_what_it_bears_out_and_nothing_waits_for_the_model(
    make_town: Callable[..., Any], endpoint: Any, llm: Any, answers: bool
) -> None:
    town = make_town(llm_validator=True)
    town.load(MODEL)
    job_id = town.submit(TEXT)
    town.work(job_id)
    ((rid,),) = town.rows("SELECT rid FROM requirements WHERE job_id = :id", id=job_id)

    def proposes(body: dict[str, Any]) -> Any:
        asked = body["messages"][1]["content"]
        assert rid in asked
        assert "accessLog" in asked
        good = {"words": "book of all visits", "attribute": "accessLog"}
        match = {"requirement": rid, "object": "BO-Archive", "words": "stacks", "needs": [good]}
        strange = match | {"object": "BO-Moon"}
        return llm.completion(json.dumps({"matches": [match, strange, match | {"requirement": "R-OTHER"}]}))

    endpoint.script = [proposes if answers else lambda body: llm.error(500, "Broken.")]
    town.work(job_id, queue="validator")
    (row,) = town.found(job_id)
    assert row.status == "integrated"
    said = (row.fulfilment, row.mentioned_objects, row.needs_review)
    assert said == (("FULFILLED", ["Archive"], True) if answers else ("UNCLEAR", [], False))
    agents = [tuple(one) for one in town.rows("SELECT agent, purpose FROM llm_requests ORDER BY id")]
    assert agents == [("creator", "extract"), ("validator", "validate")]
    assert town.job(job_id).job.status == "completed"
