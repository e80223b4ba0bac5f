"""What stands between this server and the network: trusted proxies, other origins, TLS."""

from __future__ import annotations

from flask import Flask, Response
from flask_cors import CORS
from secure import Secure, StrictTransportSecurity
from werkzeug.middleware.proxy_fix import ProxyFix

from api.headers import IDEMPOTENCY_KEY
from orchestrator.config import Settings

CORS_S = 600
EXPOSED = ("ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-ID")
SENT = ("Authorization", "X-API-Key", "Content-Type", "If-Match", "X-Request-ID", "Last-Event-ID", IDEMPOTENCY_KEY)


def register(app: Flask, settings: Settings) -> None:
    """Believe as many proxies as are configured, and let in as many origins as are listed: none by default."""
    if hops := settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if settings.cors_origins:
        CORS(
            app,
            origins=list(settings.cors_origins),
            allow_headers=list(SENT),
            expose_headers=list(EXPOSED),
            max_age=CORS_S,
        )
    if settings.hsts_s:
        policy = Secure(hsts=StrictTransportSecurity().max_age(settings.hsts_s)).headers

        @app.after_request
        def _only_by_tls(answer: Response) -> Response:
            answer.headers.update(policy)
            return answer
