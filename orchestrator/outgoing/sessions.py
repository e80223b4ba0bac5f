"""Sessions for servers of this installation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BACKOFF_S = 0.2
BACKOFF_CAP_S = 2.0
AWAY = frozenset({502, 503, 504})


class _Bounded(HTTPAdapter):
    """An adapter whose requests have these timeouts; requests itself has none."""

    def __init__(self, timeout: tuple[float, float], **pool: Any) -> None:
        super().__init__(**pool)
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As usual, with the timeouts where the caller gives none."""
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().send(request, *args, **kwargs)


def make_session(*, connect_s: float, read_s: float, connections: int = 10, retries: int = 0) -> requests.Session:
    """A session for servers of this installation: no proxy and no credentials of the environment's.

    Args:
        connect_s, read_s: timeouts of each request, in seconds.
        connections: kept open per server.
        retries: of GET alone, where the connection fails or the server is away.
    """
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded((connect_s, read_s), pool_maxsize=connections, max_retries=bounded(retries)))
    return session


def bounded(retries: int) -> Retry:
    """So many repetitions of GET and HEAD, after a short pause each; nothing else is ever sent twice."""
    if not retries:
        return Retry(0, read=False)  # requests' own default: a timeout is told as one
    return Retry(
        total=retries,
        redirect=0,
        allowed_methods={"GET", "HEAD"},
        status_forcelist=AWAY,
        backoff_factor=BACKOFF_S,
        backoff_max=BACKOFF_CAP_S,
        respect_retry_after_header=False,
        raise_on_status=False,
    )


def ask(session: requests.Session, url: str) -> tuple[int, Mapping[str, str]]:
    """GET a page for its status and headers alone; the body stays unread and a redirect is not followed.

    Raises:
        requests.RequestException: no connection, no answer in time, or a broken one.
    """
    with session.get(url, stream=True, allow_redirects=False) as answer:
        return answer.status_code, answer.headers
