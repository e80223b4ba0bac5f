"""Connections that hold a thread no longer than their client gives it something to do.

gunicorn's own threads wait for a client without an end: a few hundred half requests would stop the server, and so would
a few that are answered and not closed, because its loop waits for each of them in turn.
"""

from __future__ import annotations

import errno
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any
from uuid import uuid4

import structlog
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

PATIENCE_S = 10.0
"""So long a thread waits for a client in all, while it sends a request."""
LEAST_BYTES_PER_S = 8_192
"""A client that sends at this pace is waited for as long as it takes."""
SEND_S = 30.0
"""So long a thread waits until a client has taken a piece of the answer."""
PIECE_BYTES = 65_536
LEAST_WAIT_S = 0.01
UNREADABLE = (
    "What was sent cannot be read as HTTP/1.1: a line or the headers are broken, or longer than this server takes "
    "(4,094 characters in the first line, 8,190 in a header, 100 headers)."
)
LINGER_S = 1.0
"""So long a closed connection is read on, lest the client lose the answer for what it still sends."""

log = structlog.get_logger(__name__)


class ClientSocket(socket.socket):
    """The server's side of a connection. A client that is too slow has gone, as far as who reads or writes can tell."""

    _waited_s = 0.0
    _received = 0

    def expect_request(self) -> None:
        """Begin to count anew."""
        self._waited_s, self._received = 0.0, 0

    def setblocking(self, flag: bool, /) -> None:
        """As usual, but what blocks does so for a time."""
        self.settimeout(SEND_S if flag else 0.0)

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As usual; `ConnectionResetError` where the client has taken too long in all."""
        usual_s = self.gettimeout()
        if usual_s == 0.0:
            return super().recv(size, flags)
        left_s = max(LEAST_WAIT_S, PATIENCE_S + self._received / LEAST_BYTES_PER_S - self._waited_s)
        began = time.monotonic()
        self.settimeout(left_s if usual_s is None else min(usual_s, left_s))
        try:
            with _gone_when_late():
                data = super().recv(size, flags)
        finally:
            self.settimeout(usual_s)
            self._waited_s += time.monotonic() - began
        self._received += len(data)
        return data

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """As usual, piece by piece; `ConnectionResetError` where the client does not take one."""
        whole = memoryview(data)
        with _gone_when_late():
            for start in range(0, len(whole), PIECE_BYTES):
                super().sendall(whole[start : start + PIECE_BYTES], flags)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As usual; `ConnectionResetError` where the client does not take it."""
        with _gone_when_late():
            return super().sendfile(file, offset, count)


@contextmanager
def _gone_when_late() -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise ConnectionResetError(errno.ECONNRESET, "The client is too slow.") from late


class Connection(TConn):  # type: ignore[misc]
    """A connection that is closed without being waited for; who has a thread may `linger` before."""

    def close(self, graceful: bool = False) -> None:
        """Close at once."""
        super().close()

    def linger(self) -> None:
        """Read on for a moment, then close."""
        util.close_graceful(self.sock, timeout=LINGER_S)


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, on such connections."""

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; it gets a thread when something comes."""
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, ClientSocket(fileno=accepted.detach()), address, listener.getsockname())
        connection.timeout = time.monotonic() + PATIENCE_S
        self.pending_conns.append(connection)
        self.poller.register(connection.sock, EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def handle(self, conn: Connection) -> Any:
        """Serve a request; close the connection here where it ends, and not in the loop that serves all others."""
        conn.sock.expect_request()
        goes_on = super().handle(conn)
        if not goes_on:
            conn.linger()
        return goes_on

    def handle_error(self, req: Any, client: ClientSocket, addr: Any, exc: BaseException) -> None:
        """Answer what cannot be read as a problem. It is not repeated, nor logged: a key may stand in it."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        request_id = uuid4().hex
        log.warning("unreadable_request", error=type(exc).__name__, correlation_id=request_id)
        with suppress(OSError):
            client.sendall(_refusal(request_id))


def _refusal(request_id: str) -> bytes:
    """A whole answer, written where there is no request to answer."""
    problem = {
        "type": "urn:requirement-orchestrator:problem:bad_request",
        "title": "Bad Request",
        "status": 400,
        "detail": UNREADABLE,
        "code": "bad_request",
        "request_id": request_id,
    }
    body = json.dumps(problem).encode()
    head = (
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"X-Request-ID: {request_id}\r\nX-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
