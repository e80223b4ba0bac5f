"""An `orchestrator` command without the fence and without republishing: the negative control of the chaos run.

Messages are believed whatever epoch they name, writes of a running step whoever holds it, and a message that is lost
stays lost. Nothing else differs. If the invariants held here too, they would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import text

from orchestrator.cli.main import main
from orchestrator.storage import steps

FENCE = re.compile(r"(s\.)?epoch = :epoch AND (s\.)?state = '(running|dispatched)'( AND lease_owner = :owner)?")
FENCED = ("_CLAIM", "_HEARTBEAT", "_LOCK_RUNNING", "_DONE", "_FAILED")


def change(name: str, how: Callable[[str], str]) -> None:
    """Replace a statement of the protocol."""
    before = getattr(steps, name).text
    after = how(before)
    if after == before:
        raise SystemExit(f"steps.{name} has no fence to take away; look at it and at this file again.")
    setattr(steps, name, text(after))


if __name__ == "__main__":
    for each in FENCED:
        change(each, lambda sql: FENCE.sub("true", sql))
    change("_RECOVER_LOST", lambda sql: sql.replace("s.state = 'dispatched'", "false"))
    main()
