"""What docker-compose.yml promises, read off the file; Docker itself is asked where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.wsgi import GRACE_S
from orchestrator.config import Settings

ROOT = Path(__file__).parents[3]
OURS = ("migrate", "api", "creator", "validator", "maintenance", "beat", "flower", "demo")
SERVERS = ("postgres", "valkey", "neo4j", "prometheus", "grafana")
KNOWN = {
    "image", "build", "command", "restart", "init", "read_only", "cap_drop", "security_opt", "tmpfs", "networks",
    "secrets", "environment", "depends_on", "stop_grace_period", "stop_signal", "healthcheck", "ports", "volumes",
    "profiles",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(compose["services"])


def test_every_role_and_server_is_there_and_only_known_keys_are_used(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {*OURS, *SERVERS}
    assert {key for service in services.values() for key in service} <= KNOWN  # no container_name: it stops --scale


def test_what_is_named_is_defined(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        assert set(service.get("networks", ())) <= set(compose["networks"])
        assert set(service.get("depends_on", ())) <= set(services)
        named = {volume.split(":")[0] for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith("./")} <= set(compose["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nothing_but_their_tmpfs(services: dict[str, dict[str, Any]], name: str) -> None:
    service = services[name]
    assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])  # noqa: S108 - a path in a container
    assert "volumes" not in service
    for value in map(str, service["environment"].values()):
        assert value.startswith(("/run/secrets/", "http://api:", "${NEO4J_URI:")), value
        assert Path(value.rstrip("}")).name in service["secrets"] or "/run/secrets/" not in value


def test_servers_publish_no_port_and_reach_nothing_outside(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey", "neo4j", "prometheus"):
        assert "ports" not in services[name]
        assert services[name]["networks"] == ["inside"]
    published = {name: port for name in services for port in services[name].get("ports", ())}
    assert set(published) == {"api", "flower", "grafana"}
    assert all(published[name].startswith("127.0.0.1:") for name in ("flower", "grafana"))


def test_a_process_has_more_time_to_stop_than_it_takes(services: dict[str, dict[str, Any]]) -> None:
    defaults = {field.name: field.default for field in fields(Settings)}
    for name in ("creator", "validator", "maintenance"):
        assert seconds(services[name]["stop_grace_period"]) > defaults["soft_shutdown_s"]
    assert seconds(services["api"]["stop_grace_period"]) > defaults["api_drain_s"] + GRACE_S


def test_a_language_model_comes_to_those_who_ask_it(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    added = yaml.safe_load((ROOT / "deploy" / "compose" / "llm.yml").read_text(encoding="utf-8"))
    assert set(added["services"]) == {"api", "creator", "validator"}
    for name, service in added["services"].items():
        assert set(service["environment"]) == {"LLM_BASE_URL", "LLM_MODEL", "LLM_API_KEY_FILE"}
        assert set(service["secrets"]) <= set(added["secrets"])
        assert "outside" in {*services[name]["networks"], *service.get("networks", ())}
    for name in ("creator", "validator"):
        assert services[name]["networks"] == ["inside"]


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_workers_start_behind_the_migration(services: dict[str, dict[str, Any]]) -> None:
    for name in ("api", "creator", "validator", "maintenance", "beat", "flower"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"]["valkey"] == {"condition": "service_healthy"}


def test_the_secrets_are_made_once_and_for_their_folder_alone(compose: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command = [sys.executable, "-P", str(ROOT / "scripts" / "make_secrets.py"), str(folder)]
    once, again = (made_secrets(command, folder) for _ in range(2))
    assert once == again
    assert {f"./secrets/{name}" for name in once} == {secret["file"] for secret in compose["secrets"].values()}
    assert once["postgres_password"] in once["database_url"]
    assert once["neo4j_auth"] == f"neo4j/{once['neo4j_password']}"
    assert folder.stat().st_mode & 0o777 == 0o700


def made_secrets(command: list[str], folder: Path) -> dict[str, str]:
    made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    held = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert not any(secret in made.stdout for secret in held.values())
    return held


def test_docker_reads_it() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    subprocess.run([docker, "compose", "config", "--quiet"], cwd=ROOT, check=True, timeout=60)


def test_it_keeps_to_the_specification() -> None:
    specification = pytest.importorskip("compose_spec", reason="compose-spec is not installed")
    for file in ("docker-compose.yml", "deploy/compose/llm.yml"):
        text = (ROOT / file).read_text(encoding="utf-8")
        filled = re.sub(r"\$\{\w+:([-+?])([^}]*)\}", lambda found: found[2] if found[1] == "-" else "x", text)
        read = specification.PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(filled)))
        assert set(read.service_names()) == set(yaml.safe_load(text)["services"])


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    subprocess.run([hadolint, str(ROOT / "Dockerfile")], check=True, timeout=60)


def test_the_image_runs_as_a_user_without_rights_and_holds_no_build_tools() -> None:
    build, final = (ROOT / "Dockerfile").read_text(encoding="utf-8").rsplit("FROM ", 1)
    assert "--require-hashes" in build
    assert "USER 10001" in final
    assert "pip" not in final
