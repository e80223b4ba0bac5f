"""One HTTP session to the API: bounded waits and retries, and errors as the project's own classes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ReadTimeoutError
from urllib3.filepost import encode_multipart_formdata
from urllib3.util import Retry

from orchestrator.errors import (
    Conflict,
    Denied,
    Gone,
    Invalid,
    InvalidTransition,
    NotFound,
    OrchestratorError,
    StaleVersion,
    TooLarge,
    Unavailable,
    Unsupported,
)

CONNECT_S = 5.0
READ_S = 60.0
"""Longest silence; sending counts block by block, so a slow upload may take longer."""
BLOCK_BYTES = 65_536
RETRIES = 3
BACKOFF_S = 0.2
RETRY_AFTER_MAX_S = 10

_BY_STATUS: dict[int, type[OrchestratorError]] = {
    400: Invalid,
    401: Denied,
    403: Denied,
    404: NotFound,
    405: Invalid,
    409: Conflict,
    410: Gone,
    412: StaleVersion,
    413: TooLarge,
    415: Unsupported,
    422: Invalid,
    428: Invalid,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
_BY_CODE: dict[str, type[OrchestratorError]] = {InvalidTransition.code: InvalidTransition}

FormField = tuple[str, str | tuple[str, bytes]]
"""A name and its text, or its (file name, bytes)."""


class _BearerKey(AuthBase):
    """An object rather than a header: requests would let ~/.netrc replace the header."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Transport:
    """Sends requests to one API with one key.

    Args:
        url: of the API, e.g. `http://127.0.0.1:8000`.
        key: an API key; it goes to this URL only, never along a redirect.

    Raises:
        Invalid: the URL or the key cannot be one.
    """

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"{url!r} is no URL of an API; expected something like http://127.0.0.1:8000.")
        if not key.isascii() or not key.isprintable() or not key:
            raise Invalid("The API key holds characters that no key has; copy it again.")
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.auth = _BearerKey(key)
        self._session.trust_env = not _is_local(parts.hostname)  # a proxy cannot reach this machine's loopback
        retry = Retry(
            total=RETRIES,
            allowed_methods={"GET", "POST"},  # every POST has a key of its own, by which the server does it once
            status_forcelist={429, 502, 503, 504},
            backoff_factor=BACKOFF_S,
            retry_after_max=RETRY_AFTER_MAX_S,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> requests.Response:
        """GET, repeated where the network or the server is down for a moment."""
        return self._send("GET", path, params=dict(query or {}))

    def stream(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """GET a body as it comes, in blocks.

        Raises:
            Unavailable: the connection broke on the way; what came is not whole.
        """
        with self.get_stream(path, query) as answer:
            try:
                yield from answer.iter_content(BLOCK_BYTES)
            except requests.RequestException as error:
                raise Unavailable(f"{self.url} broke off while it sent {path}: {_cause(error)}.") from error

    def get_stream(self, path: str, query: Mapping[str, Any] | None = None) -> requests.Response:
        """GET an answer whose body is not read yet; close it."""
        return self._send("GET", path, params=dict(query or {}), stream=True)

    def event_stream(self, path: str, after: str | None) -> requests.Response:
        """GET events as they happen, behind the last one that was seen; the body is not read yet."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        return self._send("GET", path, headers=headers, stream=True)

    def post(self, path: str, content: Any = None) -> requests.Response:
        """POST JSON; it is done once, however often it is sent."""
        return self._send("POST", path, json=content, headers=_once())

    def post_to(self, path: str, content: Any, version: int | None) -> requests.Response:
        """The same where the thing still has this version; None: any."""
        return self._send("POST", path, json=content, headers=_if_match(version) | _once())

    def patch(self, path: str, content: Any, version: int | None) -> requests.Response:
        """PATCH JSON, once, where the thing still has this version; None: any."""
        return self._send("PATCH", path, json=content, headers=_if_match(version))

    def delete(
        self, path: str, query: Mapping[str, Any] | None = None, version: int | None = None
    ) -> requests.Response:
        """DELETE, once, where the thing still has this version; None: any."""
        return self._send("DELETE", path, params=dict(query or {}), headers=_if_match(version))

    def post_form(self, path: str, fields: list[FormField]) -> requests.Response:
        """POST multipart/form-data; it is done once, however often it is sent."""
        body, media_type = encode_multipart_formdata(fields)
        # As a stream it is sent in blocks: the time limit holds for each block and not for all of it.
        return self._send("POST", path, data=BytesIO(body), headers={"Content-Type": media_type} | _once())

    def json(self, answer: requests.Response) -> Any:
        """The JSON of an answer.

        Raises:
            Unavailable: code `strange_answer`: there is none.
        """
        try:
            return answer.json()
        except ValueError as error:
            raise _strange(answer, self.url) from error

    def _send(self, method: str, path: str, **content: Any) -> requests.Response:
        try:
            answer = self._session.request(
                method, self.url + path, timeout=(CONNECT_S, READ_S), allow_redirects=False, **content
            )
        except requests.ConnectTimeout as error:
            raise Unavailable(f"{self.url} did not answer within {CONNECT_S:.0f} s.", code="unreachable") from error
        except requests.Timeout as error:
            raise Unavailable(_silence(self.url, method), code="no_answer") from error
        except requests.ConnectionError as error:
            if _was_silence(error):
                raise Unavailable(_silence(self.url, method), code="no_answer") from error
            raise Unavailable(f"Nothing answers at {self.url} ({_cause(error)}).", code="unreachable") from error
        except requests.RequestException as error:
            raise Unavailable(f"The request to {self.url} failed: {error}.") from error
        if not answer.ok or answer.is_redirect:
            raise error_of(answer, self.url)
        return answer


def error_of(answer: requests.Response, url: str) -> OrchestratorError:
    """The error that this answer tells of; its details are the problem's other members."""
    kind = _BY_STATUS.get(answer.status_code, OrchestratorError)
    try:
        problem = answer.json()
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):
        return _strange(answer, url)
    faults = problem.get("errors") or []
    message = detail if len(faults) < 2 else "; ".join(map(_fault, faults))  # `detail` speaks of the first one only
    facts = {name: problem[name] for name in ("status", "request_id", "errors") if name in problem}
    return _BY_CODE.get(code, kind)(message, code=code, details=(problem.get("details") or {}) | facts)


def _if_match(version: int | None) -> dict[str, str]:
    return {"If-Match": "*" if version is None else f'"{version}"'}


def _once() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def _strange(answer: requests.Response, url: str) -> Unavailable:
    said = f"{answer.status_code} {answer.reason} with {answer.headers.get('Content-Type', 'nothing')}"
    return Unavailable(f"{url} answered {said}: is it the orchestrator's API?", code="strange_answer")


def _fault(item: Mapping[str, Any]) -> str:
    where = item.get("pointer") or item.get("parameter") or ""
    return f"{where}: {item.get('detail', '')}".removeprefix(": ")


def _silence(url: str, method: str) -> str:
    unsure = "" if method == "GET" else " It may have done what was asked: look before you repeat it."
    return f"{url} did not answer within {READ_S:.0f} s.{unsure}"


def _was_silence(error: requests.ConnectionError) -> bool:
    """Whether the last of several attempts got no answer in time."""
    return bool(error.args) and isinstance(getattr(error.args[0], "reason", None), ReadTimeoutError)


def _cause(error: BaseException) -> str:
    """The operating system's own words, which requests and urllib3 wrap several times."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return seen.strerror.lower()
        reason = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        seen = reason if isinstance(reason, BaseException) else seen.__cause__ or seen.__context__
    return "the connection broke"


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
