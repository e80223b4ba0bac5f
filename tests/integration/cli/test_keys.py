"""`orchestrator keys` and `orchestrator audit`."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from orchestrator.client import Client


def test_a_key_goes_through_its_life(cli: Any, api: Any, run: Any) -> None:
    made = cli("keys", "create", "fleet importer", "--role", "operator", "--days", "30")
    key = made.out.strip()
    assert made.code == 0
    assert "shown this one time" in made.err
    key_id = key.split("_")[2]
    assert run("jobs", "list", url=api.url, key=key).code == 0

    rotated = cli("keys", "rotate", key_id, "--overlap-hours", "1")
    assert "The old one works until" in rotated.err
    for valid in (key, rotated.out.strip()):
        assert run("jobs", "list", url=api.url, key=valid).code == 0

    listed = cli("keys", "list").out
    assert key_id in listed
    assert "fleet importer" in listed
    assert key.split("_", 3)[3] not in listed
    assert "revoked" in cli("keys", "revoke", key_id).out
    assert run("jobs", "list", url=api.url, key=key).code == 77
    assert cli("keys", "revoke", "nobodys0").code == 66
    assert cli("keys", "rotate", key_id).code == 1


def test_a_program_reads_keys_as_json(cli: Any) -> None:
    made = json.loads(cli("keys", "create", "x", "--role", "viewer", "--owner", "team", "-o", "json").out)

    assert made["owner"] == "team"
    assert [key["id"] for key in json.loads(cli("keys", "list", "-o", "json").out)][:1] == [made["id"]]


def test_the_audit_log_is_listed_and_verified(cli: Any, client: Client, api: Any) -> None:
    job_id = client.submit("The lessor shall keep records.")["id"]
    client.cancel(job_id)
    client.create_key("x", "viewer")
    api.orchestrator.audit.chain()

    listed = cli("audit", "list", "--target", "/jobs").out
    assert listed.count("done") == 2
    assert f"/jobs/{job_id}" in listed
    whole = cli("audit", "verify")
    assert (whole.code, "rows are as they were written" in whole.err) == (0, True)
    head = next(line.split()[1] for line in whole.err.splitlines() if line.startswith("head"))
    assert cli("audit", "verify", "--head", head).code == 0

    position = client.verify_audit()["head_position"] - 1
    with api.orchestrator.sessions.begin() as session:
        session.execute(
            text(
                "ALTER TABLE audit_log DISABLE TRIGGER ALL; "  # noqa: S608 - names of the test, no input
                f"UPDATE audit_log SET actor = 'nobody' WHERE position = {position}; "
                "ALTER TABLE audit_log ENABLE TRIGGER ALL"
            )
        )
    changed = cli("audit", "verify")
    assert changed.code == 1
    assert f"{position} " in changed.out
    assert "was changed" in changed.out
    assert json.loads(cli("audit", "verify", "-o", "json").out)["faults"][0]["position"] == position
