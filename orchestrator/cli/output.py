"""What commands print: data on stdout, as a table or as JSON; talk on stderr."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Item = TypeVar("Item")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
GAP = "  "
LEAST_LAST = 12
"""A table's last column is never cut below this."""


def output_option(command: Command) -> Command:
    """Adds `-o table|json`, passed as `output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="How to print the data.",
    )(command)


def limit_option(default: int) -> Callable[[Command], Command]:
    """Adds `--limit`, passed as `limit`; for `at_most`."""
    return click.option(
        "--limit", type=click.IntRange(1, 1_000_000), default=default, show_default=True, help="Show at most this many."
    )


def at_most(limit: int, items: Iterable[Item]) -> list[Item]:
    """The first `limit` items; says when there are more, so ask for one more than the limit."""
    source = iter(items)
    found = list(islice(source, limit))
    if next(source, None) is not None:
        say(f"There are more than {limit}: raise --limit to see them.")
    return found


def say(message: str) -> None:
    """Print a line for the person at the terminal, on stderr."""
    click.echo(printable(message), err=True)


def show_json(value: Any) -> None:
    """Print JSON on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(titles: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """Print rows in columns on stdout; without a row say `empty` on stderr.

    Columns of numbers stand right. On a terminal the last column is cut so that a row stays a line.
    """
    cells = [[_flat(cell) for cell in row] for row in rows]
    if not cells:
        say(empty)
        return
    lines = [list(titles), *cells]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    numeric = [all(_is_number(row[place]) for row in cells) for place in range(len(titles))]
    for line in lines:
        pairs = zip(line, widths, numeric, strict=True)
        padded = [cell.rjust(width) if right else cell.ljust(width) for cell, width, right in pairs]
        click.echo(_cut(padded).rstrip())


def show_facts(facts: Iterable[tuple[str, Any]]) -> None:
    """Print names and values on stdout, one a line; values that are None or empty are left out."""
    shown = [(name, _flat(value)) for name, value in facts if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{name.ljust(width)}{GAP}{value}")


def show_text(content: str) -> None:
    """Print a text on stdout: as it is into a file or pipe, harmless on a terminal."""
    click.echo(printable(content) if sys.stdout.isatty() else content, nl=False)


def printable(said: str) -> str:
    """The text without characters that steer a terminal or turn its direction: documents may hold them."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", said)


def when(time: str | None) -> str:
    """A time of the API to the second, in UTC."""
    return time[:19].replace("T", " ") if time else "-"


def counted(counts: Mapping[str, Any], *, without: Sequence[str] = ()) -> str:
    """`3 integrated, 1 rejected`; what is 0 is left out."""
    named = [f"{count} {name}" for name, count in counts.items() if count and name not in without]
    return ", ".join(named) or "none"


def _flat(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(" ".join(str(value).split()))


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.replace(".", "", 1).isdigit()


def _cut(cells: list[str]) -> str:
    line = GAP.join(cells)
    if not sys.stdout.isatty():
        return line
    room = max(shutil.get_terminal_size().columns, len(line) - len(cells[-1]) + LEAST_LAST)
    return line if len(line.rstrip()) <= room else line[: room - 1].rstrip() + "…"
