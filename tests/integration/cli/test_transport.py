"""The client against a peer that behaves badly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from api.app import create_app
from orchestrator.bootstrap import Orchestrator
from orchestrator.client import Client
from orchestrator.errors import Conflict, Invalid, Unavailable

Answer = tuple[int, dict[str, str], bytes]


class Peer(ThreadingHTTPServer):
    """Gives the answers of `script` one after the other, the last one for ever; an answer None hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Speaker)
        self.script: list[Answer | None] = []
        self.seen: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Speaker(BaseHTTPRequestHandler):
    server: Peer

    def _speak(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((f"{self.command} {self.path}", dict(self.headers)))
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _speak  # noqa: N815 - http.server's names

    def log_message(self, *_: Any) -> None:
        pass


AGENTS: Answer = (200, {}, b'{"items": []}')


def problem(status: int, code: str, **headers: str) -> Answer:
    body = {"status": status, "code": code, "detail": "Not now.", "request_id": "r-1"}
    return (status, headers, json.dumps(body).encode())


@pytest.fixture
def peer() -> Iterator[Peer]:
    server = Peer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def client(peer: Peer) -> Iterator[Client]:
    with Client(peer.url, "secret-key") as opened:
        yield opened


def test_get_is_repeated_over_a_short_outage(client: Client, peer: Peer) -> None:
    peer.script = [problem(503, "unavailable"), None, AGENTS]
    assert client.agents() == []
    assert len(peer.seen) == 3


def test_get_is_given_up_in_the_end(client: Client, peer: Peer) -> None:
    peer.script = [problem(503, "unavailable")]
    with pytest.raises(Unavailable, match=r"Not now\.") as given_up:
        client.agents()
    assert len(peer.seen) == 4
    assert given_up.value.details["request_id"] == "r-1"


@pytest.mark.parametrize("first", [problem(503, "unavailable"), None])
def test_post_is_repeated_under_one_key(client: Client, peer: Peer, tmp_path: Path, first: Answer | None) -> None:
    document = tmp_path / "a.txt"
    document.write_text("The lessor shall pay.")
    for each in (None, document):
        peer.seen.clear()
        peer.script = [first, AGENTS]
        client.submit("What?", each)
        sizes = [headers["Content-Length"] for _, headers in peer.seen]
        keys = [headers["Idempotency-Key"] for _, headers in peer.seen]
        assert len(keys) == 2
        assert (keys[0], sizes[0]) == (keys[1], sizes[1])
    assert len({headers["Idempotency-Key"] for _, headers in peer.seen}) == 1


def test_what_has_no_key_is_sent_once(client: Client, peer: Peer) -> None:
    peer.script = [problem(503, "unavailable"), AGENTS]
    with pytest.raises(Unavailable):
        client.cancel("j")
    assert len(peer.seen) == 1


def test_what_was_done_before_the_connection_broke_is_not_done_again(
    orchestrator: Orchestrator, tmp_path: Path
) -> None:
    orchestrator.accounts.ensure_admin_key("an-admin-key-of-the-tests")
    document = tmp_path / "a.txt"
    document.write_text("The lessor shall pay.")
    with _breaking_off(create_app(orchestrator)) as url, Client(url, "an-admin-key-of-the-tests") as client:
        submitted = [client.submit("What?", each, deduplicate=False)["id"] for each in (None, document)]
        with pytest.raises(Conflict) as spent:
            client.create_key("robot", "viewer")

        assert [job["id"] for job in client.jobs()] == submitted[::-1]
        assert spent.value.code == "idempotency_spent"
        assert sum(each["name"] == "robot" for each in client.keys()) == 1  # noqa: SIM118 - API keys


@contextmanager
def _breaking_off(app: Flask) -> Iterator[str]:
    """A server that does each POST and hangs up in place of the first answer to it."""
    broken: set[str] = set()

    def serve(environ: Any, start_response: Any) -> Any:
        answer = app(environ, start_response)
        key = environ.get("HTTP_IDEMPOTENCY_KEY")
        if key and key not in broken:
            broken.add(key)
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer

    server = make_server("127.0.0.1", 0, serve, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_the_key_follows_no_redirect(client: Client, peer: Peer) -> None:
    peer.script = [(302, {"Location": f"http://localhost:{peer.server_port}/elsewhere"}, b"")]
    with pytest.raises(Unavailable, match="is it the orchestrator's API"):
        client.agents()
    assert [path for path, _ in peer.seen] == ["GET /agents"]


@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"[]", b'{"message": "no"}', b""])
def test_an_answer_of_something_else_is_named_so(client: Client, peer: Peer, body: bytes) -> None:
    peer.script = [(404, {}, body)]
    with pytest.raises(Unavailable, match=r"answered 404 Not Found with .*: is it"):
        client.agents()


def test_success_without_json_is_named_so(client: Client, peer: Peer) -> None:
    peer.script = [(200, {}, b"<html>welcome</html>")]
    with pytest.raises(Unavailable, match="is it the orchestrator's API"):
        client.agents()


def test_silence_has_an_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.client.transport.READ_S", 0.2)
    monkeypatch.setattr("orchestrator.client.transport.RETRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with Client(f"http://127.0.0.1:{port}", "k") as waiting, pytest.raises(Unavailable, match="look before you"):
            waiting.submit("What?")


def test_neither_proxy_nor_netrc_comes_between(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    peer.script = [AGENTS]
    with Client(peer.url, "secret-key") as client:
        client.agents()
    assert peer.seen[0][1]["Authorization"] == "Bearer secret-key"


def test_a_wait_outlives_a_short_outage(client: Client, peer: Peer) -> None:
    counts = dict.fromkeys(("total", "pending", "validating", "integrated", "rejected", "failed"), 0)
    ended = {"job_id": "j", "status": "completed", "percent": 100, "requirements": counts}
    peer.script = [*[problem(503, "unavailable")] * 5, (200, {}, json.dumps(ended).encode())]
    assert client.wait("j", 90)["status"] == "completed"


def test_a_wait_on_nothing_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with Client("http://127.0.0.1:9", "k") as client, pytest.raises(Unavailable, match="Nothing answers"):
        client.wait("j", 0.1)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("127.0.0.1:8000", "k"),
        ("ftp://a", "k"),
        ("http://", "k"),
        ("http://a", ""),
        ("http://a", "ä"),
        ("http://a", "k\n"),
    ],
)
def test_what_cannot_be_a_url_or_key_is_refused(url: str, key: str) -> None:
    with pytest.raises(Invalid):
        Client(url, key)
