"""What a setting may be: each rule tells whether it allows a value and says in words what it allows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit


@runtime_checkable
class Rule(Protocol):
    """A limit on a value of the right type."""

    def allows(self, value: Any) -> bool:
        """Whether the value may be set."""

    def describe(self) -> str:
        """What is allowed, to stand after "must be"."""


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `least` to `most`, both included."""

    least: float
    most: float

    def allows(self, value: float) -> bool:
        return math.isfinite(value) and self.least <= value <= self.most

    def describe(self) -> str:
        return f"from {self.least:,} to {self.most:,}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def allows(self, value: str) -> bool:
        return value in self.words

    def describe(self) -> str:
        return "one of " + ", ".join(self.words)


@dataclass(frozen=True, slots=True)
class Matching:
    """A text of a certain form; `words` says which."""

    pattern: str
    words: str

    def allows(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is not None

    def describe(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class AtLeastBytes:
    """A text of so many bytes in UTF-8, or none."""

    least: int

    def allows(self, value: str) -> bool:
        return not value or len(value.encode()) >= self.least

    def describe(self) -> str:
        return f"at least {self.least} bytes long"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A list of `name=word`, the word being one of some."""

    words: tuple[str, ...]

    def allows(self, value: tuple[str, ...]) -> bool:
        return all(name and word in self.words for name, _, word in (pair.rpartition("=") for pair in value))

    def describe(self) -> str:
        return f"a list like name={self.words[0]},other={self.words[-1]} with one of {', '.join(self.words)}"


class DatabaseUrl:
    """The URL of a PostgreSQL database."""

    def allows(self, value: str) -> bool:
        try:
            parts = urlsplit(value)
            kind = parts.scheme.partition("+")[0]
            return kind in ("postgresql", "postgres") and bool(parts.path.strip("/")) and parts.port != 0
        except ValueError:
            return False

    def describe(self) -> str:
        return "like postgresql://user:password@host:port/name"


class RedisUrl:
    """The URL of a Redis or Valkey server."""

    def allows(self, value: str) -> bool:
        try:
            parts = urlsplit(value)
            known = parts.scheme in ("redis", "rediss") and parts.port != 0
        except ValueError:
            return False
        return known

    def describe(self) -> str:
        return "like redis://:password@host:port/0, or rediss:// with TLS"


class HttpUrls:
    """URLs of HTTP servers. They are shown, so they carry no password."""

    most = 64

    def allows(self, value: tuple[str, ...]) -> bool:
        return len(value) <= self.most and all(_is_http(url) for url in value)

    def describe(self) -> str:
        return f"at most {self.most} URLs like http://host:port, with commas between them, without password or query"


class Ports:
    """Numbers of ports."""

    def allows(self, value: tuple[str, ...]) -> bool:
        return bool(value) and all(re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65_536 for port in value)

    def describe(self) -> str:
        return "ports from 1 to 65535, with commas between them"


class HostsOrNetworks:
    """Names of hosts, or networks of addresses."""

    def allows(self, value: tuple[str, ...]) -> bool:
        return all(_is_host_or_network(word) for word in value)

    def describe(self) -> str:
        return "hosts like hooks.example.org or *.example.org and networks like 10.1.0.0/16, with commas between them"


def normalise_database_url(url: str) -> str:
    """`postgresql://` names psycopg 3 to SQLAlchemy 2.1; this project drives psycopg2.

    Written without SQLAlchemy: processes that never open the database need not load it for this.
    """
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg2://", url)


_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _is_host_or_network(word: str) -> bool:
    """Networks that carry IPv4 addresses inside of IPv6 ones are refused: they would allow everything."""
    from ssrfguard import Policy  # takes 20 ms, and most processes list nothing

    try:
        if "/" in word or ":" in word or re.fullmatch(r"[0-9.]+", word):
            Policy(allowed_networks=(ip_network(word, strict=False),))
        else:
            return re.fullmatch(rf"(\*\.)?{_LABEL}(\.{_LABEL})*", word) is not None
    except ValueError:
        return False
    return True


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.username or parts.password or parts.query or parts.fragment) and not re.search(r"\s", url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False
