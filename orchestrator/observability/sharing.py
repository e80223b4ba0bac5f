"""One set of numbers for all processes of a service: each writes a file, the one that is asked reads them all.

Files are named by places, not by process ids: a child that takes a dead one's place goes on with its file, so that
there are never more files than places, however many children come and go.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from orchestrator.config.following import generation
from orchestrator.errors import ConfigError
from orchestrator.observability.metrics import LOCAL, PREFIX, begin_at_zero

__all__ = ["CONTENT_TYPE", "exposition", "leave", "share", "take_place"]

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MAIN = "main"

_place = MAIN
_shared: Path | None = None


def share(root: str = "") -> Path:
    """Keep this process's and its children's numbers in files. Call it in the main process, before the first fork.

    The directory is named by this process's id below `root`, and gone when it ends. What dead processes left there is
    removed now.

    Args:
        root: for all services of this user on this machine; empty: one in the directory for temporary files.

    Raises:
        ConfigError: `root` is not a directory of this user's own.
    """
    global _shared  # noqa: PLW0603 - of the process, as the library's own choice is
    place = _own(Path(root or f"{tempfile.gettempdir()}/orchestrator-metrics-{os.getuid()}"))
    for left in place.iterdir():
        if left.name.isdigit() and not _lives(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)
    directory = place / str(os.getpid())
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(directory)
    values.ValueClass = values.MultiProcessValue(lambda: _place)
    _shared = directory
    begin_at_zero()
    atexit.register(_clear, directory, os.getpid())
    return directory


def take_place(number: int) -> None:
    """In a child, after the fork: write to the file of this place, which no other living process has."""
    global _place  # noqa: PLW0603
    _place = str(number)


def leave(number: int) -> None:
    """In the main process, when the child of this place has ended: forget what was true only while it lived."""
    if _shared is not None:
        mark_process_dead(number, str(_shared))


def exposition(more: Iterable[Collector] = ()) -> bytes:
    """All numbers of this service in Prometheus' text format 0.0.4, with those of `more` collectors."""
    registry = CollectorRegistry()
    if _shared is None:
        registry.register(LOCAL)
    else:
        MultiProcessCollector(registry, str(_shared))
    for collector in (_Configuration(), *more):
        registry.register(collector)
    return generate_latest(registry)


class _Configuration(Collector):
    """Of the process that is asked: others may be older or newer than it."""

    def collect(self) -> Iterator[Metric]:
        said = "Of the settings: 1 at start, one more with each change that was taken."
        yield GaugeMetricFamily(PREFIX + "config_generation", said, value=generation())


def _own(root: Path) -> Path:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = root.lstat()
    except OSError as error:
        raise ConfigError(
            f"The numbers cannot be kept in {root} ({error.strerror}). Set ORCHESTRATOR_METRICS_DIR to a directory "
            "that this user may write to."
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise ConfigError(f"{root} is not a directory of this user's own. Set ORCHESTRATOR_METRICS_DIR to another one.")
    return root


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _clear(directory: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)
