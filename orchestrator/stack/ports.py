"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from contextlib import closing

from orchestrator.errors import Unavailable

# Below the range that systems use for outgoing connections: a client that retries a port while its server is down
# can otherwise connect to itself, and the restarted server then finds its port taken.
FIRST, LAST = 20_000, 32_000
ATTEMPTS = 200


def is_free(port: int, bind: str = "127.0.0.1") -> bool:
    """Tells whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return False
    return True


def free_port(bind: str = "127.0.0.1", *, taken: frozenset[int] = frozenset()) -> int:
    """Returns a port that nobody listens on and that is not in `taken`.

    Raises:
        Unavailable: none of many tried ports is free.
    """
    for _ in range(ATTEMPTS):
        port = random.randint(FIRST, LAST)  # noqa: S311 - spreads parallel stacks, no secret
        if port not in taken and is_free(port, bind):
            return port
    raise Unavailable(f"no free port between {FIRST} and {LAST} on {bind}: stop other servers", code="no_free_port")


def is_listening(port: int, bind: str = "127.0.0.1", timeout_s: float = 0.5) -> bool:
    """Tells whether somebody accepts connections there."""
    with closing(socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET)) as probe:
        probe.settimeout(timeout_s)
        return probe.connect_ex((bind, port)) == 0
