from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from orchestrator.stack.layout import StateDir, default_state_dir


def test_the_default_state_directory_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/state")
    assert default_state_dir() == Path("/srv/state/orchestrator")
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", "/home/ada")
    assert default_state_dir() == Path("/home/ada/.local/state/orchestrator")


USE = """
import os, sys
from pathlib import Path
from orchestrator.errors import OrchestratorError
from orchestrator.stack.exit_codes import exit_code
from orchestrator.stack.layout import StateDir
os.setuid(65534)
try:
    StateDir(Path(sys.argv[1]))
except OrchestratorError as error:
    print(error.message)
    sys.exit(exit_code(error))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_state_directory_of_another_account_gets_one_clear_line() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        state = StateDir(Path(place) / "state")
        command = [sys.executable, "-P", "-c", USE, str(state.path)]
        ended = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 69, ended.stderr
    assert ended.stdout.startswith(f"cannot use the state directory {state.path} (")
    assert "--state-dir" in ended.stdout
