"""The whole stack on one machine: start in order, say where it is, keep it running, stop in order."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from orchestrator import config
from orchestrator.errors import ConfigError, Unavailable
from orchestrator.stack import servers
from orchestrator.stack.autoscale import Autoscaler
from orchestrator.stack.backlog import Backlog
from orchestrator.stack.children import SLOTS, STAGE_FLOWER, Scale, ServiceSpecs
from orchestrator.stack.connections import described, most, room_for
from orchestrator.stack.exit_codes import CONFIG, UNAVAILABLE
from orchestrator.stack.layout import StateDir
from orchestrator.stack.ports import free_port, is_free
from orchestrator.stack.process import Child, ChildSpec, ChildState
from orchestrator.stack.scaling import Pace, Range
from orchestrator.stack.secret_files import secret
from orchestrator.stack.supervisor import Announce, NotReady, StopRequested, Supervisor, describe_exit

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
POLL_S = 0.1
PREPARE_S = 120.0
NURSERY = "orchestrator.cli.nursery"
NURSERY_S = 30.0
READY_S = 90.0
STARTS_BEFORE_GIVING_UP = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What `orchestrator up` was asked for. Port 0 takes a free one."""

    state_dir: Path
    bind: str = "127.0.0.1"
    port: int = 8000
    scale: Scale = field(default_factory=Scale)
    ranges: tuple[Range, ...] = ()


ChooseServices = Callable[[ServiceSpecs, Scale], list[ChildSpec]]


def up(options: Options, announce: Announce, choose: ChooseServices = ServiceSpecs.all) -> None:
    """Runs the stack until SIGTERM or SIGINT; a second signal hurries the stop. Nothing is left running afterwards.

    Args:
        options: where and how much.
        announce: gets the lines for the operator.
        choose: which services to run above the servers.

    Raises:
        StateInUse: the state directory belongs to another run.
        Unavailable: the port is taken, or a server cannot be had.
        ConfigError: a setting is wrong, or the schema is newer than the code.
        NotReady: something did not come up; `details["log"]` holds its last lines.
    """
    state = StateDir(options.state_dir)
    with state.lock():
        port = _port(options)
        supervisor = Supervisor(state.log_dir, announce)
        with _stopping(supervisor, state, announce), contextlib.suppress(StopRequested):
            had_key = state.admin_key_file.exists()
            specs = _start(state, supervisor, options, port, announce)
            chosen = choose(specs, options.scale)
            services = [supervisor.add(spec) for spec in chosen if spec.stage != STAGE_FLOWER]
            url = base_url(options.bind, port)
            _write_ports(state, url, specs)
            _await_ready(supervisor, services, options.bind, port)
            for spec in chosen:
                if spec.stage == STAGE_FLOWER:  # nothing waits for it, so it must not slow the others' start
                    supervisor.add(spec)
            _welcome(state, url, specs, announce, show_key=not had_key)
            _keep_running(supervisor, specs, state, options, announce)


def _keep_running(
    supervisor: Supervisor, specs: ServiceSpecs, state: StateDir, options: Options, announce: Announce
) -> None:
    def check() -> None:
        _check_configuration(supervisor, announce)

    if not options.ranges:
        supervisor.run(check)
        return

    def check_and_scale() -> None:
        check()
        scaler.tick()

    def changed(line: str) -> None:
        announce(line)
        _write_ports(state, base_url(options.bind, specs.ports["api"]), specs)

    settings = config.read(servers_needed=False).settings
    paces = [
        Pace(within, SLOTS[within.kind], settings.autoscale_age_s, settings.autoscale_quiet_s)
        for within in options.ranges
    ]
    with contextlib.closing(Backlog(specs.database_url)) as backlog:
        scaler = Autoscaler(backlog, specs, supervisor, paces, changed)
        supervisor.run(check_and_scale)


def _check_configuration(supervisor: Supervisor, announce: Announce) -> None:
    """After SIGHUP: say whether the services, which look at the file by themselves, can take it."""
    if not supervisor.reload_requested:
        return
    supervisor.reload_requested = False
    try:
        config.read(servers_needed=False)
    except ConfigError as error:
        announce(f"config    refused, everything stays as it was. {error.message}")
    else:
        announce("config    is right; what may change while it runs is taken within seconds (config_reloaded in log)")


def base_url(bind: str, port: int) -> str:
    """Returns the URL at which this machine reaches a server bound to `bind`."""
    host = _local(bind)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _write_ports(state: StateDir, url: str, specs: ServiceSpecs) -> None:
    state.write_ports({"url": url, "pid": os.getpid(), "ports": specs.ports})


