"""A worker's health over HTTP: GET /health, /ready, /status and /metrics, from threads of its main process."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from orchestrator.observability.sharing import CONTENT_TYPE, exposition
from orchestrator.services.agent_health import AGENT_HEADER
from workers.vitals import Vitals

CLIENTS = 16
PATIENCE_S = 5.0


class HealthServer(socketserver.ThreadingMixIn, HTTPServer):
    """Listens from the start, answers once started; more than 16 clients at once are turned away.

    Args:
        host: address to listen on.
        port: wished for; where it is taken, or 0, any free one.
        vitals: what is told.

    Raises:
        OSError: the address is none of this machine.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, vitals: Vitals) -> None:
        self.vitals = vitals
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._clients = threading.BoundedSemaphore(CLIENTS)
        self._host = host
        try:
            super().__init__((host, port), _Answers)
        except OSError:
            if port == 0:
                raise
            super().__init__((host, 0), _Answers)

    @property
    def url(self) -> str:
        """Where others reach this server: by this machine's name where it listens on every address."""
        host = socket.gethostname() if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.server_port}" if ":" in host else f"http://{host}:{self.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self.serve_forever, name="health", daemon=True).start()

    def after_fork(self) -> None:
        """In a child: let go of the port, which shall end with the main process."""
        self.socket.close()

    def server_bind(self) -> None:
        """As usual, but without HTTPServer's reverse lookup of the name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._clients.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._clients.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell."""


class _Answers(BaseHTTPRequestHandler):
    server: HealthServer
    timeout = PATIENCE_S
    server_version = "orchestrator"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer JSON, or numbers for Prometheus, with the agent's id in a header."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._send(HTTPStatus.OK, exposition(), CONTENT_TYPE)
        else:
            status, content = self._answer(path)
            self._send(status, json.dumps(content).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(AGENT_HEADER, self.server.vitals.agent_id)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path: str) -> tuple[HTTPStatus, dict[str, Any]]:
        vitals = self.server.vitals
        match path:
            case "/health":
                return HTTPStatus.OK, {"status": "alive", "agent": vitals.agent_id}
            case "/ready":
                checks = vitals.checks()
                ready = all(checks.values())
                status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
                return status, {"status": "ready" if ready else "not_ready", "checks": checks}
            case "/status":
                return HTTPStatus.OK, vitals.status()
        return HTTPStatus.NOT_FOUND, {
            "status": "not_found",
            "detail": "There are /health, /ready, /status and /metrics.",
        }

    def log_message(self, format: str, *args: Any) -> None:
        """Checks come all the time; a line for each would drown the log."""
