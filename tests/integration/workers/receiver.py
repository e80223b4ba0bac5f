"""A receiver of webhooks as its own process: verifies by the standardwebhooks library and notes what it gets.

Behaves as the file `behaviour` in its folder says: ok, down (500), gone (410), redirect, slow (never ends its headers),
big. One JSON line a request goes to `received`; the port is in `port`.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

FOLDER = Path(sys.argv[1])


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        behaviour = (FOLDER / "behaviour").read_text()
        note = {"id": self.headers["webhook-id"], "path": self.path, "behaviour": behaviour, "signed_by": []}
        for secret in (FOLDER / "secrets").read_text().split():
            try:
                note["body"] = Webhook(secret).verify(body, dict(self.headers.items()))
                note["signed_by"].append(secret)
            except WebhookVerificationError as error:
                note["refused"] = str(error)
        with (FOLDER / "received").open("a") as lines:
            lines.write(json.dumps(note) + "\n")
        getattr(self, f"_{behaviour}")()

    def _ok(self) -> None:
        self._answer(204)

    def _down(self) -> None:
        self._answer(500, b"out of order\0")

    def _gone(self) -> None:
        self._answer(410)

    def _redirect(self) -> None:
        self._answer(302, location=self.path + "/elsewhere")

    def _big(self) -> None:
        self._answer(200, b"x" * 5_000_000)

    def _slow(self) -> None:
        """A byte of a header now and then: no pause is long."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(300):
            self.wfile.write(b"y")
            self.wfile.flush()
            time.sleep(0.1)

    def _answer(self, status: int, body: bytes = b"", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    (FOLDER / "port.new").write_text(str(server.server_port))
    (FOLDER / "port.new").rename(FOLDER / "port")
    server.serve_forever()
