"""What authentication, limits and the audit log cost a request, on and off in turn within one run.

    python bench/admission.py [--calls 500]

Prints milliseconds at the median, on real servers that it starts, through the application without a network. The two
sides take turns call by call, so that what else the machine does falls on both. Target: 0.5 ms more at most.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple
from unittest.mock import patch

import structlog
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import audit, auth
from api.app import create_app
from api.upkeep import Upkeep
from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.stack.testing import TestServers
from orchestrator.storage.migrate import upgrade

KEY = "a-key-of-the-bench-and-nobody-elses"
WARM_UP = 30
TARGET_MS = 0.5
MOST_PER_MINUTE = 100_000
"""Counted like any other limit, and never reached."""
Call = Callable[[FlaskClient], TestResponse]


class Spent(NamedTuple):
    """Seconds of one call: on the clock, and of the processor."""

    taken: float
    worked: float


HEADERS = {"Authorization": f"Bearer {KEY}"}
_numbers = itertools.count()


def main() -> None:
    calls = _options().calls
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with _services() as sides:
        job_id = sides[0].test_client().post("/jobs", json=_job(), headers=HEADERS).get_json()["id"]
        _print("GET /health, which is public", sides, calls, lambda client: client.get("/health"))
        _print("GET /jobs/{id}", sides, calls, lambda client: client.get(f"/jobs/{job_id}", headers=HEADERS))
        _print("POST /jobs", sides, calls, lambda client: client.post("/jobs", json=_job(), headers=HEADERS))


def _job() -> dict[str, str]:
    """A job that is like no other."""
    return {"prompt": f"The operator shall keep record {next(_numbers)}."}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=500)
    return parser.parse_args()


@contextmanager
def _services() -> Iterator[tuple[Flask, Flask]]:
    """The application as it is, and the same one without authentication, limits and audit log."""
    with TestServers.hold() as servers:
        urls = servers.urls()
        upgrade(urls.database_url)
        settings = Settings(database_url=urls.database_url, redis_url=urls.redis_url)
        with_all, without = (build(_limited(settings, rate), role="bench") for rate in (MOST_PER_MINUTE, 0))
        with_all.accounts.ensure_admin_key(KEY)
        upkeep = Upkeep(with_all)
        upkeep.start()
        try:
            yield create_app(with_all), _unaudited(without)
        finally:
            upkeep.stop()
            with_all.close()
            without.close()


def _limited(settings: Settings, per_minute: int) -> Settings:
    """With this limit of every kind; 0: none."""
    names = ("rate_read_per_minute", "rate_write_per_minute", "rate_submit_per_minute", "rate_failed_per_minute")
    return replace(settings, **dict.fromkeys(names, per_minute))


def _unaudited(orchestrator: Orchestrator) -> Flask:
    app = create_app(orchestrator)
    app.after_request_funcs[None].remove(audit._end)
    return app


def _everybody(_role: Role, _by_password: bool) -> Principal:
    g.principal = Principal("admin", Role.ADMIN, "bench")
    return Principal("admin", Role.ADMIN, "bench")


def _print(name: str, sides: tuple[Flask, Flask], calls: int, call: Call) -> None:
    on, off = [], []
    guarded, open_to_all = (side.test_client() for side in sides)
    for number in range(calls + WARM_UP):
        for first in (number % 2 == 0, number % 2 == 1):  # neither side always finds what the other one has warmed
            if first:
                on.append(_time(call, guarded))
                continue
            with patch.object(auth, "_admit", _everybody), patch.object(auth, "announce", lambda _caller: None):
                off.append(_time(call, open_to_all))
    on, off = on[WARM_UP:], off[WARM_UP:]
    more = _more([each.taken for each in on], [each.taken for each in off])
    worked = _more([each.worked for each in on], [each.worked for each in off])
    verdict = "within" if more <= TARGET_MS else "OVER"
    medians = f"on {_median(each.taken for each in on):.2f} ms, off {_median(each.taken for each in off):.2f} ms"
    print(f"{name}: {medians}; pair by pair {more:+.2f} ms, {verdict} {TARGET_MS} ms ({calls} calls each)")
    print(f"    of which processor time of this process: {worked:+.2f} ms; the rest is the database, and other load")


def _more(on: Sequence[float], off: Sequence[float]) -> float:
    return _median(guarded - free for guarded, free in zip(on, off, strict=True))


def _median(seconds: Iterable[float]) -> float:
    """In milliseconds."""
    return statistics.median(seconds) * 1000


def _time(call: Call, client: FlaskClient) -> Spent:
    began, began_work = time.perf_counter(), time.thread_time()
    status = call(client).status_code
    spent = Spent(time.perf_counter() - began, time.thread_time() - began_work)
    assert status < 400, status
    return spent


if __name__ == "__main__":
    main()
