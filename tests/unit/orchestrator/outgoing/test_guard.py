"""Which URLs of users may be called."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from orchestrator.config import Settings
from orchestrator.config.catalogue import catalogue
from orchestrator.errors import Invalid
from orchestrator.outgoing import check_url

NOWHERE = {"database_url": "postgresql+psycopg2://x@127.0.0.1:1/x", "redis_url": "redis://127.0.0.1:1/0"}
PUBLIC, PRIVATE = "93.184.215.14", "10.1.2.3"
NAMES = {
    "public.example": [PUBLIC],
    "inside.example": [PRIVATE],
    "both.example": [PUBLIC, "127.0.0.1"],
    "six.example": ["::ffff:169.254.169.254"],
}


def answers(host: str, port: int, *_: Any) -> list[Any]:
    """What a name server would say."""
    if host not in NAMES:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(*row[:4], row[4]) for row in found]
    six = socket.AF_INET6, socket.AF_INET
    return [(six[":" not in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in NAMES[host]]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://localhost.:443@127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[2002:7f00:1::]/",  # 6to4
        "http://[64:ff9b::a9fe:a9fe]/",  # NAT64
        "http://[2001:0:7f00:1::]/",  # Teredo
        "http://[::ffff:0:127.0.0.1]/",  # translated, as SIIT writes it
        "http://[4000::1]/",  # nobody's
        "http://[fe80::1%25eth0]/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "http://168.63.129.16/",
        "http://100.100.100.200/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://2130706433/",  # decimal
        "http://0177.0.0.1/",  # octal
        "http://0x7f.0.0.1/",
        "http://127.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://user:secret@public.example/",
        "http://public.example@127.0.0.1/",
        "http://public.example:22/",
        "http://public.example:6379/",
        "http://public.example:0/",
        "http://public.example:99999/",
        "ftp://public.example/",
        "file:///etc/passwd",
        "gopher://public.example/",
        "//public.example/",
        "public.example",
        "http://",
        "http://[::1",
        "http://public.example\n.inside/",
        "http://public.example/" + "x" * 9000,
        "http://inside.example/",
        "http://both.example/",
        "http://six.example/",
        "",
    ],
)
def test_what_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url, Settings(**NOWHERE), resolver=answers)

    assert refused.value.code == "forbidden_url"
    assert "secret" not in refused.value.message
    assert PRIVATE not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://public.example/hook?x=1",
        "http://public.example:8080/",
        f"https://{PUBLIC}/",
        "http://PUBLIC.example./",
        "https://[2606:4700::1111]/",
        f"http://[64:ff9b::{PUBLIC}]/",
    ],
)
def test_what_is_public_passes(url: str) -> None:
    check_url(url, Settings(**NOWHERE), resolver=answers)


def test_a_name_without_an_address_passes_until_it_is_called() -> None:
    def nothing(*_: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    check_url("https://later.example/", Settings(**NOWHERE), resolver=nothing)


@pytest.mark.parametrize(
    ("listed", "passing", "refused"),
    [
        ("127.0.0.0/8", "http://127.0.0.1:3456/", "http://[::1]:3456/"),
        ("10.1.2.3", "https://10.1.2.3:9/", "https://10.1.2.4/"),
        ("10.0.0.0/8", "http://inside.example/", "http://inside.example:9/"),
        ("inside.example", "http://inside.example:9/", "http://10.1.2.3/"),
        ("*.example", "http://inside.example:9/", "http://inside.example.org/"),
        ("::1", "http://[::1]:9/", "http://[::ffff:127.0.0.1]:9/"),
    ],
)
def test_the_list_allows_what_it_names_alone(listed: str, passing: str, refused: str) -> None:
    NAMES["inside.example.org"] = [PRIVATE]
    settings = Settings(**NOWHERE, outgoing_allow=(listed,))

    check_url(passing, settings, resolver=answers)
    with pytest.raises(Invalid):
        check_url(refused, settings, resolver=answers)


@pytest.mark.parametrize("entry", ["64:ff9b::/96", "300.1.1.1", "10.0.0.0/33", "a b", "http://x", "-"])
def test_a_list_that_means_nothing_or_everything_is_refused(entry: str) -> None:
    setting = catalogue()["outgoing_allow"]

    with pytest.raises(ValueError, match="networks like"):
        setting.parse(entry)
    assert setting.parse("127.0.0.0/8, *.example.org,hooks") == ("127.0.0.0/8", "*.example.org", "hooks")
