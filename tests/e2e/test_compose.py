"""The very commands of docker-compose.yml, as processes of this machine, on servers of the test run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from orchestrator.stack.ports import free_port

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-P", "-m", "orchestrator.cli.main"]
ROLES = ("api", "beat", "creator", "validator", "maintenance")
KEY = "a-key-of-sixteen-letters-and-more"
READY_S = 90


class Containers:
    """Runs services of the compose file: their command, their environment, their secrets as files."""

    def __init__(self, place: Path, secrets: dict[str, str]) -> None:
        self._place = place
        self._services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
        self.ports = {name: free_port() for name in ROLES}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        for name, value in secrets.items():
            (place / name).write_text(value, encoding="utf-8")

    def run(self, name: str) -> int:
        """Run a service that ends by itself."""
        return subprocess.run(
            [*COMMAND, *self._words(name)], env=self._environment(name), timeout=READY_S, check=False
        ).returncode

    def start(self, name: str) -> None:
        """Start a service that stays."""
        with (self._place / f"{name}.log").open("wb") as log:
            started = subprocess.Popen(
                [*COMMAND, *self._words(name)], env=self._environment(name), stdout=log, stderr=log
            )
        self._running[name] = started

    def listens(self, name: str) -> bool:
        """Whether it listens already: before, to start a probe would only slow it down."""
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.ports[name])) == 0

    def probe(self, name: str) -> int:
        """The service's own health check."""
        words = self._services[name]["healthcheck"]["test"]
        assert words[:2] == ["CMD", "orchestrator"]
        return subprocess.run(
            [*COMMAND, *words[2:], "--port", str(self.ports[name])], check=False, capture_output=True, timeout=30
        ).returncode

    def stop(self) -> dict[str, int]:
        """Stop as Docker does, all at once; returns the exit codes."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(timeout=120) for name, process in self._running.items()}

    def _words(self, name: str) -> list[str]:
        words = [str(word) for word in self._services[name]["command"]]
        if "--health-port" in words:  # each container has all ports to itself; processes share them
            words[words.index("--health-port") + 1] = str(self.ports[name])
        return words

    def _environment(self, name: str) -> dict[str, str]:
        service = self._services[name]
        given = {key: value for key, value in service["environment"].items() if not value.startswith("${NEO4J_URI:")}
        named = {key: str(self._place / Path(value).name) for key, value in given.items()}
        assert {Path(value).name for value in named.values()} <= set(service["secrets"])
        image = {"ORCHESTRATOR_STATE_DIR": str(self._place / "state"), "ORCHESTRATOR_API_PORT": str(self.ports["api"])}
        return {**os.environ, **image, **named, "ORCHESTRATOR_ENVIRONMENT": f"c{os.getpid()}"}


@pytest.fixture
def containers(make_database: Any, valkey_url: str, tmp_path: Path) -> Iterator[Containers]:
    made = Containers(tmp_path, {"database_url": make_database(), "redis_url": valkey_url, "admin_key": KEY})
    yield made
    made.stop()


def test_a_job_runs_through_the_services_of_the_compose_file(containers: Containers) -> None:
    assert containers.run("migrate") == 0
    for name in ROLES:
        containers.start(name)
    api = f"http://127.0.0.1:{containers.ports['api']}"
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {KEY}"

    wait_for(lambda: all(map(containers.listens, ROLES)), "services")
    wait_for(lambda: all(containers.probe(name) == 0 for name in ROLES if name != "beat"), "healthy services")
    text = (ROOT / "samples" / "service-agreement.md").read_text(encoding="utf-8")
    job = session.post(f"{api}/jobs", json={"prompt": "Which duties?", "context": {"text": text}}, timeout=30)
    assert job.status_code == 202, job.text
    path = f"{api}/jobs/{job.json()['id']}"
    wait_for(lambda: session.get(path, timeout=30).json()["status"] == "completed", "the job's end")

    assert session.get(path, timeout=30).json()["requirements"]["integrated"] > 10
    assert containers.stop() == dict.fromkeys(ROLES, 0)


def wait_for(told: Any, what: str) -> None:
    limit = time.monotonic() + READY_S
    while time.monotonic() < limit:
        try:
            if told():
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.3)
    pytest.fail(f"waited {READY_S} s for {what}")
