"""Numbers of several processes, seen by one: real forks, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FAMILY = """
import os, sys
from orchestrator.observability import metrics, sharing
directory = sharing.share(sys.argv[1])
def child(place, work):
    pid = os.fork()
    if pid == 0:
        sharing.take_place(place)
        work()
        os._exit(0)
    os.waitpid(pid, 0)
def count():
    metrics.FENCED_WRITES.labels("read").inc()
    metrics.STEP_DURATION.labels("read", "done").observe(0.3)
    metrics.POOL_IN_USE.labels("api").set(3)
metrics.FENCED_WRITES.labels("read").inc()
child(0, count)
child(1, count)
for _ in range(3):  # children that take a dead one's place
    child(0, count)
sharing.leave(0)
print(sharing.exposition().decode())
print(sorted(path.name for path in directory.iterdir()))
"""


def run(root: Path, source: str = FAMILY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a program of the project
        [sys.executable, "-c", source, str(root)], capture_output=True, text=True, timeout=120, check=False
    )


def test_one_process_tells_the_sums_of_all_and_dead_ones_leave_no_files(tmp_path: Path) -> None:
    (tmp_path / "999999999").mkdir()  # of a process that was killed
    (tmp_path / "999999999" / "counter_0.db").write_bytes(b"")

    done = run(tmp_path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'orchestrator_fenced_writes_total{kind="read"} 6.0' in lines
    assert 'orchestrator_step_duration_seconds_count{kind="read",outcome="done"} 5.0' in lines
    assert 'orchestrator_pool_connections_in_use{service="api"} 3.0' in lines  # of the one that has not left
    assert "orchestrator_config_generation 1.0" in lines
    assert lines[-1].count(".db") == 2 * 2 + 2, "two of each place, one of the main process, one live gauge"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_place_that_is_not_ones_own_is_refused(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "root"
    if kind == "file":
        root.write_text("")
    else:
        root.symlink_to(tmp_path)

    done = run(root, "import sys; from orchestrator.observability import sharing; sharing.share(sys.argv[1])")

    assert done.returncode == 1
    assert "ORCHESTRATOR_METRICS_DIR" in done.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
