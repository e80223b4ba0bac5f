"""An `orchestrator` command without the fence and without republishing: the negative control of the chaos run.

Messages are believed whatever epoch they name, writes of a running step whoever holds it, and a message that is lost
stays lost. Nothing else differs. If the invariants held here too, they would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

from sqlalchemy import text

from orchestrator.cli.main import main
from orchestrator.storage import steps, sweeps

FENCE = re.compile(r"(s\.)?epoch = :epoch AND (s\.)?state = '(running|dispatched)'( AND lease_owner = :owner)?")
FENCED = ("_CLAIM", "_HEARTBEAT", "_LOCK_RUNNING", "_DONE", "_FAILED")


def change(module: ModuleType, name: str, how: Callable[[str], str]) -> None:
    """Replace a statement of the protocol."""
    before = getattr(module, name).text
    after = how(before)
    if after == before:
        raise SystemExit(f"{module.__name__}.{name} has nothing to take away; look at it and at this file again.")
    setattr(module, name, text(after))


if __name__ == "__main__":
    for each in FENCED:
        change(steps, each, lambda sql: FENCE.sub("true", sql))
    change(sweeps, "_RECOVER_LOST", lambda sql: sql.replace("s.state = 'dispatched'", "false"))
    main()
