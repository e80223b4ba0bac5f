from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_written_configuration_is_current() -> None:
    command = [sys.executable, "-P", "scripts/write_configuration_docs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}Run scripts/write_configuration_docs.py and commit."
