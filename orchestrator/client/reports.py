"""Reports and audit packs: as text, or streamed to a file and checked against their digest."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import requests

from orchestrator.client.jobs import Jobs
from orchestrator.client.resource import pauses, segment
from orchestrator.domain.job import TERMINAL
from orchestrator.errors import Invalid, TimedOut, Unavailable

BLOCK_BYTES = 256 * 1024
OnBytes = Callable[[int, int], Any]
"""Called with the bytes that are there, and with how many there will be (0: not known)."""


class Reports(Jobs):
    """The calls of `/jobs/{id}/report` and `/jobs/{id}/pack`."""

    def report(self, job_id: str, report_format: str = "text", timeout_s: float = 0.0) -> str:
        """The report of a job that has ended, waiting up to `timeout_s` seconds for it; text, json, html, csv or reqif.

        Raises:
            TimedOut: it is not there yet.
            Conflict: code `report_failed`: it could not be made.
        """
        path, query = f"/jobs/{segment(job_id)}/report", {"format": report_format}
        return self._when_there(job_id, lambda: self._transport.get(path, query), timeout_s).content.decode()

    def save_report(
        self, job_id: str, report_format: str, file: Path, timeout_s: float = 60.0, on_bytes: OnBytes | None = None
    ) -> str:
        """Write the report of a job to a file, which is there whole or not at all; returns its SHA-256.

        A job that has ended is waited for up to `timeout_s` seconds, one that runs is not.

        Raises:
            TimedOut: it is not there yet.
            Conflict: code `report_failed`: it could not be made.
            Invalid: the file cannot be written.
            Unavailable: it broke off, or something else came than was stored.
        """
        return self._save(job_id, "report", {"format": report_format}, file, timeout_s, on_bytes)

    def save_pack(self, job_id: str, file: Path, timeout_s: float = 600.0, on_bytes: OnBytes | None = None) -> str:
        """Write the audit pack of a job to a file; else as `save_report`."""
        return self._save(job_id, "pack", {}, file, timeout_s, on_bytes)

    def _save(  # noqa: PLR0913, RUF100 - one way for both
        self, job_id: str, what: str, query: dict[str, str], file: Path, timeout_s: float, on_bytes: OnBytes | None
    ) -> str:
        path = f"/jobs/{segment(job_id)}/{what}"
        answer = self._when_there(job_id, lambda: self._transport.get_stream(path, query), timeout_s)
        with answer:
            return _write(answer, file, on_bytes or (lambda *_: None))

    def _when_there(self, job_id: str, ask: Callable[[], requests.Response], timeout_s: float) -> requests.Response:
        limit = time.monotonic() + timeout_s
        looks = pauses()
        while True:
            answer = ask()
            if answer.status_code != 202:
                return answer
            state = self._transport.json(answer)
            pause = next(looks)
            if time.monotonic() + pause > limit:
                shown = f"is {state.get('job_status', 'not done')} ({state.get('percent', 0)} %)"
                raise TimedOut(f"Job {job_id} {shown}: its report is not there yet.", details={"job_id": job_id})
            time.sleep(pause)

    def has_ended(self, job_id: str) -> bool:
        """Whether a job is completed, failed or cancelled."""
        return self.progress(job_id)["status"] in TERMINAL


def _write(answer: requests.Response, file: Path, on_bytes: OnBytes) -> str:
    digest, size = hashlib.sha256(), 0
    total = int(answer.headers.get("Content-Length", 0))
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as target:
            try:
                for block in _blocks(answer):
                    target.write(block)
                    digest.update(block)
                    size += len(block)
                    on_bytes(size, total)
                _check(answer, digest, size, total)
                target.close()
                Path(target.name).replace(file)
            except BaseException:
                os.unlink(target.name)  # noqa: PTH108
                raise
    except OSError as error:
        raise Invalid(f"Cannot write {file}: {error.strerror or error}.", code="unwritable") from error
    return digest.hexdigest()


def _blocks(answer: requests.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(BLOCK_BYTES)
    except requests.RequestException as error:
        raise Unavailable("The report broke off while it was read: ask for it again.", code="broke_off") from error


def _check(answer: requests.Response, digest: Any, size: int, total: int) -> None:
    said = answer.headers.get("Repr-Digest", "").removeprefix("sha-256=:").removesuffix(":")
    if (total and size != total) or (said and said != base64.b64encode(digest.digest()).decode()):
        raise Unavailable("What came is not what was stored: ask for it again.", code="broke_off")
