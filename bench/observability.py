"""What logs and metrics cost: no-op steps through the whole protocol with and without them, in turns, in one run.

    python bench/observability.py [--steps 200] [--rounds 24]

Three workers with a leader each run side by side, on databases of their own: one logs lines of level INFO in JSON to a
file, shares numbers between processes and times every statement; the other two do none of it, and what differs between
those two is chance. They drain the same number of steps in turns, so that all meet whatever else the machine does, and
after half of the rounds they are started anew in the other order, as it is not all the same which one is first. Prints
steps per second and processor time of each round, and the medians of their ratios.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import psutil
from sqlalchemy import create_engine, make_url, text
from steps import AGENTS, HERE, QUIET, drained_s, process, scalar, wait

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.stack.servers import running
from orchestrator.storage.migrate import upgrade

BARE = {"ORCHESTRATOR_LOG_LEVEL": "ERROR", "BENCH_UNOBSERVED": "1"}
WAYS = {"observed": {"ORCHESTRATOR_LOG_LEVEL": "INFO"}, "bare": BARE, "control": BARE}


class Drained(NamedTuple):
    """Steps per second, and milliseconds of processor time that worker and leader took for one."""

    steps_per_s: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.steps_per_s:.0f}/s at {self.cpu_ms:.2f} ms"


@dataclass(frozen=True)
class Side:
    """A database with a worker and a leader."""

    orchestrator: Orchestrator
    processes: Sequence[subprocess.Popen[bytes]]

    def drain(self, name: str, count: int) -> Drained:
        """Insert steps and wait until they are done."""
        before_s = self._cpu_s()
        took_s = drained_s(self.orchestrator, name, count)
        return Drained(count / took_s, (self._cpu_s() - before_s) / count * 1000)

    def _cpu_s(self) -> float:
        family = [psutil.Process(each.pid) for each in self.processes]
        family += [child for each in family for child in each.children(recursive=True)]
        return sum(sum(each.cpu_times()[:4]) for each in family)  # those of children that have ended among them


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as place, running(Path(place) / "state") as (_, urls):
        os.environ |= QUIET | {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url}
        orders = (tuple(WAYS), tuple(reversed(WAYS)))
        rounds = [each for order in orders for each in _half(Path(place), order, options.steps, options.rounds // 2)]
    for name, said in (("observed", "with logs and metrics"), ("control", "without them again, which is chance")):
        lost = [1 - each[name].steps_per_s / each["bare"].steps_per_s for each in rounds]
        more = [each[name].cpu_ms / each["bare"].cpu_ms - 1 for each in rounds]
        print(f"{said}: {_spread(lost)} less throughput, {_spread(more)} more processor time of worker and leader")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=24)
    return parser.parse_args()


def _half(place: Path, order: Sequence[str], count: int, rounds: int) -> list[Mapping[str, Drained]]:
    """Start all in this order and have them drain in turns; the first turn, when much is loaded, counts not."""
    with ExitStack() as stack:
        sides = {name: stack.enter_context(_side(place, f"{name}_{order[0]}", WAYS[name])) for name in order}
        return [_round(sides, number, count) for number in range(rounds + 1)][1:]


def _round(sides: Mapping[str, Side], number: int, count: int) -> Mapping[str, Drained]:
    """Each goes first in every third round."""
    names = list(WAYS)[number % len(WAYS) :] + list(WAYS)[: number % len(WAYS)]
    done = {name: sides[name].drain(str(number), count) for name in names}
    print(f"round {number}: " + ", ".join(f"{name} {done[name]}" for name in WAYS), flush=True)
    return done


def _spread(shares: Sequence[float]) -> str:
    low, middle, high = statistics.quantiles(shares, n=4)
    return f"{middle:.1%} (quartiles {low:.1%} and {high:.1%})"


@contextmanager
def _side(place: Path, name: str, ways: dict[str, str]) -> Iterator[Side]:
    settings = load()
    url = make_url(settings.database_url)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    own = url.set(database=name).render_as_string(hide_password=False)
    upgrade(own)
    orchestrator = build(replace(settings, database_url=own))
    more = ways | {"DATABASE_URL": own, "ORCHESTRATOR_ENVIRONMENT": name.replace("_", "")}
    with ExitStack() as stack:
        processes = [
            stack.enter_context(process([str(HERE / program), "2"], more, place / f"{name}-{program}.log"))
            for program in ("noop_worker.py", "noop_leader.py")
        ]
        wait(lambda: scalar(orchestrator, AGENTS))
        yield Side(orchestrator, processes)


if __name__ == "__main__":
    main()
