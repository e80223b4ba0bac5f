from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestrator.stack.children import Scale, ServiceSpecs
from orchestrator.stack.ports import PROMISES, free_port, promise

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nobody is kept from a port elsewhere")


def test_a_port_is_given_once_though_nobody_listens_there_yet() -> None:
    ports = [free_port() for _ in range(PROMISES)]
    assert len(set(ports)) == PROMISES
    assert not any(map(promise, ports))


def test_two_stacks_that_start_at_once_get_two_ports_for_flower(tmp_path: Path) -> None:
    first, second = (ServiceSpecs("postgresql://x", "redis://x", tmp_path, "127.0.0.1", 0) for _ in range(2))
    for specs in (first, second):
        specs.all(Scale(1, 1, 1))
    assert first.ports["flower"] != second.ports["flower"]
    assert not {first.ports["creator-1"], first.ports["validator-1"]} & set(second.ports.values())
