"""No-op steps through the whole protocol against bare Celery, on the same worker processes, in one run.

    python bench/protocol.py [--steps 2000] [--rounds 3] [--window 4]

Prints steps per second of both and their ratio. The protocol's figure has everything in it: dispatch, publish, claim,
finish, commits. Bare Celery's is the drain of messages that are already in the broker.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from steps import AGENTS, HERE, OPEN, QUIET, drained_s, process, scalar, wait

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.stack.servers import running
from orchestrator.storage.migrate import upgrade


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as (_, urls):
        os.environ |= QUIET | {
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "ORCHESTRATOR_DISPATCH_WINDOW": str(options.window),
            "ORCHESTRATOR_LOG_LEVEL": "WARNING",
        }
        upgrade(urls.database_url)
        orchestrator = build(load())
        with process([str(HERE / "noop_worker.py"), str(options.processes)]), process(["-P", "-m", *_BEAT]):
            wait(lambda: scalar(orchestrator, AGENTS))
            wait(lambda: not scalar(orchestrator, OPEN))
            pairs = [_round(orchestrator, number, options.steps) for number in range(options.rounds + 1)][1:]
    for number, (protocol, bare) in enumerate(pairs, start=1):
        print(f"round {number}: protocol {protocol:.0f}/s, bare Celery {bare:.0f}/s, ratio {protocol / bare:.2f}")
    ratio = statistics.median(protocol / bare for protocol, bare in pairs)
    print(f"median ratio {ratio:.2f} with {options.processes} processes, window {options.window}")


_BEAT = ["orchestrator.cli.main", "beat"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _round(orchestrator: Orchestrator, number: int, count: int) -> tuple[float, float]:
    return count / drained_s(orchestrator, str(number), count), _bare(count)


def _bare(count: int) -> float:
    from workers.app import app

    with app.connection_for_write() as connection:
        channel = connection.default_channel
        producer = app.amqp.Producer(connection)
        began = time.monotonic()
        for n in range(count):
            app.send_task("bench.bare", args=(n, 0), queue="maintenance", producer=producer, retry=False)
        wait(lambda: channel._size("maintenance") + channel.client.hlen(channel.unacked_key) == 0)
        return count / (time.monotonic() - began)


if __name__ == "__main__":
    main()
