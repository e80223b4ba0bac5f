"""What the README and the pages in docs/ show is run as it stands there, against a running stack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTED = re.compile(r"^<!-- tested -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = TESTED.findall(README)
PAGES = sorted((ROOT / "docs").glob("*.md"))
OF_PAGES = [(page.stem, *block) for page in PAGES for block in TESTED.findall(page.read_text(encoding="utf-8"))]
INTERPRETERS = {"sh": ["sh", "-eu"], "python": [sys.executable, "-P"]}
TIMEOUT_S = 110


def test_the_readme_has_its_examples() -> None:
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "sh", "python"]


@pytest.mark.parametrize(("language", "code"), BLOCKS, ids=["report", "later", "curl", "python"])
def test_an_example_works(stack: Any, tmp_path: Path, language: str, code: str) -> None:
    run_example(stack, tmp_path, language, code)


def test_pages_have_examples() -> None:
    assert "operations" in {page for page, _, _ in OF_PAGES}


@pytest.mark.parametrize(("page", "language", "code"), OF_PAGES, ids=[page for page, _, _ in OF_PAGES])
def test_an_example_of_a_page_works(stack: Any, tmp_path: Path, page: str, language: str, code: str) -> None:
    run_example(stack, tmp_path, language, code)


def run_example(stack: Any, tmp_path: Path, language: str, code: str) -> None:
    if re.search(r"\bcurl\b", code) and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    example = tmp_path / f"example.{language}"
    example.write_text(code, encoding="utf-8")
    ended = subprocess.run(
        [*INTERPRETERS[language], example.name],
        cwd=tmp_path,
        env=_environment(stack, tmp_path),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.strip()
    assert stack.key not in ended.stdout + ended.stderr
    assert all(report.read_text().startswith("Requirements of") for report in tmp_path.glob("report.txt"))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def _environment(stack: Any, home: Path) -> dict[str, str]:
    """A user's shell after `. .venv/bin/activate` and the two exports."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ORCHESTRATOR_URL": stack.url,
        "ORCHESTRATOR_API_KEY": stack.key,
        "ORCHESTRATOR_STATE_DIR": str(stack.state_dir),
    }