def _start(state: StateDir, supervisor: Supervisor, options: Options, port: int, announce: Announce) -> ServiceSpecs:
    """Starts what is embedded and prepares the database; the slow parts run side by side."""
    given = config.read(servers_needed=False).settings
    database_url, redis_url = given.database_url, given.redis_url
    valkey = None if redis_url else servers.start_valkey(state, supervisor)
    needed = most(given, options.scale, options.ranges)
    postgres = None if database_url else servers.start_postgres(state, supervisor, connections=room_for(needed))
    specs = ServiceSpecs(
        database_url or (postgres[0].url() if postgres else ""),
        redis_url or (valkey[0].url() if valkey else ""),
        state.path,
        options.bind,
        port,
    )
    preparing = supervisor.add(specs.prepare())
    supervisor.open_nursery(NURSERY, specs.environment)
    if postgres:
        specs.ports["postgres"] = postgres[0].port
        servers.await_postgres(*postgres, supervisor)
    if valkey:
        specs.ports["valkey"] = valkey[0].port
        servers.await_valkey(*valkey, supervisor)
    _await_prepared(supervisor, preparing)
    supervisor.await_nursery(NURSERY_S)
    announce(f"database  {described(needed, specs.database_url)}")
    return specs


def _await_prepared(supervisor: Supervisor, preparing: Child) -> None:
    try:
        supervisor.finish(preparing, "the preparation of the database", PREPARE_S)
    except NotReady as error:
        if preparing.last_exit == CONFIG:
            raise ConfigError(error.details["log"]) from error
        if preparing.last_exit == UNAVAILABLE:
            raise Unavailable(error.details["log"]) from error
        raise


def _await_ready(supervisor: Supervisor, services: list[Child], bind: str, port: int) -> None:
    limit = time.monotonic() + READY_S
    while _ask_ready(bind, port) != http.HTTPStatus.OK:
        if supervisor.stop_requests:
            raise StopRequested
        supervisor.tick()
        for child in services:
            check_has_hope(child)
        if time.monotonic() > limit:
            late = f"{base_url(bind, port)}/ready does not answer 200 after {READY_S:.0f} s"
            raise NotReady(late, details={"log": services[0].log.tail()})
        time.sleep(POLL_S)


def check_has_hope(child: Child) -> None:
    """See that a service that ended may yet come up.

    Raises:
        Unavailable: it says that a server or a port is not to be had; a server that is away, it would wait for.
        NotReady: its configuration is wrong, or it ended too often; `details["log"]` holds its last lines.
    """
    if child.state is not ChildState.WAITING or child.last_exit is None:
        return
    if child.last_exit in (CONFIG, UNAVAILABLE) or child.starts >= STARTS_BEFORE_GIVING_UP:
        ended = f"{child.spec.name} does not come up ({describe_exit(child.last_exit)})"
        kind = Unavailable if child.last_exit == UNAVAILABLE else NotReady
        raise kind(ended, details={"log": child.log.tail()})


def _ask_ready(bind: str, port: int) -> int:
    """Returns the status of GET /ready, 0 while nobody answers."""
    connection = http.client.HTTPConnection(_local(bind), port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _welcome(state: StateDir, url: str, specs: ServiceSpecs, announce: Announce, *, show_key: bool) -> None:
    key = state.admin_key_file.read_text().strip() if state.admin_key_file.exists() else ""
    announce(f"ready     {url}   (documentation: {url}/docs)")
    if key and show_key and not secret("ORCHESTRATOR_ADMIN_KEY"):
        announce(f"key       {key}   (shown once; kept in {state.admin_key_file})")
        announce(f"try       curl -H 'Authorization: Bearer {key}' {url}/jobs")
    if "flower" in specs.ports:
        announce(f"flower    http://127.0.0.1:{specs.ports['flower']}")
    announce(f"state     {state.path}   (logs in {state.log_dir})")
    announce("stop      Ctrl-C, or SIGTERM to process " + str(os.getpid()))


@contextlib.contextmanager
def _stopping(supervisor: Supervisor, state: StateDir, announce: Announce) -> Iterator[None]:
    """Turns signals into stop requests, and stops everything however the block ends."""

    def ask(number: int, frame: FrameType | None) -> None:
        supervisor.request_stop()

    def look(number: int, frame: FrameType | None) -> None:
        supervisor.reload_requested = True

    before = {number: signal.signal(number, ask) for number in STOP_SIGNALS}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, look)
    try:
        yield
    finally:
        if supervisor.stop_requests:
            announce("stopping  (once more to hurry)")
        supervisor.close()
        state.ports_file.unlink(missing_ok=True)
        for number, former in before.items():
            signal.signal(number, former)
        announce("stopped")


def _port(options: Options) -> int:
    if options.port == 0:
        return free_port(options.bind)
    if not is_free(options.port, options.bind):
        raise Unavailable(
            f"port {options.port} on {options.bind} is in use or not ours to take: choose another with --port (0: any)",
            code="port_in_use",
        )
    return options.port


def _local(bind: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - compared, not bound
