"""`orchestrator webhooks` and `jobs events --follow` against a real API; deliveries are tested with workers."""

from __future__ import annotations

import json
from typing import Any

URL = "https://192.0.43.10/hook"  # public, and a number: nothing is looked up


def test_a_webhook_over_its_life(cli: Any, client: Any) -> None:
    made = json.loads(cli("webhooks", "create", URL, "--event", "job.created", "-o", "json").out)
    hook = made["id"]
    assert made["secret"].startswith("whsec_")
    table = cli("webhooks", "list").out.splitlines()
    assert table[1].split() == ["active", "0", "job.created", "admin", hook, URL]
    assert made["secret"] not in cli("webhooks", "show", hook).out

    rotated = cli("webhooks", "rotate-secret", hook, "--overlap-hours", "1")
    assert "whsec_" in rotated.out
    assert "shown this once" in rotated.err
    assert cli("webhooks", "callback-secret").out.startswith("whsec_")

    job = client.submit("Which duties are there?", callback_url=URL)["id"]
    assert cli("webhooks", "list", "--job", job).out.splitlines()[1].split()[-1] == URL
    assert "webhook.test" in cli("webhooks", "test", hook).out
    (test, created) = json.loads(cli("webhooks", "deliveries", hook, "-o", "json").out)
    assert (test["type"], created["type"], created["job_id"]) == ("webhook.test", "job.created", job)
    assert cli("webhooks", "redeliver", hook, created["id"]).code == 1, "it is under way"
    assert cli("webhooks", "deliveries", hook, "--state", "failed").out == ""

    assert "disabled" in cli("webhooks", "disable", hook).out
    assert cli("webhooks", "test", hook).code == 1
    assert "active" in cli("webhooks", "enable", hook).out
    assert cli("webhooks", "delete", hook).code == 0
    assert cli("webhooks", "show", hook).code == 66
    assert cli("webhooks", "create", "http://127.0.0.1/").code == 65


def test_a_client_changes_the_version_that_it_has_seen(client: Any) -> None:
    made = client.create_webhook(URL, ["job.failed"])
    changed = client.change_webhook(made["id"], made["version"], events=["job.completed"])

    assert (changed["events"], changed["version"]) == (["job.completed"], 2)
    assert [hook["id"] for hook in client.webhooks()] == [made["id"]]
    test = client.test_webhook(made["id"])
    assert client.delivery(made["id"], test["id"])["payload"] == test["payload"]
    client.delete_webhook(made["id"], 2)
    assert list(client.webhooks()) == []


def test_a_job_is_followed_to_its_end(cli: Any, client: Any) -> None:
    job = client.submit("Which duties are there?")["id"]
    client.cancel(job)

    shown = cli("jobs", "events", job, "--follow")
    assert [line.split("  ")[2] for line in shown.out.splitlines()] == ["job.created", "job.cancelled"]
    lines = cli("jobs", "events", job, "--follow", "-o", "json").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["1", "2"]
    assert cli("jobs", "events", "3f8a6f2e-1111-4222-8333-444455556666", "--follow").code == 66
