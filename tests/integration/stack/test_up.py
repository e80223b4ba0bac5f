from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.stack.process import ChildSpec
from orchestrator.stack.supervisor import NotReady
from orchestrator.stack.up import Options, up


def test_a_service_that_does_not_come_up_ends_the_start_with_its_last_words(
    state_dir: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    broken = ChildSpec("broken", ("/bin/sh", "-c", "echo the licence has expired; exit 4"))
    with pytest.raises(NotReady, match=r"broken does not come up \(exit 4\)") as caught:
        up(Options(state_dir, port=0), said.append, choose=lambda specs, scale: [broken])
    assert caught.value.details["log"] == "the licence has expired"
    assert said[-1] == "stopped"
    assert not (state_dir / "ports.json").exists()
