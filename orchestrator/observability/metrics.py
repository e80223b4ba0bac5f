"""Numbers in the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down, once for each set of labels: [(labels, value)]."""

    name: str
    said: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def render(gauges: Iterable[Gauge]) -> str:
    """All of them, each with its help and type; one without samples is left out."""
    return "".join(f"{line}\n" for gauge in gauges if gauge.samples for line in _lines(gauge))


def _lines(gauge: Gauge) -> Iterator[str]:
    yield f"# HELP {gauge.name} {_escaped(gauge.said)}"
    yield f"# TYPE {gauge.name} gauge"
    for labels, value in gauge.samples:
        listed = ",".join(f'{name}="{_quoted(said)}"' for name, said in labels.items())
        yield f"{gauge.name}{{{listed}}} {value:.15g}" if listed else f"{gauge.name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')
