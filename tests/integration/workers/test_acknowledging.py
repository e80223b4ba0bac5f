"""The broker answers an acknowledgement too late: the message's place is free all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from kombu import Connection
from kombu.transport import redis as kombu_redis

from orchestrator.stack.layout import StateDir
from orchestrator.stack.servers import await_valkey, start_valkey
from orchestrator.stack.supervisor import Supervisor
from workers import acknowledging

PATIENCE_S = 1.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The URL and the process of a Valkey of the test's own: nobody else waits for it while it is frozen."""
    state = StateDir(tmp_path / "state")
    with state.lock():
        supervisor = Supervisor(state.log_dir, lambda line: None)
        try:
            server, child = start_valkey(state, supervisor)
            yield await_valkey(server, child, supervisor), psutil.Process(child.pid)
        finally:
            supervisor.close()
    state.remove()


def test_a_message_whose_acknowledgement_is_not_answered_keeps_no_place(
    broker: tuple[str, psutil.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kombu_redis.Channel, "QoS", kombu_redis.QoS)  # put back after the test
    acknowledging.install()
    url, server = broker
    received: list[Any] = []
    with Connection(url, transport_options={"socket_timeout": PATIENCE_S}) as connection:
        queue = connection.SimpleQueue("places")
        queue.put("first")
        queue.put("second")
        consumer = connection.Consumer([queue.queue], callbacks=[lambda body, message: received.append(message)])
        consumer.qos(prefetch_count=1)
        with consumer:
            connection.drain_events(timeout=60)
            server.suspend()
            with pytest.raises(redis.TimeoutError):
                received[0].ack()
            server.resume()
            connection.drain_events(timeout=60)
    assert [message.payload for message in received] == ["first", "second"]
