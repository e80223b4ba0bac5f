"""Two operations on two connections, interleaved statement by statement in an order that the caller decides.

Each runs on a thread of its own and stops before each statement and each commit until it is its turn; one that waits
for a lock of the other is passed over until the other lets go. So the same turns give the same course again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

PATIENCE_S = 30.0
LOOK_S = 0.002
_BLOCKERS = text("SELECT pg_blocking_pids(:pid)")


class Operation:
    """One of the two."""

    def __init__(self, engine: Engine, act: Callable[[], Any]) -> None:
        self._engine = engine
        self._act = act
        self._turn = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._error: BaseException | None = None
        self._answer: Any = None
        self.stopped = threading.Event()
        self.stopped.set()
        self.ended = False
        self.blocked = False
        self.pid = 0

    @contextmanager
    def started(self) -> Iterator[None]:
        """Within this block it can be let go on."""
        event.listen(self._engine, "before_cursor_execute", self._before_statement)
        event.listen(self._engine, "commit", self._stop_here)
        self._thread.start()
        try:
            yield
        finally:
            event.remove(self._engine, "before_cursor_execute", self._before_statement)
            event.remove(self._engine, "commit", self._stop_here)
            self._turn.release(1000)
            self._thread.join(timeout=PATIENCE_S)

    def go_on(self) -> None:
        """Let it do its next statement."""
        self.stopped.clear()
        self._turn.release()

    def answer(self) -> Any:
        """What it returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._answer

    def _run(self) -> None:
        self._turn.acquire(timeout=PATIENCE_S)
        try:
            self._answer = self._act()
        except BaseException as error:
            self._error = error
        self.ended = True
        self.stopped.set()

    def _before_statement(self, connection: Connection, *_: Any) -> None:
        self._stop_here(connection)

    def _stop_here(self, connection: Connection) -> None:
        if threading.current_thread() is not self._thread:
            return
        self.pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        self.stopped.set()
        assert self._turn.acquire(timeout=PATIENCE_S), "nobody let it go on"


def interleave(watch: Connection, operations: tuple[Operation, Operation], turns: Iterable[bool]) -> list[Any]:
    """Run both and return their answers.

    Args:
        watch: a connection of the caller's own, which sees who waits for whom.
        operations: each on an engine of its own.
        turns: which of the two takes the next turn, where both can; the first one after the last of them.
    """
    order = iter(turns)
    with ExitStack() as stack:
        for each in operations:
            stack.enter_context(each.started())
        while waiting := [each for each in operations if not each.ended]:
            free = [each for each in waiting if not each.blocked]
            assert free, "both wait for each other: a deadlock"
            moved = free[next(order, False) % len(free)]
            moved.go_on()
            # The one that moved first: only then is it settled whether the other one still waits for it.
            for each in sorted(waiting, key=lambda each: each is not moved):
                _settle(watch, each, operations)
    return [each.answer() for each in operations]


def _settle(watch: Connection, operation: Operation, operations: tuple[Operation, Operation]) -> None:
    """Wait until it has stopped, or waits for the other one."""
    (other,) = (each.pid for each in operations if each is not operation)
    until = time.monotonic() + PATIENCE_S
    operation.blocked = False
    while not operation.stopped.wait(LOOK_S) and not operation.ended:
        assert time.monotonic() < until, "it neither goes on nor waits for the other"
        if operation.pid and other and other in watch.execute(_BLOCKERS, {"pid": operation.pid}).scalar_one():
            operation.blocked = True
            return
