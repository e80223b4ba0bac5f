from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.errors import OrchestratorError
from orchestrator.stack.exit_codes import exit_code
from orchestrator.stack.layout import StateDir
from orchestrator.stack.process import ChildSpec, ChildState
from orchestrator.stack.supervisor import NotReady, Supervisor
from orchestrator.stack.up import Options, check_has_hope, up


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


@pytest.mark.parametrize(("ends_with", "then"), [(69, 69), (78, 1)])
def test_what_no_further_start_can_mend_ends_the_start_at_once(
    supervisor: Supervisor, ends_with: int, then: int
) -> None:
    child = supervisor.add(ChildSpec("refuses", ("/bin/sh", "-c", f"echo too old; exit {ends_with}")))
    limit = time.monotonic() + 60
    while child.state is not ChildState.WAITING:
        assert time.monotonic() < limit
        supervisor.tick()
    with pytest.raises(OrchestratorError, match="refuses does not come up") as caught:
        check_has_hope(child)
    assert exit_code(caught.value) == then
    assert (child.starts, caught.value.details["log"]) == (1, "too old")


def test_whose_the_state_directory_is_is_told_by_the_stack_itself(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with StateDir(state_dir).lock():
        monkeypatch.setattr(os, "access", lambda *_, **__: False)  # as for the directory of another user
        with pytest.raises(SystemExit) as ended:
            main(["up", "--state-dir", str(state_dir), "--port", "0"])
    assert ended.value.code == 75
    assert capsys.readouterr().err.startswith(f"orchestrator: {state_dir} is in use by process {os.getpid()}")
