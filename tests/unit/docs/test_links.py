"""What the documentation points to is there: links, headings, paths, settings, and the floors of the house."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from orchestrator.config import catalogue

ROOT = Path(__file__).parents[3]
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "samples").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TOP = ("orchestrator", "workers", "api", "migrations", "scripts", "samples", "docs", "tests", "bench", "deploy")
PATH = re.compile(rf"`((?:{'|'.join(TOP)})/[\w./-]*)`")
VARIABLE = re.compile(r"`(ORCHESTRATOR_[A-Z_]+)`")
# Not settings, but known to a command or to the tests; scripts/write_configuration_docs.py lists them.
OTHERS = re.compile(r"^\| `(ORCHESTRATOR_[A-Z_]+)` \|", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made from their words."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_there_are_pages() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"} <= {name_of(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.exists(), f"{target} is not there"
            assert not anchor or anchor in anchors(file), f"{target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_are_there(page: Path) -> None:
    named = PATH.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if "NNNN" not in path and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_are_settings(page: Path) -> None:
    known = {setting.variable for setting in catalogue().values()}
    known |= set(OTHERS.findall((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")))
    assert set(VARIABLE.findall(page.read_text(encoding="utf-8"))) - {"ORCHESTRATOR_"} <= known


def test_the_picture_has_the_floors_of_the_contract() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / "setup.cfg", encoding="utf-8")
    floors = contract["importlinter:contract:rooms"]["layers"].split()
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"<!-- floors.*?-->\n```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [line.split()[0] for line in picture.splitlines()] == floors


def test_every_decision_is_numbered_and_says_what_a_decision_says() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert all(f"**{part}.**" in text for part in ("Forced by", "Chosen", "Given up")), page.name


def test_the_hooks_are_local_and_their_programs_known() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    entries = re.findall(r"entry: (.+)", text)
    makefile = subprocess.run(["make", "-n", "lint"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - found by PATH
    for program in (
        ".venv/bin/ruff check",
        ".venv/bin/ruff format --check",
        ".venv/bin/mypy",
        ".venv/bin/lint-imports",
    ):
        assert program in entries
        assert program in makefile
