"""How long the server waits for its clients."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from api import connections
from api.connections import PIECE_BYTES, ClientSocket


class Pair(NamedTuple):
    """Two ends of a connection."""

    server: ClientSocket
    client: socket.socket


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """A connection whose server waits for a tenth of a second."""
    monkeypatch.setattr(connections, "PATIENCE_S", 0.1)
    monkeypatch.setattr(connections, "SEND_S", 0.1)
    accepted, client = socket.socketpair()
    with ClientSocket(fileno=accepted.detach()) as server, client:
        server.setblocking(True)
        yield Pair(server, client)


def test_a_client_that_sends_nothing_has_gone(pair: Pair) -> None:
    with pytest.raises(ConnectionResetError) as gone:
        pair.server.recv(10)
    assert gone.value.errno == errno.ECONNRESET


def test_a_client_that_trickles_has_gone_in_the_end(pair: Pair) -> None:
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.01):
            pair.client.send(b"x")

    def read_on() -> None:
        for _ in range(100_000):
            pair.server.recv(10)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(ConnectionResetError):
            read_on()
    finally:
        stop.set()
        thread.join()


def test_what_has_come_is_read_however_late(pair: Pair) -> None:
    with pytest.raises(ConnectionResetError):
        pair.server.recv(10)
    pair.client.send(b"late")
    assert pair.server.recv(10) == b"late"


def test_a_client_that_takes_nothing_has_gone(pair: Pair) -> None:
    with pytest.raises(ConnectionResetError):
        pair.server.sendall(bytes(100 * PIECE_BYTES))


def test_who_does_not_wait_is_told_so(pair: Pair) -> None:
    pair.server.setblocking(False)
    with pytest.raises(BlockingIOError):
        pair.server.recv(10)
