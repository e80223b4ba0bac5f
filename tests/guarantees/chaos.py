"""Runs a whole stack for a while, lets go wrong what can, and checks I1-I8 afterwards.

Everything that goes wrong is decided by the seed and printed first. Exit code 0: all invariants hold; 1: one is broken.
Leaves no process and no directory.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
import time
from dataclasses import replace
from types import FrameType

from clients import POISON_PROMPT, Users
from faults import Misfortune
from history import figures
from invariants import LASTING, Run, check
from plan import Planned, plan
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from stall import StallWatch
from town import Town, town, unfenced

from orchestrator.errors import OrchestratorError
from orchestrator.stack.supervisor import TICK_S

DRAIN_S = 90.0
LOOK_EVERY_S = 2.0
MOST_SHOWN = 5
_POISON = text("SELECT id::text FROM jobs WHERE prompt = :prompt")
DROPPED, FENCED = "duplicate_message", "fenced_write"


def main() -> int:
    """Runs the chaos and returns the exit code."""
    arguments = _arguments()
    logging.getLogger("kombu").setLevel(logging.CRITICAL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with town(unfenced if arguments.unfenced else lambda spec: spec) as running:
            running.await_ready()
            return _run(running, arguments)
    except OrchestratorError as error:
        _say(f"chaos: {error.message}\n{error.details.get('log', '')}")
        return 1


def _run(running: Town, arguments: argparse.Namespace) -> int:
    seed, seconds = arguments.seed, arguments.seconds
    planned: list[Planned] = [] if arguments.calm else plan(seed, seconds)
    users = Users(running.url, running.key, seed, cancels=not arguments.calm)
    misfortune = Misfortune(running, users)
    _say("\n".join(str(each) for each in planned))
    users.start()
    watch, stall = Watch(running), StallWatch()
    stall.start()
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds and not watch.broken:
        while planned and planned[0].at_s <= passed:
            misfortune.strike(planned.pop(0))
        _turn(running, misfortune, watch)
    users.stop()
    misfortune.end()
    run = Run(running.settings, users.answered)
    drained_s = _drain(running, misfortune, watch, run)
    broken = watch.broken or _check(running, replace(run, stall_s=stall.worst_s))
    for name, violations in broken.items():
        _say(
            f"{name} is broken: {len(violations)} times\n" + "\n".join(f"  {each}" for each in violations[:MOST_SHOWN])
        )
    _say(f"answers {dict(users.answers)}")
    _say(f"faults { ({str(fault): count for fault, count in misfortune.done.items()}) }")
    counts, noted = figures(running.sessions, running.settings.lease_s), running.counted(DROPPED, FENCED)
    print(
        f"seed {seed}: {'BROKEN ' + ' '.join(broken) if broken else 'I1-I8 hold'}, "
        f"faults {misfortune.done.total()}, jobs {counts['jobs']} ({len(users.answered)} answered), "
        f"steps {counts['steps']}, recovered {counts['recovered']}, duplicates dropped {noted[DROPPED]}, "
        f"writes fenced {noted[FENCED]}, slowest recovery {counts['slowest_s']} s, drained in {drained_s:.1f} s, "
        f"machine stalled for {stall.worst_s:.1f} s"
    )
    return 1 if broken else 0


class Watch:
    """Looks now and then for what is broken for good, so that a lost run ends soon."""

    def __init__(self, running: Town) -> None:
        self._running = running
        self._next = 0.0
        self.broken: dict[str, list[str]] = {}

    def look(self) -> None:
        """Look, where it is time."""
        if self.broken or time.monotonic() < self._next:
            return
        with contextlib.suppress(SQLAlchemyError):  # the database is away: later
            self.broken = check(self._running.sessions, Run(self._running.settings), *LASTING)
        self._next = time.monotonic() + LOOK_EVERY_S


def _turn(running: Town, misfortune: Misfortune, watch: Watch) -> None:
    running.tick()
    misfortune.tick()
    watch.look()
    time.sleep(TICK_S)


def _drain(running: Town, misfortune: Misfortune, watch: Watch, run: Run) -> float:
    """Waits until all work has ended, at most `DRAIN_S` seconds; returns how long it took."""
    begin, look_at = time.monotonic(), 0.0
    while (passed := time.monotonic() - begin) < DRAIN_S and not watch.broken:
        _turn(running, misfortune, watch)
        if passed >= look_at:
            look_at = passed + LOOK_EVERY_S / 4
            try:
                if not check(running.sessions, run, "I1"):
                    break
            except SQLAlchemyError:
                pass  # the database is still coming up
    return passed


def _check(running: Town, run: Run) -> dict[str, list[str]]:
    with running.sessions() as session:
        poison = session.execute(_POISON, {"prompt": POISON_PROMPT}).scalars().all()
    return check(running.sessions, replace(run, poison=poison))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="decides what goes wrong, and when")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long things go wrong; at most 600")
    parser.add_argument("--unfenced", action="store_true", help="without fence and republishing: has to break")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong, and nobody cancels what runs")
    arguments = parser.parse_args()
    if not 0 < arguments.seconds <= 600:
        parser.error("--seconds must be above 0 and at most 600")
    return arguments


def _interrupt(number: int, frame: FrameType | None) -> None:
    sys.exit(130)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
