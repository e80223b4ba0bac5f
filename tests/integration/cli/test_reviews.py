"""`orchestrator review` against the real API."""

from __future__ import annotations

import json
from typing import Any


def test_requirements_are_reviewed_from_the_console(api: Any, cli: Any, client: Any) -> None:
    job = client.submit("Which duties are there?")["id"]
    api.start(job)
    doubtful = {"needs_review": True, "confidence_score": 0.6}
    api.complete(job, doubtful | {"priority": "low"}, doubtful | {"priority": "high"}, {})
    first, second, third = (each["rid"] for each in client.requirements(job))

    listed = cli("review", "list", "--job", job)
    assert [line.split()[1] for line in listed.out.splitlines()[1:]] == [second, first]
    accepted = cli("review", "accept", job, second, "--reason", "Yes.", "--version", "1")
    assert (accepted.code, accepted.out.split()[:4]) == (0, ["review", "accepted", "rid", second])
    assert cli("review", "accept", job, second, "--reason", "Again.").code == 1
    rejected = cli("review", "reject", job, first, "--reason", "No.", "-o", "json")
    assert json.loads(rejected.out)["rejection_reason"] == "review: No."
    edited = cli("review", "edit", job, third, "--reason", "Short.", "--name", "Log", "--priority", "high")
    assert (edited.code, "Log" in edited.out) == (0, True)
    assert cli("review", "edit", job, third, "--reason", "x").code == 2
    assert cli("review", "list").err == "Nothing waits for a review.\n"
    shown = cli("review", "history", job, third).out.splitlines()
    assert (len(shown), shown[1].split()[2:4]) == (2, ["admin", "edit"])

    later = client.submit("Which duties are there?", successor_of=job)
    assert later["successor_of"] == job
    assert cli("review", "clear", job, "--reason", "Fine.").out == "0\n"
    assert cli("review", "clear", job, first, "--reason", "Fine.").code == 1
