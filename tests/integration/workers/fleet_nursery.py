"""The nursery's program for a fleet: as the stack's, but each child has an environment of its own, read from a file."""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from pathlib import Path

from orchestrator.cli.nursery import load
from orchestrator.observability import failpoints
from orchestrator.stack.forking import serve


def main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as line:
        load()
        request = serve(line)
    if request is None:
        return
    environment, *words = request
    os.environ.clear()
    os.environ.update(json.loads(Path(environment).read_text()))
    importlib.reload(failpoints)  # it read the nursery's environment
    sys.argv[1:] = words
    from orchestrator.cli.main import main as run

    run(words)


if __name__ == "__main__":
    main()
