"""`orchestrator flower`: Flower on the workers' queues."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5555, show_default=True)
def flower(host: str, port: int) -> None:
    """Run Flower. Its API refuses every call, so its pages only show.

    Before others reach it, set ORCHESTRATOR_FLOWER_LOGIN (user:password), or put it behind a proxy that asks
    GET /auth/verify.
    """
    from orchestrator.config import read_one
    from workers.app import app

    login = read_one("flower_login")
    asked = [f"--basic-auth={login}"] if login else []
    app.start(["flower", f"--address={host}", f"--port={port}", "--inspect_timeout=1000", *asked])
