"""How long POST /jobs takes beside a broker that runs and beside one that is frozen, within one run.

    python bench/frozen_broker.py [--seconds 20]

On real servers that it starts, through the application without a network. The broker is stopped (SIGSTOP) for so many
seconds, in which submissions go on at an even pace; as many are made while it runs, before and after. Prints
milliseconds at the median and the slowest one of both, and the ratio of the medians. Target: 1.5 at most.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import psutil
import structlog
from flask.testing import FlaskClient

from api.app import create_app
from orchestrator.bootstrap import build
from orchestrator.config import Settings
from orchestrator.stack.servers import running
from orchestrator.storage.migrate import upgrade

KEY = "a-key-of-the-bench-and-nobody-elses"
HEADERS = {"Authorization": f"Bearer {KEY}"}
PACE_S = 0.1
WARM_UP_S = 3.0
TARGET = 1.5
_numbers = itertools.count()


def main() -> None:
    seconds = _options().seconds
    structlog.configure(processors=[lambda *_: ""], logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as (supervisor, urls):
        upgrade(urls.database_url)
        settings = Settings(database_url=urls.database_url, redis_url=urls.redis_url, state_dir=Path(place))
        orchestrator = build(settings, role="bench")
        orchestrator.accounts.ensure_admin_key(KEY)
        client = create_app(orchestrator).test_client()
        broker = psutil.Process(supervisor.children["valkey"].pid)
        _submit(client, WARM_UP_S)
        usual = _submit(client, seconds / 2)
        broker.suspend()
        try:
            frozen = _submit(client, seconds)
        finally:
            broker.resume()
        usual += _submit(client, seconds / 2)
        orchestrator.close()
    ratio = statistics.median(frozen) / statistics.median(usual)
    print(f"broker running:               {_said(usual)}")
    print(f"broker frozen for {seconds:4g} s:     {_said(frozen)}")
    print(f"ratio of the medians {ratio:.2f}, {'within' if ratio <= TARGET else 'OVER'} {TARGET:g}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    return parser.parse_args()


def _submit(client: FlaskClient, seconds: float) -> list[float]:
    """Milliseconds of each submission; every one must be taken."""
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = {"prompt": f"The operator shall keep record {next(_numbers)}."}
        began = time.monotonic()
        status = client.post("/jobs", json=job, headers=HEADERS).status_code
        took.append((time.monotonic() - began) * 1000)
        if status != 202:
            raise SystemExit(f"a submission was answered {status}")
        time.sleep(max(0.0, began + PACE_S - time.monotonic()))
    return took


def _said(took: list[float]) -> str:
    return f"p50 {statistics.median(took):.1f} ms, slowest {max(took):.1f} ms, {len(took)} submissions"


if __name__ == "__main__":
    main()
