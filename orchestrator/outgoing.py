"""The one way to call another server over HTTP: every wait is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class _Bounded(HTTPAdapter):
    """An adapter whose requests have these timeouts; requests itself has none."""

    def __init__(self, connect_s: float, read_s: float, connections: int) -> None:
        super().__init__(pool_connections=connections, pool_maxsize=connections)
        self._timeout = (connect_s, read_s)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As usual, with the timeouts where the caller gives none."""
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().send(request, *args, **kwargs)


def make_session(*, connect_s: float, read_s: float, connections: int = 10) -> requests.Session:
    """A session for servers of this installation: no proxy and no credentials of the environment's.

    Args:
        connect_s, read_s: timeouts of each request, in seconds.
        connections: kept open per server.
    """
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded(connect_s, read_s, connections))
    return session


def ask(session: requests.Session, url: str) -> tuple[int, Mapping[str, str]]:
    """GET a page for its status and headers alone; the body stays unread and a redirect is not followed.

    Raises:
        requests.RequestException: no connection, no answer in time, or a broken one.
    """
    with session.get(url, stream=True, allow_redirects=False) as answer:
        return answer.status_code, answer.headers
