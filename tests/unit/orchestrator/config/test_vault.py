"""Settings from a server on loopback that answers as Vault's key-value engine, version 2, does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from orchestrator.config import read, vault
from orchestrator.errors import ConfigError

TOKEN = "a-token-that-works"  # noqa: S105 - made up
SECRET = "postgresql://me:in-vault@db/jobs"  # noqa: S105 - made up


class Kept(BaseHTTPRequestHandler):
    """GET /v1/secret/data/<path> with the token."""

    content: dict[str, Any]

    def do_GET(self) -> None:
        if self.headers["X-Vault-Token"] != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        elif self.path.partition("?")[0] != "/v1/secret/data/orchestrator":
            self._answer(404, {"errors": []})
        else:
            metadata = {"created_time": "2026-01-01T00:00:00Z", "deletion_time": "", "destroyed": False, "version": 3}
            self._answer(200, {"data": {"data": self.content, "metadata": metadata}})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Kept]]:
    """The server, named in the environment together with its token."""
    vault._read.cache_clear()
    running = ThreadingHTTPServer(("127.0.0.1", 0), Kept)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    environment(ORCHESTRATOR_VAULT_PATH="secret/orchestrator")
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{running.server_port}")
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    Kept.content = {"database_url": SECRET}
    yield Kept
    running.shutdown()
    running.server_close()


def fault() -> str:
    with pytest.raises(ConfigError) as caught:
        read()
    vault._read.cache_clear()
    return caught.value.message


def test_secrets_come_from_vault(server: type[Kept]) -> None:
    found = read()
    assert found.settings.database_url == "postgresql+psycopg2://me:in-vault@db/jobs"
    assert found.origins["database_url"] == "database_url in Vault secret/orchestrator"


def test_the_environment_outranks_vault_and_vault_the_file(
    server: type[Kept], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.content = {"database_url": SECRET, "max_errors": 7, "max_crashes": 4}
    (tmp_path / "config.json").write_text('{"orchestrator": {"max_errors": 8, "max_pages": 9}}')
    monkeypatch.setenv("ORCHESTRATOR_CONFIG", str(tmp_path / "config.json"))
    monkeypatch.setenv("ORCHESTRATOR_MAX_CRASHES", "2")
    settings = read().settings
    assert (settings.max_errors, settings.max_crashes, settings.max_pages) == (7, 2, 9)


def test_what_is_there_is_checked_and_never_shown(server: type[Kept]) -> None:
    server.content = {
        "database_url": "mysql://me:in-vault@db/jobs",
        "max_errors": "in-vault",
        "databse_url": "in-vault",
    }
    told = fault()
    assert "database_url in Vault secret/orchestrator: must be like postgresql://" in told
    assert "max_errors in Vault secret/orchestrator: must be" in told
    assert "did you mean database_url?" in told
    assert "in-vault" not in told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("VAULT_TOKEN", "another", "refuses to read secret/orchestrator; check VAULT_TOKEN"),
        ("ORCHESTRATOR_VAULT_PATH", "secret/other", "has nothing at secret/other"),
        ("ORCHESTRATOR_VAULT_PATH", "secret", "must be MOUNT/PATH"),
        ("VAULT_ADDR", "http://127.0.0.1:9", "gives no answer"),
        ("VAULT_ADDR", "", "must stand together with VAULT_ADDR"),
    ],
)
def test_what_is_wrong_is_one_line(
    server: type[Kept], monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    lines = [line for line in fault().splitlines() if "ORCHESTRATOR_VAULT_PATH" in line]
    assert len(lines) == 1
    assert words in lines[0]


def test_the_token_may_stand_in_a_file(server: type[Kept], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(tmp_path / "token"))
    assert "cannot read VAULT_TOKEN_FILE" in fault()
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert read().origins["database_url"].endswith("secret/orchestrator")
