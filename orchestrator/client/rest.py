"""Class `Client`: one method per thing that the API can do, from one file per resource."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from orchestrator.client.agents import Agents
from orchestrator.client.audit import AuditLog
from orchestrator.client.graph import Graph
from orchestrator.client.keys import Keys
from orchestrator.client.operations import Operations
from orchestrator.client.reports import Reports
from orchestrator.client.requirements import Requirements
from orchestrator.client.retention import Retention
from orchestrator.client.reviews import Reviews
from orchestrator.client.revisions import Revisions
from orchestrator.client.streams import Streams
from orchestrator.client.stuck import Stuck
from orchestrator.client.transport import Transport
from orchestrator.client.waits import Waits
from orchestrator.client.webhooks import Webhooks


class Client(
    Waits,
    Operations,
    Retention,
    Reports,
    Requirements,
    Reviews,
    Revisions,
    Stuck,
    Agents,
    Graph,
    Webhooks,
    Keys,
    AuditLog,
    Streams,
):
    """The API at one URL with one key. Use as a context manager, or close it.

    Every call is bounded in time and raises the classes of `orchestrator.errors` with the API's code and message:
    Invalid (also TooLarge, Unsupported), Denied, NotFound, Conflict (also InvalidTransition), Unavailable.
    """

    def __init__(self, url: str, key: str) -> None:
        super().__init__(Transport(url, key))

    @property
    def url(self) -> str:
        """Of the API, without a slash at the end."""
        return self._transport.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
