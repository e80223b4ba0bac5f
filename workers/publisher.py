"""Publishes dispatched steps on a thread of its own, after their commit. What cannot be published is returned."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import Celery
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.queue import TaskMessage

log = structlog.get_logger(__name__)

BACKOFF_FIRST_S, BACKOFF_CAP_S = 1.0, 10.0
RECALL_TRIES = 5
IMPATIENT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    # Kombu would try again for seconds before it says that the broker is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "connect_retries_timeout": 1,
}


class Publisher:
    """Sends messages in batches over one kept connection with a short timeout and no retries of its own.

    Args:
        app: knows the broker.
        recall: takes the messages back that were not, or may not have been, sent.
    """

    def __init__(self, app: Celery, recall: Callable[[Sequence[TaskMessage]], None]) -> None:
        self._app = app
        self._return_unsent = recall
        self._batches: queue.SimpleQueue[Sequence[TaskMessage] | None] = queue.SimpleQueue()
        self._producer: Any = None
        self._backoff_s = 0.0
        self._resume_at = 0.0
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, messages: Sequence[TaskMessage]) -> None:
        """Hand over a batch; returns at once."""
        if messages:
            self._batches.put(messages)

    def backing_off(self) -> bool:
        """Whether the broker failed a moment ago, so that nothing should be dispatched now."""
        return time.monotonic() < self._resume_at

    def close(self) -> None:
        """Send what was handed over, then stop."""
        self._batches.put(None)
        self._thread.join(timeout=5)
        self._disconnect()

    def _run(self) -> None:
        while (messages := self._batches.get()) is not None:
            unsent = self._send(messages)
            if unsent:
                self._recall(unsent)

    def _send(self, messages: Sequence[TaskMessage]) -> Sequence[TaskMessage]:
        for index, message in enumerate(messages):
            try:
                self._send_one(message)
            except Exception as error:
                # The failed one counts as unsent: if it did arrive, its epoch will have passed.
                log.warning("publish_failed", queue=message.queue, error=str(error), unsent=len(messages) - index)
                self._disconnect()
                self._back_off()
                return messages[index:]
        self._backoff_s = 0.0
        return ()

    def _send_one(self, message: TaskMessage) -> None:
        if self._producer is None:
            connection = self._app.connection_for_write(
                transport_options={**self._app.conf.broker_transport_options, **IMPATIENT}
            )
            self._producer = self._app.amqp.Producer(connection, auto_declare=True)
        self._app.send_task(
            message.task,
            args=(message.step_id, message.epoch),
            queue=message.queue,
            producer=self._producer,
            retry=False,
            headers={"correlation_id": message.correlation_id},
        )

    def _disconnect(self) -> None:
        if self._producer is not None:
            with contextlib.suppress(Exception):
                self._producer.connection.release()
        self._producer = None

    def _back_off(self) -> None:
        self._backoff_s = min(max(BACKOFF_FIRST_S, self._backoff_s * 2), BACKOFF_CAP_S)
        self._resume_at = time.monotonic() + self._backoff_s

    def _recall(self, messages: Sequence[TaskMessage]) -> None:
        for attempt in range(RECALL_TRIES):
            try:
                self._return_unsent(messages)
            except SQLAlchemyError as error:
                log.warning("recall_failed", error=str(error))
                time.sleep(2.0**attempt / 4)
            else:
                return
        # The reconciler finds them as lost.
