"""`orchestrator flower`: Flower on the workers' queues."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import click

HIDDEN = ("/api/", "/metrics", "/healthcheck")
"""What Flower serves beside its pages: calls that stop workers and steps, and two pages that ask for no login."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5555, show_default=True)
@click.option("--url-prefix", default="", help="Path below which a proxy shows it, such as flower.")
def flower(host: str, port: int, url_prefix: str) -> None:
    """Run Flower. It only shows: its API is not there.

    Before others reach it, set ORCHESTRATOR_FLOWER_LOGIN (user:password), or put it behind a proxy that asks
    GET /auth/verify.
    """
    from flower.command import flower as run

    from orchestrator.config import load
    from orchestrator.observability.logging import configure
    from workers.app import app

    settings = load()
    configure(settings, service="flower")
    _only_show()
    asked = [f"--basic-auth={settings.flower_login}"] if settings.flower_login else []
    below = [f"--url-prefix={url_prefix.strip('/')}"] if url_prefix.strip("/") else []
    words = [f"--address={host}", f"--port={port}", "--inspect_timeout=1000", "--logging=none", *below, *asked]
    # Not through Celery's command line: that would load its console and plug-ins.
    run.main(words, obj=SimpleNamespace(app=app, quiet=False), parent=click.Context(click.Command("celery")))


def _only_show() -> None:
    """Before Flower reads its list of pages. With a login its API would be open to whoever has it."""
    from flower import urls

    urls.handlers[:] = [page for page in urls.handlers if not _path_of(page).startswith(HIDDEN)]


def _path_of(page: Any) -> str:
    path: str = page[0] if isinstance(page, tuple) else page.regex.pattern
    return path
