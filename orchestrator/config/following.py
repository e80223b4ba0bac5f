"""Takes changes of the declared settings while a process runs: all of them or none, and never a wrong one."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from orchestrator.config.catalogue import catalogue
from orchestrator.config.loading import read
from orchestrator.config.settings import Settings
from orchestrator.config.sources import CONFIG_VARIABLE
from orchestrator.errors import ConfigError

LOOK_S = 2.0
RELOADABLE = (
    "log_level",
    "rate_read_per_minute",
    "rate_write_per_minute",
    "rate_submit_per_minute",
    "rate_failed_per_minute",
    "dispatch_window",
    "owner_limit",
    "max_errors",
    "max_crashes",
    "max_requirement_retries",
    "backoff_base_s",
    "backoff_cap_s",
    "stuck_detection_minutes",
    "retention_days",
    *(f"{rule}_{status}_days" for rule in ("redact", "delete") for status in ("completed", "failed", "cancelled")),
    "breaker_failures",
    "breaker_open_s",
    "breaker_open_cap_s",
)
"""What services read each time that they use it. Everything else needs a restart, and a change of it is logged."""

log = logging.getLogger("orchestrator.config")
Stamp = tuple[int, int, int]


@dataclass(slots=True)
class Followed:
    """The settings that a process runs on.

    Attributes:
        generation: 1 at start, one more with each change that was taken.
        wake: set it to look at once.
    """

    settings: Settings
    generation: int = 1
    wake: threading.Event = field(default_factory=threading.Event)

    def reload(self) -> bool:
        """Read all sources again; tells whether something was taken. What is wrong is logged, and changes nothing."""
        try:
            fresh = read(servers_needed=False).settings
        except ConfigError as error:
            log.error("config_refused generation=%d: %s", self.generation, error.message)  # noqa: TRY400 - it says all
            return False
        changed = [name for name in catalogue() if getattr(fresh, name) != getattr(self.settings, name)]
        self._warn([name for name in changed if name not in RELOADABLE])
        taken = [name for name in changed if name in RELOADABLE]
        if not taken:
            return False
        for name in taken:
            # All services of the process hold this one value; nothing that they do needs two settings of one moment.
            object.__setattr__(self.settings, name, getattr(fresh, name))
        logging.getLogger().setLevel(self.settings.log_level)
        self.generation += 1
        log.warning("config_reloaded generation=%d changed=%s", self.generation, ",".join(taken))
        return True

    def _warn(self, names: list[str]) -> None:
        """Of what was started with other values; the servers' and the place's are handed on by `orchestrator up`."""
        if names:
            log.warning("config_needs_restart settings=%s", ",".join(names))


_followed: list[Followed] = []


def follow(settings: Settings) -> Followed:
    """Take changes of the configuration file from now on, within 2 s or at SIGHUP. For each process, after forks.

    Args:
        settings: those that the services of this process hold.
    """
    followed = Followed(settings)
    _followed[:] = [followed]
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, _on_signal)
    threading.Thread(target=_run, args=(followed,), name="config", daemon=True).start()
    return followed


def generation() -> int:
    """Of the settings of this process; 1 where they were never changed."""
    return _followed[0].generation if _followed else 1


def _on_signal(number: int, frame: FrameType | None) -> None:
    for followed in _followed:
        followed.wake.set()


def _run(followed: Followed) -> None:
    seen = _AT_START  # a process may be forked long after its settings were read
    while _followed and _followed[0] is followed:
        asked = followed.wake.wait(LOOK_S)
        followed.wake.clear()
        stamp = _stamp()
        if asked or stamp != seen:
            seen = stamp
            # A thread that ends takes no change any more, whatever is wrong with this one.
            with contextlib.suppress(Exception):
                followed.reload()


def _stamp() -> Stamp | None:
    """Of the configuration file; None where there is none. It is other after each change, also by a rename."""
    named = os.environ.get(CONFIG_VARIABLE, "").strip()
    try:
        found = Path(named).expanduser().stat() if named else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


_AT_START = _stamp()
