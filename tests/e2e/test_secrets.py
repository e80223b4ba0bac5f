"""No secret is ever shown: a whole job with known secrets, and then a look at everything that was said."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import psutil
import requests

from orchestrator.stack.layout import StateDir

ISSUER = {"ORCHESTRATOR_JWT_ISSUER": "the-company", "ORCHESTRATOR_JWT_AUDIENCE": "orchestrator"}
GIVEN = {
    "ORCHESTRATOR_ADMIN_KEY": "a-preset-admin-key-4f1c9d",
    "ORCHESTRATOR_JWT_SECRET": "the-shared-secret-of-the-tokens-8a77e2",
    "ORCHESTRATOR_FLOWER_LOGIN": "watcher:a-password-of-flower-53bb",
}
WRONG_KEY = "ro_dev_zzzzzzzz_a-wrong-secret-that-was-tried-77aa"


def token() -> str:
    claims = {"iss": "the-company", "aud": "orchestrator", "sub": "ada", "exp": time.time() + 600, "role": "operator"}
    return jwt.encode(claims, GIVEN["ORCHESTRATOR_JWT_SECRET"], "HS256")


def as_files(folder: Path) -> dict[str, str]:
    """Each secret in a file, named by the variable with _FILE."""
    folder.mkdir()
    for name, value in GIVEN.items():
        (folder / name).write_text(value + "\n")
    return {f"{name}_FILE": str(folder / name) for name in GIVEN}


def mistakes(up: Any, keys: list[str]) -> Iterator[str]:
    """What the API says to callers who do it wrong, with their secrets in all sorts of places."""
    url = up.url
    basic = base64.b64encode(f"x:{WRONG_KEY}".encode()).decode()
    for key in [*keys, WRONG_KEY]:
        bearer = {"Authorization": f"Bearer {key}"}
        for answer in (
            requests.get(f"{url}/keys", headers={"Authorization": f"Bearer {key}x"}, timeout=20),
            requests.get(f"{url}/jobs?limit=0", headers=bearer, timeout=20),
            requests.get(f"{url}/jobs/{'0' * 8}-0000-0000-0000-000000000000", headers=bearer, timeout=20),
            requests.post(f"{url}/jobs", headers=bearer, json={"prompt": ""}, timeout=20),
            requests.post(f"{url}/jobs", headers=bearer, data="{", timeout=20),
            requests.get(f"{url}/nothing", headers={"X-API-Key": key, "Cookie": key}, timeout=20),
            requests.get(f"{url}/jobs", auth=("user", key), timeout=20),
            requests.get(f"{url}/auth/verify", headers={"Authorization": f"Basic {basic}"}, timeout=20),
        ):
            yield answer.text + str(answer.headers)


def flower_asks(up: Any, limit: float) -> str:
    """What Flower says without its login; with it, its page is there."""
    url, login = f"http://127.0.0.1:{up.ports['ports']['flower']}/", GIVEN["ORCHESTRATOR_FLOWER_LOGIN"]
    while True:
        try:
            refused = requests.get(url, timeout=20)
        except requests.ConnectionError:
            assert time.monotonic() < limit
            time.sleep(0.2)
            continue
        user, _, password = login.partition(":")
        assert requests.get(url, auth=(user, password), timeout=20).status_code == 200
        assert refused.status_code == 401
        return refused.text


def said_by(up: Any, job_id: str) -> Iterator[tuple[str, str]]:
    """(where, what) of everything that this stack says of itself and of a job."""
    yield "standard output", "\n".join(up.lines)
    for path in (
        "/metrics",
        "/audit",
        "/agents",
        "/agents/health",
        "/queues",
        "/keys",
        "/jobs",
        "/webhooks",
        "/openapi.json",
    ):
        yield path, up.call("GET", path).text
    for part in ("", "/steps", "/events", "/report?format=json", "/report?format=text", "/requirements"):
        yield f"/jobs/{{id}}{part}", up.call("GET", f"/jobs/{job_id}{part}").text
    for words in up.asked(psutil.Process.cmdline):
        yield "a command line", " ".join(words)
    for file in sorted(StateDir(up.state_dir).log_dir.iterdir()):
        yield file.name, file.read_text(errors="replace")


def test_no_secret_is_shown_anywhere(start_up: Any, run_command: Any, tmp_path: Path) -> None:
    files = as_files(tmp_path / "secrets")
    settings = {**ISSUER, **files, "ORCHESTRATOR_LOG_LEVEL": "DEBUG"}
    up = start_up("--creators", "1", "--validators", "1", "--maintenance", "1", env=settings)
    up.wait_for_line("stop")
    assert up.key == GIVEN["ORCHESTRATOR_ADMIN_KEY"]
    family = up.asked(lambda each: (set(each.cmdline()), each.environ()))
    services = [environment for words, environment in family if {"api", "beat", "worker", "flower"} & words]
    assert len(services) >= 6
    assert not any("ORCHESTRATOR_ADMIN_KEY_FILE" in environment for environment in services)

    made = up.call("POST", "/keys", json={"name": "importer", "role": "operator"}).json()
    rotated = up.call("POST", f"/keys/{made['id']}/rotate", json={}).json()
    bearer = token()
    keys = [up.key, made["key"], rotated["key"], bearer]
    job = {"prompt": "Which duties are there?", "context": {"text": "The clerk shall sign every record."}}
    answer = requests.post(f"{up.url}/jobs", headers={"Authorization": f"Bearer {bearer}"}, json=job, timeout=20)
    assert (answer.status_code, answer.json()["owner"]) == (202, "ada")
    job_id = answer.json()["id"]
    assert up.wait_for_job(job_id)["status"] == "completed"
    limit = time.monotonic() + 120
    while up.call("GET", f"/jobs/{job_id}/report").status_code != 200:
        assert time.monotonic() < limit
        time.sleep(0.2)
    wrong = "".join([*mistakes(up, keys), flower_asks(up, limit)])
    while (checked := up.call("GET", "/audit/verify").json())["checked"] < 10:  # a thread of the API chains the rows
        assert time.monotonic() < limit, checked
        time.sleep(0.2)
    assert checked["faults"] == []
    shown = run_command("config", "show", "--embedded", env=settings)
    assert shown.returncode == 0, shown.stderr
    state = up.state_dir
    servers = [(state / name).read_text().strip() for name in ("postgres.password", "valkey.password")]
    parts = [made["key"].split("_", 3)[3], rotated["key"].split("_", 3)[3], bearer.rsplit(".", 1)[1]]
    secrets = [*GIVEN.values(), GIVEN["ORCHESTRATOR_FLOWER_LOGIN"].split(":")[1], *parts, *servers, WRONG_KEY[16:]]
    assert all(len(secret) >= 16 for secret in secrets)

    said = [*said_by(up, job_id), ("problems", wrong), ("config show", shown.stdout + shown.stderr)]
    assert up.stop() == 0
    said += [(f"{file.name} at the end", file.read_text(errors="replace")) for file in (state / "log").iterdir()]
    assert sum(len(text) for where, text in said if where.endswith("at the end")) > 1_000
    assert [(where, secret) for where, text in said for secret in secrets if secret in text] == []
