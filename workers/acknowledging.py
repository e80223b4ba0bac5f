"""Kombu's acknowledgement on Redis, mended: a message whose acknowledgement failed is no longer held for ever.

Kombu forgets a message only after the broker has answered, and the worker logs an error and goes on. The place of that
message, which with no prefetch is a child's, would never be free again: a broker that was frozen for a moment would
leave workers that are connected and take nothing.
"""

from __future__ import annotations

from kombu.transport import redis, virtual


class ForgettingQoS(redis.QoS):
    """What one channel has out."""

    def ack(self, delivery_tag: str) -> None:
        """Forget the message, whatever the broker says.

        What the broker kept comes back after the visibility timeout, and finds a passed epoch.
        """
        try:
            self._remove_from_indices(delivery_tag).execute()  # type: ignore[no-untyped-call]
        finally:
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]


def install() -> None:
    """Have every channel of this process acknowledge so."""
    redis.Channel.QoS = ForgettingQoS
