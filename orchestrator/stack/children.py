"""The processes of the stack above the two servers, each a console command configured by its environment alone."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.config import FIRST_HEALTH_PORTS, read_one
from orchestrator.stack.forking import COMMAND
from orchestrator.stack.ports import free_port, is_free, promise
from orchestrator.stack.process import ChildSpec

# Stopped in this order; the servers come last (valkey 80, postgres 90).
STAGE_ENTRANCE = 10
STAGE_WORKERS = 20
STAGE_FLOWER = 30

SLOTS = {"creator": 2, "validator": 1, "maintenance": 1}
FLOWER_PORT = 5555
ADMIN_KEY = ("ORCHESTRATOR_ADMIN_KEY", "ORCHESTRATOR_ADMIN_KEY_FILE")
"""For the one child that stores it, and no other."""
# Above what each takes by itself: the soft shutdown of a worker, the draining of the API and its 20 s of grace.
WORKER_STOP_S = 10.0
API_STOP_S = 25.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How many worker processes of each kind to start."""

    creators: int = 1
    validators: int = 1
    maintenance: int = 1


class ServiceSpecs:
    """Builds the specs and hands out ports; `ports` tells which, by child name. All but one have one `environment`.

    Args:
        database_url, redis_url: the servers, embedded or not.
        state_dir: handed on, and the working directory of every child.
        bind, port: where the API listens.
    """

    def __init__(self, database_url: str, redis_url: str, state_dir: Path, bind: str, port: int):
        self.bind = bind
        self.database_url = database_url
        self.ports: dict[str, int] = {"api": port}
        self._state_dir = state_dir
        self.environment = {
            "MALLOC_ARENA_MAX": "2",  # threads share their heaps: about 10 MB less for each worker
            **{name: value for name, value in os.environ.items() if name not in {*_replaced(), *ADMIN_KEY}},
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "ORCHESTRATOR_STATE_DIR": str(state_dir),
            "ORCHESTRATOR_API_HOST": bind,
            "ORCHESTRATOR_API_PORT": str(port),
        }

    def prepare(self) -> ChildSpec:
        """Migrates the schema and makes the first admin key; waits for the database by itself."""
        key = {name: os.environ[name] for name in ADMIN_KEY if name in os.environ}
        return replace(self._command("prepare", ("prepare",), STAGE_ENTRANCE), once=True, env=self.environment | key)

    def all(self, scale: Scale) -> list[ChildSpec]:
        """Every service, in the order to start them."""
        counts = {"creator": scale.creators, "validator": scale.validators, "maintenance": scale.maintenance}
        workers = [self.worker(kind, number) for kind, count in counts.items() for number in range(1, count + 1)]
        return [self._api(), self._beat(), *workers, self._flower()]

    def worker(self, kind: str, number: int) -> ChildSpec:
        """One worker process; to grow, ask for a number that is not in use."""
        name = f"{kind}-{number}"
        port = self._take_port(name, FIRST_HEALTH_PORTS.get(kind, 0) if number == 1 else 0)
        words = ("worker", kind, "--concurrency", str(SLOTS[kind]), "--health-port", str(port))
        return self._command(name, words, STAGE_WORKERS, _seconds("soft_shutdown_s") + WORKER_STOP_S)

    def _api(self) -> ChildSpec:
        return self._command("api", ("api",), STAGE_ENTRANCE, _seconds("api_drain_s") + API_STOP_S)

    def _beat(self) -> ChildSpec:
        port = self._take_port("beat", 0)
        return self._command("beat", ("beat", "--health-port", str(port)), STAGE_ENTRANCE)

    def _flower(self) -> ChildSpec:
        port = self._take_port("flower", FLOWER_PORT)
        return self._command("flower", ("flower", "--port", str(port)), STAGE_FLOWER)

    def _take_port(self, name: str, wished: int) -> int:
        """The wished port, or any free one where it is taken or 0."""
        taken = frozenset(self.ports.values())
        is_ours = wished and wished not in taken and is_free(wished) and promise(wished)
        self.ports[name] = wished if is_ours else free_port(taken=taken)
        return self.ports[name]

    def _command(self, name: str, words: tuple[str, ...], stage: int, stop_timeout_s: float = 10.0) -> ChildSpec:
        return ChildSpec(
            name=name,
            argv=(*COMMAND, *words),
            env=self.environment,
            stage=stage,
            stop_signal=signal.SIGTERM,
            stop_timeout_s=stop_timeout_s,
            cwd=self._state_dir,
        )


def _seconds(setting: str) -> float:
    return float(read_one(setting) or 0)


def _replaced() -> set[str]:
    return {"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"}
