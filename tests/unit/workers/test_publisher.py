"""What the publisher does when the broker is there, goes away, and comes back; the broker is an in-process stand-in."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import fakeredis
import pytest
import redis
from celery import Celery
from kombu import Queue

from orchestrator.domain.step import StepKind
from orchestrator.queue import TaskMessage
from orchestrator.stack.ports import free_port
from workers import publisher as publishing
from workers.publisher import Publisher


@pytest.fixture
def port() -> int:
    return free_port()


@contextlib.contextmanager
def broker(port: int) -> Iterator[Any]:
    server = fakeredis.TcpFakeServer(("127.0.0.1", port), server_type="valkey")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with redis.Redis(port=port) as client:
            yield client
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@pytest.fixture
def recalled() -> list[TaskMessage]:
    return []


@pytest.fixture
def publisher(port: int, recalled: list[TaskMessage], monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setattr(publishing, "BACKOFF_FIRST_S", publishing.BACKOFF_CAP_S)  # time to look at it
    monkeypatch.setitem(publishing.IMPATIENT, "socket_timeout", 30)
    app = Celery("test", broker=f"redis://127.0.0.1:{port}/0")
    app.conf.task_queues = [Queue("creator")]
    app.conf.broker_transport_options = {"socket_timeout": 1}
    sends = Publisher(app, recalled.extend)
    yield sends
    sends.close()


def messages(*ids: int) -> list[TaskMessage]:
    return [TaskMessage(each, 1, StepKind.READ, "creator", "test") for each in ids]


def wait_for(condition: Callable[[], Any]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_messages_go_out_in_order_and_name_step_and_epoch(port: int, publisher: Publisher, recalled: Any) -> None:
    with broker(port) as client:
        publisher.publish(messages(1, 2, 3))
        wait_for(lambda: client.llen("creator") == 3)
        first = json.loads(client.rpop("creator"))
    assert first["headers"]["task"] == "workers.creator.read"
    assert first["headers"]["argsrepr"] == "(1, 1)"
    assert first["headers"]["correlation_id"] == "test"
    assert recalled == []
    assert not publisher.backing_off()


def test_without_a_broker_all_are_returned_and_dispatch_backs_off(publisher: Publisher, recalled: Any) -> None:
    batch = messages(1, 2, 3)
    publisher.publish(batch)
    wait_for(lambda: recalled)
    assert recalled == batch
    assert publisher.backing_off()


def test_it_goes_on_when_the_broker_is_back(port: int, publisher: Publisher, recalled: Any) -> None:
    publisher.publish(messages(1))
    wait_for(lambda: recalled)
    with broker(port) as client:
        publisher.publish(messages(2))
        wait_for(lambda: client.llen("creator") == 1)
    assert recalled == messages(1)


def test_closing_sends_what_was_handed_over(port: int, publisher: Publisher) -> None:
    with broker(port) as client:
        publisher.publish(messages(*range(20)))
        publisher.close()
        assert client.llen("creator") == 20
