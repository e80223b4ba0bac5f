"""Loaded by Python at its start where this directory is on PYTHONPATH: the process's clock is CLOCK_SHIFT_S off.

All of Python that tells the time of day says so: `time.time`, `time.time_ns`, `datetime.now`, `utcnow`, `today`.
"""

from __future__ import annotations

import datetime
import os
import time

SHIFT_S = float(os.environ["CLOCK_SHIFT_S"])
_time, _time_ns, _datetime = time.time, time.time_ns, datetime.datetime


class Shifted(_datetime):
    """A datetime class whose present is elsewhere."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _datetime.now(tz) + datetime.timedelta(seconds=SHIFT_S)

    @classmethod
    def utcnow(cls) -> datetime.datetime:
        return cls.now(datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> datetime.datetime:
        return cls.now()


time.time = lambda: _time() + SHIFT_S
time.time_ns = lambda: _time_ns() + int(SHIFT_S * 1e9)
datetime.datetime = Shifted  # type: ignore[misc]
