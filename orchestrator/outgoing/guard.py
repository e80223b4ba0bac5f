"""Calls to URLs that users give: to public addresses only, and to the very address that was checked.

A name is looked up once for each connection. Every address it has is checked, and the socket is opened to one of those,
so a name that changes its address in between (DNS rebinding) gains nothing; TLS and `Host` still carry the name.
What is not public can be allowed by the setting `outgoing_allow`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LookupTimeout
from functools import lru_cache
from ipaddress import ip_network
from threading import Thread
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import BaseAdapter
from ssrfguard import DEFAULT_DENIED, AddressTable, Block, Policy, Reach, Resolver, SSRFGuardError, resolve
from ssrfguard.requests import SafeAdapter

from orchestrator.config import Settings
from orchestrator.errors import Invalid
from orchestrator.outgoing.sessions import bounded

LOOKUP_S = 5.0
CONNECTIONS = 10
ANY_PORT = frozenset(range(1, 65_536))
ANY_ADDRESS = (ip_network("0.0.0.0/0"), ip_network("::/0"))
NOBODY = frozenset({"nobody.invalid"})  # an empty list of hosts would let all of them pass
# Azure's metadata and host service stands at an address that no registry reserves.
AZURE = Block(ip_network("168.63.129.16/32"), "Host service (Azure)", "none", Reach.DENIED)
# Of IPv6 but one eighth is given out; the rest may be translated to what nobody looks at.
NOBODYS = Block(ip_network("::/0"), "Not given out", "RFC 4291", Reach.DENIED)
GIVEN_OUT = Block(ip_network("2000::/3"), "Global unicast", "RFC 4291", Reach.PERMITTED)
NOT_PUBLIC = AddressTable((*DEFAULT_DENIED.blocks, AZURE, NOBODYS, GIVEN_OUT))

log = structlog.get_logger(__name__)


def guarded_session(settings: Settings, *, retries: int = 0, resolver: Resolver | None = None) -> requests.Session:
    """A session for URLs that users give: no redirect is followed, nothing of the environment is used.

    What must not be called raises `Invalid`, code `forbidden_url`; what fails on the way `requests.RequestException`.

    Args:
        settings: what is allowed beside public addresses, and the timeouts.
        retries: of GET alone.
        resolver: in place of `socket.getaddrinfo`; its answers are checked alike.
    """
    return _GuardedSession(settings, retries, resolver or _look_up)


def check_url(url: str, settings: Settings, *, resolver: Resolver | None = None) -> None:
    """See whether a URL may be called as things stand; each call is checked again.

    A name that has no address now is let pass: it may get one.

    Raises:
        Invalid: code `forbidden_url`: it is none of http or https, carries a user name, names a port that is not
            allowed, or leads to an address that is not public.
    """
    try:
        policy = _policy_for(url, settings)
        resolve(policy.check_url(url), policy=policy, resolver=resolver or _look_up)
    except SSRFGuardError as refused:
        raise _refusal(url, settings, refused) from refused
    except (OSError, UnicodeError):
        return


class _GuardedSession(requests.Session):
    """Chooses for each URL the policy that it is called under, and sends by an adapter that pins."""

    def __init__(self, settings: Settings, retries: int, resolver: Resolver) -> None:
        super().__init__()
        self.trust_env = False
        self._settings = settings
        self._pinning = {policy: _adapter(policy, settings, retries, resolver) for policy in _policies(settings)}

    def get_adapter(self, url: str) -> BaseAdapter:
        """The adapter that may call this URL."""
        return self._pinning[_policy_for(url, self._settings)]

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As usual, but never along a redirect."""
        try:
            return super().send(request, **kwargs | {"allow_redirects": False})
        except SSRFGuardError as refused:
            raise _refusal(request.url or "", self._settings, refused) from refused

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        """None: where a redirect would lead is not even parsed."""
        return iter(())

    def close(self) -> None:
        """Close the connections."""
        super().close()
        for adapter in self._pinning.values():
            adapter.close()


class _Pinning(SafeAdapter):
    """An adapter that connects to what it has checked, with these timeouts where the caller gives none."""

    bounds: tuple[float, float]

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As usual."""
        kwargs["timeout"] = kwargs.get("timeout") or self.bounds
        return super().send(request, *args, **kwargs)


def _adapter(policy: Policy, settings: Settings, retries: int, resolver: Resolver) -> _Pinning:
    adapter = _Pinning(policy=policy, resolver=resolver, pool_maxsize=CONNECTIONS, max_retries=bounded(retries))
    adapter.bounds = (settings.outgoing_connect_s, settings.outgoing_read_s)
    return adapter


def _policy_for(url: str, settings: Settings) -> Policy:
    """The first policy that lets a URL pass: what is listed by name, then by address, then the public ones.

    Raises:
        SSRFGuardError: none does.
    """
    named, inside, public = _policies(settings)
    for policy in (named, inside):
        try:
            target = policy.check_url(url)
        except SSRFGuardError:
            continue
        if policy is named or target.is_literal_address:
            return policy
    public.check_url(url)
    return public


def _policies(settings: Settings) -> tuple[Policy, Policy, Policy]:
    return _made(settings.outgoing_allow, settings.outgoing_ports)


@lru_cache(maxsize=16)
def _made(allow: tuple[str, ...], ports: tuple[str, ...]) -> tuple[Policy, Policy, Policy]:
    """For listed names: any address and port; for listed networks: any port; for the rest: public, on these ports."""
    networks = tuple(network for network in map(_network, allow) if network)
    names = frozenset(name for name in allow if not _network(name))
    nothing = AddressTable(tuple(Block(network, "everything else", "none", Reach.DENIED) for network in ANY_ADDRESS))
    return (
        Policy(allowed_hosts=names or NOBODY, allowed_networks=ANY_ADDRESS, allowed_ports=ANY_PORT),
        Policy(denied_networks=nothing, allowed_networks=networks, allowed_ports=ANY_PORT),
        Policy(denied_networks=NOT_PUBLIC, allowed_networks=networks, allowed_ports=frozenset(map(int, ports))),
    )


def _network(text: str) -> Any:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _look_up(*question: Any) -> Iterable[Any]:
    """`socket.getaddrinfo`, which has no timeout, in a thread that is left behind after `LOOKUP_S` seconds."""
    answer: Future[Any] = Future()

    def look() -> None:
        try:
            answer.set_result(socket.getaddrinfo(*question))
        except Exception as error:
            answer.set_exception(error)

    Thread(target=look, name="lookup", daemon=True).start()
    try:
        return cast(Iterable[Any], answer.result(LOOKUP_S))
    except LookupTimeout as late:
        raise socket.gaierror(socket.EAI_AGAIN, f"{question[0]} was not found within {LOOKUP_S:.0f} s") from late


def _refusal(url: str, settings: Settings, refused: SSRFGuardError) -> Invalid:
    """Says what may be called and not why this may not: else it would tell where names of the inside lead."""
    try:
        host = urlsplit(url).hostname or "it"
    except ValueError:
        host = "it"
    log.warning("outgoing_refused", host=host[:253], reason=str(getattr(refused, "reason", refused))[:500])
    return Invalid(
        f"The URL must not be called: http or https without a user name, a public address, and one of the ports "
        f"{', '.join(settings.outgoing_ports)} are allowed. An operator allows more by ORCHESTRATOR_OUTGOING_ALLOW.",
        code="forbidden_url",
    )
