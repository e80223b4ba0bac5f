"""Alerts and the dashboard ask for numbers that there are, by labels that they have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from orchestrator.bootstrap import Orchestrator
from orchestrator.observability import metrics
from orchestrator.services.figures import Figures

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
CONFIG = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "orchestrator.json"
NAME = re.compile(r"orchestrator_[a-z_]+")
GROUPED = re.compile(r"(?:by|on) \(([a-z, ]+)\)")
MATCHED = re.compile(r'([a-z]+)(?:=~|!=|=)"')
ADDED = {"le", "job", "instance"}
"""Labels of Prometheus itself."""


def expressions() -> Iterator[tuple[str, str]]:
    """(where, expression) of every alert and every panel."""
    for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]:
        yield rule["alert"], rule["expr"]
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def known(orchestrator: Orchestrator) -> dict[str, set[str]]:
    """Names of samples with their labels."""
    found: dict[str, set[str]] = {}
    for each in vars(metrics).values():
        if isinstance(each, Counter | Gauge | Histogram):
            (family,) = each.describe()
            suffixes = {Counter: ("_total",), Histogram: ("_count", "_sum", "_bucket"), Gauge: ("",)}[type(each)]
            found |= {family.name + suffix: set(each._labelnames) for suffix in suffixes}
    settings = replace(orchestrator.settings, neo4j_uri="bolt://127.0.0.1:9")
    for family in Figures(settings, orchestrator.sessions).collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        found[name] = {label for sample in family.samples for label in sample.labels}
    return found


def test_every_expression_names_numbers_and_labels_that_there_are(orchestrator: Orchestrator) -> None:
    agent = {"id": "c", "kind": "creator", "host": "h", "pid": 1, "slots": 2, "version": "0"}
    orchestrator.agents.register(agent)
    there = known(orchestrator)

    for where, expression in expressions():
        named = set(NAME.findall(expression))
        assert named <= there.keys(), where
        labels = {label for group in GROUPED.findall(expression) for label in re.split(r", ?", group)}
        labels |= set(MATCHED.findall(expression))
        assert labels <= set().union(*(there[name] for name in named)) | ADDED, where
        assert named or 'up{job="orchestrator-api"}' in expression, where


def test_every_number_is_described(orchestrator: Orchestrator) -> None:
    described = (ROOT / "docs" / "monitoring.md").read_text()
    for name in known(orchestrator):
        base = re.sub(r"_(count|sum|bucket)$", "", name.removeprefix("orchestrator_"))
        assert f"`{base}`" in described, name


def test_what_there_is_to_alert_of_is_alerted_of_and_explained() -> None:
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    explained = (ROOT / "docs" / "monitoring.md").read_text()

    assert {"OldestPendingTooOld", "NoLiveAgent", "StepsDead", "BreakerOpen", "LeaderMissing", "DiskAlmostFull"} <= {
        rule["alert"] for rule in rules
    }
    for rule in rules:
        assert f"**{rule['alert']}**" in explained
        assert rule["annotations"]["summary"]


def test_the_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_promtool_finds_no_fault() -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian package `prometheus`)")
    for words in (["rules", RULES], ["config", "--syntax-only", CONFIG]):
        done = subprocess.run([tool, "check", *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
