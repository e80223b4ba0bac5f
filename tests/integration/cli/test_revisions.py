"""`orchestrator jobs rerun|revisions|compare` against the real API."""

from __future__ import annotations

import json
from typing import Any


def test_a_job_is_run_again_and_compared(api: Any, cli: Any, client: Any) -> None:
    first = client.submit("Which duties are there?")["id"]
    early = cli("jobs", "rerun", first)
    api.start(first)
    api.complete(first, {"requirement_text": "The lessor should keep a log."}, {})

    made = cli("jobs", "rerun", first, "--prompt", "Only prohibitions", "--scope", "all")
    second = made.out.strip()
    api.start(second)
    api.complete(second, {"requirement_text": "The lessor must keep a log."}, {})
    listed = json.loads(cli("jobs", "revisions", first, "-o", "json").out)
    told = cli("jobs", "compare", first, second)

    assert (early.code, made.code, told.code) == (1, 0, 0)
    assert [(job["id"], job["revision"], job["prompt"]) for job in listed] == [
        (first, 1, "Which duties are there?"),
        (second, 2, "Only prohibitions"),
    ]
    assert len(told.out.splitlines()) == 2
    assert told.out.splitlines()[1].startswith("strength_changed")
    assert cli("jobs", "compare", first, first).err == "Nothing changed.\n"
    assert len(json.loads(cli("jobs", "compare", first, first, "--change", "unchanged", "-o", "json").out)) == 2
