"""Places where a test can hold a process to kill it there. Without ORCHESTRATOR_FAILPOINTS they do nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

HOLD_S = 60.0
_directory = os.environ.get("ORCHESTRATOR_FAILPOINTS")


def failpoint(name: str, kind: str) -> None:
    """Hold here once, if the directory named by ORCHESTRATOR_FAILPOINTS has a file `<name>.<kind>`.

    The file is renamed to `<name>.<kind>.<pid>`, which tells the test whom to kill; removing that one lets go.
    """
    if _directory is None:
        return
    armed = Path(_directory) / f"{name}.{kind}"
    held = armed.with_name(f"{armed.name}.{os.getpid()}")
    try:
        armed.rename(held)
    except FileNotFoundError:
        return
    until = time.monotonic() + HOLD_S
    while held.exists() and time.monotonic() < until:
        time.sleep(0.02)
