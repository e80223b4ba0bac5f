"""The broker answers an acknowledgement too late: the message's place is free all the same."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
import redis
from kombu import Connection
from kombu.transport import redis as kombu_redis

from workers import acknowledging

PAUSE_S = 1.0


def test_a_message_whose_acknowledgement_is_not_answered_keeps_no_place(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kombu_redis.Channel, "QoS", kombu_redis.QoS)  # put back after the test
    acknowledging.install()
    options = {"socket_timeout": PAUSE_S / 4, "global_keyprefix": f"{uuid4()}:"}
    received: list[Any] = []
    with Connection(valkey_url, transport_options=options) as connection:
        queue = connection.SimpleQueue("places")
        queue.put("first")
        queue.put("second")
        consumer = connection.Consumer([queue.queue], callbacks=[lambda body, message: received.append(message)])
        consumer.qos(prefetch_count=1)
        with consumer, redis.Redis.from_url(valkey_url) as broker:
            connection.drain_events(timeout=10)
            broker.execute_command("CLIENT", "PAUSE", int(PAUSE_S * 1000))
            with pytest.raises(redis.TimeoutError):
                received[0].ack()
            time.sleep(PAUSE_S)
            connection.drain_events(timeout=10)
    assert [message.payload for message in received] == ["first", "second"]
