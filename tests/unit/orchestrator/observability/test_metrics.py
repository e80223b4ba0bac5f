"""The text that Prometheus reads."""

from __future__ import annotations

from orchestrator.observability.metrics import Gauge, render


def test_a_gauge_has_help_type_and_a_line_for_each_set_of_labels() -> None:
    gauge = Gauge("steps", "Open steps.", (({"queue": "creator", "state": "running"}, 2.0), ({}, 0.125)))

    assert render([gauge]) == (
        '# HELP steps Open steps.\n# TYPE steps gauge\nsteps{queue="creator",state="running"} 2\nsteps 0.125\n'
    )


def test_what_would_break_a_line_is_escaped() -> None:
    text = render([Gauge("a", "one\ntwo \\", (({"b": 'x"y\\z\n'}, 1e15),))])

    assert text.splitlines() == ["# HELP a one\\ntwo \\\\", "# TYPE a gauge", 'a{b="x\\"y\\\\z\\n"} 1e+15']


def test_a_gauge_without_samples_is_left_out() -> None:
    assert render([Gauge("a", "b", ())]) == ""
