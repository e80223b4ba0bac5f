"""How each fault is done to a running stack: at once, from the main thread. A target that is away is left out."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import psutil
import redis
from clients import Users
from kombu.exceptions import KombuError
from plan import Fault, Planned
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from town import Town

from orchestrator.domain.step import TASK_OF, StepKind

FROZEN_BEYOND_S = 3.0
FAILPOINTS = (
    "after_claim.read",
    "after_write.extract",
    "before_commit.merge",
    "after_graph.validate",
    "before_commit.validate",
    "after_commit.validate",
    "after_commit.read",
    "after_claim.report",
)
GARBAGE = (b"\x00\xff not a message", b"{}", b'{"body": "!!!", "headers": {}, "properties": {}}', b"[1, 2")
_HOLDER = text("SELECT holder FROM leases WHERE name = 'leader' AND until > now()")
_CONNECTIONS = text(
    """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND application_name <> 'chaos' ORDER BY pid
    """
)
_OLD_MESSAGES = text(
    "SELECT step_id, epoch, kind FROM proof.steps WHERE became = 'dispatched' ORDER BY seq DESC LIMIT 200"
)


class Misfortune:
    """Does planned faults and remembers what has to be undone."""

    def __init__(self, town: Town, users: Users) -> None:
        self._town = town
        self._users = users
        self._frozen: list[tuple[float, list[psutil.Process]]] = []
        self.done: Counter[Fault] = Counter()

    def strike(self, planned: Planned) -> None:
        """Do one fault."""
        with contextlib.suppress(SQLAlchemyError, redis.RedisError, KombuError, psutil.Error):
            if _ACTS[planned.fault](self, planned.index):
                self.done[planned.fault] += 1

    def tick(self) -> None:
        """Wake who has been frozen for long enough, kill who is held at a failpoint."""
        now = time.monotonic()
        for until, processes in list(self._frozen):
            if now >= until:
                self._frozen.remove((until, processes))
                _signal(processes, signal.SIGCONT)
        for held in self._town.failpoints.glob("*.*.*"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(held.suffix[1:]), signal.SIGKILL)
            held.unlink()

    def end(self) -> None:
        """Nothing goes wrong any more."""
        for armed in self._town.failpoints.iterdir():
            armed.unlink(missing_ok=True)
        self._frozen = [(0.0, processes) for _, processes in self._frozen]
        self.tick()

    def kill_worker(self, index: int) -> bool:
        return _signal(_pick(self._town.workers(), index), signal.SIGKILL)

    def kill_child(self, index: int) -> bool:
        children = [child for worker in self._town.workers() for child in worker.children()]
        return _signal(_pick(sorted(children, key=lambda each: each.pid), index), signal.SIGKILL)

    def kill_at_failpoint(self, index: int) -> bool:
        (self._town.failpoints / FAILPOINTS[index % len(FAILPOINTS)]).touch()
        return True

    def kill_broker(self, index: int) -> bool:
        return _signal(self._town.named("valkey"), signal.SIGKILL)

    def flush_broker(self, index: int) -> bool:
        with self._broker() as broker:
            return bool(broker.flushall())

    def kill_api(self, index: int) -> bool:
        return _signal(self._town.named("api"), signal.SIGKILL)

    def kill_leader(self, index: int) -> bool:
        return _signal(self._leader(), signal.SIGKILL)

    def kill_database(self, index: int) -> bool:
        return _signal(self._town.named("postgres"), signal.SIGKILL)

    def freeze_worker(self, index: int) -> bool:
        mains = _pick(self._town.workers(), index)
        children = [child for main in mains for child in main.children()]
        return self._freeze([*mains, *children], self._town.settings.lease_s)

    def freeze_leader(self, index: int) -> bool:
        return self._freeze(self._leader(), self._town.settings.leader_ttl_s)

    def cut_connections(self, index: int) -> bool:
        with self._town.sessions() as session:
            found = session.execute(_CONNECTIONS).scalars().all()
            for pid in found[index % 3 :: 3]:
                session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return bool(found)

    def repeat_messages(self, index: int) -> bool:
        from workers.app import app  # it reads its settings from the environment, so not before there are some

        with self._town.sessions() as session:
            rows = session.execute(_OLD_MESSAGES).all()
        with app.connection_for_write() as connection:
            for row in rows[index % 5 :: 5][:20]:
                kind = StepKind(row.kind)
                queue = TASK_OF[kind].split(".")[1]
                app.send_task(TASK_OF[kind], (row.step_id, row.epoch), queue=queue, connection=connection, retry=False)
        return bool(rows)

    def garbage(self, index: int) -> bool:
        queue = ("creator", "validator", "maintenance")[index % 3]
        with self._broker() as broker:
            return bool(broker.rpush(self._town.settings.key_prefix + queue, GARBAGE[index % len(GARBAGE)]))

    def poison(self, index: int) -> bool:
        self._users.submit_poison()
        return True

    def _leader(self) -> list[psutil.Process]:
        with self._town.sessions() as session:
            holder = session.execute(_HOLDER).scalar_one_or_none() or ""
        return [each for each in self._town.named("beat") if holder.endswith(f":{each.pid}")]

    def _freeze(self, processes: list[psutil.Process], lease_s: float) -> bool:
        self._frozen.append((time.monotonic() + lease_s + FROZEN_BEYOND_S, processes))
        return _signal(processes, signal.SIGSTOP)

    def _broker(self) -> redis.Redis:
        return redis.Redis.from_url(self._town.settings.redis_url, socket_timeout=1, socket_connect_timeout=1)


def _pick(processes: list[psutil.Process], index: int) -> list[psutil.Process]:
    return [processes[index % len(processes)]] if processes else []


def _signal(processes: list[psutil.Process], number: int) -> bool:
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.send_signal(number)
    return bool(processes)


_ACTS: dict[Fault, Callable[[Misfortune, int], bool]] = {
    fault: getattr(Misfortune, fault.name.lower()) for fault in Fault
}
