"""A whole stack with short waits in a directory of its own: the real servers and commands under the real supervisor."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import requests
from history import record

from orchestrator.config import Settings
from orchestrator.stack import servers
from orchestrator.stack.children import STAGE_FLOWER, Scale, ServiceSpecs
from orchestrator.stack.layout import StateDir
from orchestrator.stack.ports import free_port
from orchestrator.stack.process import ChildSpec
from orchestrator.stack.supervisor import TICK_S, Supervisor
from orchestrator.stack.up import NURSERY
from orchestrator.storage.engine import make_engine, session_factory

UNFENCED = Path(__file__).with_name("unfenced.py")
Alter = Callable[[ChildSpec], ChildSpec]
PREPARE_S = 60.0
READY_S = 90.0
# A tenth of what is usual, by the same ratios.
WAITS = {
    "heartbeat_s": 1.0,
    "lease_s": 4.0,
    "leader_ttl_s": 4.0,
    "leader_renew_s": 0.8,
    "tick_s": 0.2,
    "dispatched_timeout_s": 6.0,
    "agent_timeout_s": 5.0,
    "completion_check_interval_s": 2.0,
    "backoff_base_s": 0.2,
    "backoff_cap_s": 2.0,
    "soft_shutdown_s": 1.0,
    "watchdog_s": 15.0,
}
# Small parts and batches: many steps out of few words. Faults may hit one step several times without its fault.
SIZES = {"part_characters": 500, "validate_batch": 4, "max_text_characters": 20_000, "max_crashes": 8}
SCALE = Scale(creators=2, validators=2, maintenance=1)
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "ORCHESTRATOR_")


class Town:
    """The running stack. Call `tick` often, from the main thread."""

    def __init__(self, state: StateDir, supervisor: Supervisor, settings: Settings) -> None:
        self.state = state
        self.supervisor = supervisor
        self.settings = settings
        self.failpoints = state.path / "failpoints"
        self.engine = make_engine(settings, role="chaos", pool=False)
        self.sessions = session_factory(self.engine)

    @property
    def url(self) -> str:
        """Of the API."""
        return f"http://127.0.0.1:{self.settings.api_port}"

    @property
    def key(self) -> str:
        """The admin key."""
        return self.state.admin_key_file.read_text().strip()

    def tick(self) -> None:
        """Restart what has ended."""
        self.supervisor.tick()

    def await_ready(self) -> None:
        """Wait until the API says that all of it can work."""
        limit = time.monotonic() + READY_S
        while time.monotonic() < limit:
            self.tick()
            try:
                if requests.get(f"{self.url}/ready", timeout=2).ok:
                    return
            except requests.RequestException:
                pass  # it is starting
            time.sleep(TICK_S)
        raise TimeoutError(f"{self.url}/ready does not answer 200 after {READY_S:.0f} s")

    def named(self, *starts: str) -> list[psutil.Process]:
        """Main processes of the children whose names start so, as far as they run now."""
        found = []
        for name, child in sorted(self.supervisor.children.items()):
            if name.startswith(starts) and child.pid is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.append(psutil.Process(child.pid))
        return found

    def workers(self) -> list[psutil.Process]:
        """Main processes of the workers."""
        return self.named("creator", "validator", "maintenance")

    def counted(self, *words: str) -> dict[str, int]:
        """How many log lines of all processes name each word."""
        logs = [path.read_text(errors="replace") for path in self.state.log_dir.glob("*.log*")]
        return {word: sum(log.count(f'"{word}"') for log in logs) for word in words}


@contextlib.contextmanager
def town(alter: Alter = lambda spec: spec) -> Iterator[Town]:
    """A stack on free ports that is started and prepared; processes and directory are gone after the block.

    It configures this process too, through the environment.

    Args:
        alter: changes how a process of the stack is started.
    """
    state = StateDir(Path(tempfile.mkdtemp(prefix="orchestrator-chaos-")))
    supervisor = Supervisor(state.log_dir, lambda line: None)
    try:
        valkey, postgres = servers.start_valkey(state, supervisor), servers.start_postgres(state, supervisor)
        settings = Settings(
            database_url=servers.await_postgres(*postgres, supervisor),
            redis_url=servers.await_valkey(*valkey, supervisor),
            state_dir=state.path,
            environment="chaos",
            api_port=free_port(),
            **WAITS,
            **SIZES,
        )
        running = Town(state, supervisor, settings)
        running.failpoints.mkdir()
        os.environ.update(_environment(running))
        _start(running, alter)
        yield running
    finally:
        try:
            supervisor.close()
        finally:
            state.remove()


def _start(running: Town, alter: Alter) -> None:
    settings, supervisor = running.settings, running.supervisor
    specs = ServiceSpecs(settings.database_url, settings.redis_url, running.state.path, "127.0.0.1", settings.api_port)
    preparing = supervisor.add(specs.prepare())
    supervisor.open_nursery(NURSERY, specs.environment)
    supervisor.finish(preparing, "the preparation of the database", PREPARE_S)
    supervisor.await_nursery(PREPARE_S)
    record(running.sessions)
    services = [spec for spec in specs.all(SCALE) if spec.stage != STAGE_FLOWER]
    services += [replace(spec, name="beat-2") for spec in services if spec.name == "beat"]
    for spec in services:
        supervisor.add(alter(spec))


def unfenced(spec: ChildSpec) -> ChildSpec:
    """Leader and workers through `unfenced.py`."""
    if spec.name == "api":
        return spec
    words = spec.argv[spec.argv.index("orchestrator.cli.main") + 1 :]
    return replace(spec, argv=(sys.executable, "-P", str(UNFENCED), *words))


def _environment(running: Town) -> dict[str, str]:
    """What configures every process of the stack, and the harness itself; nothing of the caller's does."""
    for name in [name for name in os.environ if name.startswith(NOT_INHERITED)]:
        del os.environ[name]
    settings = running.settings
    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ORCHESTRATOR_ENVIRONMENT": settings.environment,
        "ORCHESTRATOR_FAILPOINTS": str(running.failpoints),
        **{f"ORCHESTRATOR_{name.upper()}": str(value) for name, value in {**WAITS, **SIZES}.items()},
    }
