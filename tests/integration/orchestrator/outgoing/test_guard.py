"""Calls to URLs of users, against real HTTP and name servers."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from ssrfguard.resolvers import UdpResolver

from orchestrator.config import Settings
from orchestrator.errors import Invalid
from orchestrator.outgoing import guarded_session
from orchestrator.stack.ports import free_port

NOWHERE = {"database_url": "postgresql+psycopg2://x@127.0.0.1:1/x", "redis_url": "redis://127.0.0.1:1/0"}
NAME = "hooks.example"


class Receiver(ThreadingHTTPServer):
    """Remembers the `Host` of each request; `/away` leads elsewhere, `/busy` is away twice."""

    daemon_threads = True

    def __init__(self, address: str, port: int) -> None:
        super().__init__((address, port), Answers)
        self.hosts: list[str] = []
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Answers(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        busy = self.path == "/busy" and len(self.server.hosts) < 3
        self.send_response(302 if self.path == "/away" else 503 if busy else 200)
        self.send_header("Location", "http://[not a url")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class NameServer:
    """Answers one question for an IPv4 address after the other with the next of its addresses; the last one stays."""

    addresses: list[str]
    asked: int = 0
    _socket: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                message, client = self._socket.recvfrom(512)
            except OSError:
                return
            self._socket.sendto(self._answer(message), client)

    def _answer(self, message: bytes) -> bytes:
        end = message.index(b"\0", 12) + 5
        question, wanted = message[12:end], struct.unpack(">H", message[end - 4 : end - 2])[0]
        record = b""
        if wanted == 1:
            address = self.addresses[min(self.asked, len(self.addresses) - 1)]
            self.asked += 1
            record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address)
        return message[:2] + struct.pack(">HHHHH", 0x8180, 1, bool(record), 0, 0) + question + record

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    """One that may be called, and one behind the same port of an address that may not."""
    port = free_port()  # none that a connection may have taken at one of the two addresses
    allowed, inside = Receiver("127.0.0.2", port), Receiver("127.0.0.1", port)
    yield allowed, inside
    for each in (allowed, inside):
        each.shutdown()
        each.server_close()


def test_a_name_that_changes_its_address_gains_nothing(receivers: tuple[Receiver, Receiver]) -> None:
    allowed, inside = receivers
    names = NameServer(["127.0.0.2", "127.0.0.1"])
    patient = {"timeout": 60.0, "attempt_timeout": 60.0}  # a second question would take the next address
    resolver = UdpResolver(nameservers=("127.0.0.1",), nameserver_port=names.port, **patient)
    settings = Settings(**NOWHERE, outgoing_allow=("127.0.0.2",), outgoing_ports=(str(allowed.port),))
    url = f"http://{NAME}:{allowed.port}/"
    with guarded_session(settings, resolver=resolver) as session:
        first = session.get(url)
        with pytest.raises(Invalid) as refused:
            session.get(url)
    names.close()

    assert first.status_code == 200
    assert refused.value.code == "forbidden_url"
    assert allowed.hosts == [f"{NAME}:{allowed.port}"]
    assert inside.hosts == []
    assert names.asked == 2  # once for each connection


def test_no_redirect_is_followed_and_nothing_else_is_called(receivers: tuple[Receiver, Receiver]) -> None:
    allowed, inside = receivers
    settings = Settings(**NOWHERE, outgoing_allow=("127.0.0.2",))
    with guarded_session(settings) as session:
        answer = session.post(f"http://127.0.0.2:{allowed.port}/away", allow_redirects=True)
        with pytest.raises(Invalid):
            session.get(f"http://127.0.0.1:{inside.port}/")
        with pytest.raises(Invalid):
            session.get("ftp://127.0.0.2/")

    assert (answer.status_code, answer.history, inside.hosts) == (302, [], [])


@pytest.mark.parametrize(("method", "retries", "status"), [("GET", 2, 200), ("GET", 0, 503), ("POST", 2, 503)])
def test_only_reading_is_repeated(receivers: tuple[Receiver, Receiver], method: str, retries: int, status: int) -> None:
    allowed, _ = receivers
    with guarded_session(Settings(**NOWHERE, outgoing_allow=("127.0.0.2",)), retries=retries) as session:
        assert session.request(method, f"http://127.0.0.2:{allowed.port}/busy").status_code == status


def test_a_silent_server_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.2", 0)) as silent:
        settings = Settings(**NOWHERE, outgoing_allow=("127.0.0.2",), outgoing_read_s=0.2)
        with guarded_session(settings) as session, pytest.raises(requests.ReadTimeout):
            session.get(f"http://127.0.0.2:{silent.getsockname()[1]}/")


def test_the_environment_names_no_proxy(receivers: tuple[Receiver, Receiver], monkeypatch: pytest.MonkeyPatch) -> None:
    allowed, inside = receivers
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{inside.port}")
    with guarded_session(Settings(**NOWHERE, outgoing_allow=("127.0.0.2",))) as session:
        assert session.get(f"http://127.0.0.2:{allowed.port}/").status_code == 200
    assert inside.hosts == []
