"""`orchestrator flower`: Flower on the workers' queues."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5555, show_default=True)
def flower(host: str, port: int) -> None:
    """Run Flower. Its API refuses every call, so its pages only show; put it behind a login before others reach it."""
    from workers.app import app

    app.start(["flower", f"--address={host}", f"--port={port}", "--inspect_timeout=1000"])
