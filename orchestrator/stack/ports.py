"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import errno
import os
import random
import socket
import sys
from collections import deque
from contextlib import closing

from orchestrator.errors import Unavailable

# Below the range that systems use for outgoing connections: a client that retries a port while its server is down
# can otherwise connect to itself, and the restarted server then finds its port taken.
FIRST, LAST = 20_000, 32_000
ATTEMPTS = 200
PROMISES = 64
_promised: deque[int] = deque()


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


def promise(port: int) -> bool:
    """Keeps a port from other stacks of this machine until its server listens; False where one of them was first.

    The last 64 promises of a process count, until it ends. Linux only; elsewhere nobody is kept from anything.
    """
    if sys.platform != "linux":
        return True
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0orchestrator-port-{port}")  # a name without a file, which ends with the process
    except OSError as error:
        mark.close()
        return error.errno != errno.EADDRINUSE
    _promised.append(mark.detach())
    if len(_promised) > PROMISES:
        os.close(_promised.popleft())
    return True


def free_port(bind: str = "127.0.0.1", *, taken: frozenset[int] = frozenset()) -> int:
    """Returns a port that nobody listens on, that was promised to nobody and that is not in `taken`.

    Raises:
        Unavailable: none of many tried ports is free.
    """
    for _ in range(ATTEMPTS):
        port = random.randint(FIRST, LAST)  # noqa: S311 - spreads parallel stacks, no secret
        if port not in taken and is_free(port, bind) and promise(port):
            return port
    raise Unavailable(f"no free port between {FIRST} and {LAST} on {bind}: stop other servers", code="no_free_port")


def is_listening(port: int, bind: str = "127.0.0.1", timeout_s: float = 0.5) -> bool:
    """Tells whether somebody accepts connections there."""
    with closing(socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET)) as probe:
        probe.settimeout(timeout_s)
        return probe.connect_ex((bind, port)) == 0
