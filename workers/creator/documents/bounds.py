"""Memory and processor time that reading one document may take, kept by the kernel."""

from __future__ import annotations

import contextlib
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from orchestrator.errors import DocumentError

KILL_AFTER = 1.5
"""A library that does not return to Python at the time limit is killed at this many times of it: a crash."""
_STATUS = Path("/proc/self/status")


@contextlib.contextmanager
def bounded(memory_bytes: int, cpu_s: float) -> Iterator[None]:
    """Bound what the block may take; the process has its own limits again afterwards. In the main thread only.

    Memory is counted as private data beyond what the process has now (RLIMIT_DATA: address space that libraries and
    threads only reserve does not count). Where the system does not tell (no /proc), memory is not bounded.

    Raises:
        DocumentError: `memory_cap` or `time_cap`. Code that cannot stop is killed by the kernel instead.
    """
    former = signal.signal(signal.SIGPROF, _stop(cpu_s))
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        with _limit(resource.RLIMIT_DATA, _data_bytes(memory_bytes)), _limit(resource.RLIMIT_CPU, _cpu_s(cpu_s)):
            yield
    except MemoryError as error:
        raise DocumentError(
            f"Reading the document takes more than {memory_bytes // 1_000_000:,} MB of memory. Split it.",
            code="memory_cap",
            details={"limit": memory_bytes},
        ) from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


def _stop(cpu_s: float) -> Callable[[int, FrameType | None], None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise DocumentError(
            f"Reading the document takes more than {cpu_s:g} s. Split it, or save it again without unusual content.",
            code="time_cap",
            details={"limit": cpu_s},
        )

    return stop


@contextlib.contextmanager
def _limit(kind: int, soft: int | None) -> Iterator[None]:
    """Lower a soft limit for the block; None leaves it. The hard limit stays, so that it can be raised again."""
    before = resource.getrlimit(kind)
    if soft is None or (before[0] != resource.RLIM_INFINITY and before[0] <= soft):
        yield
        return
    resource.setrlimit(kind, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


def _data_bytes(more: int) -> int | None:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmData:")), None)
    return None if kilobytes is None else kilobytes * 1024 + more


def _cpu_s(more: float) -> int:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return int(used.ru_utime + used.ru_stime + KILL_AFTER * more) + 2
