"""The text with its quotes marked: nothing lost, nothing doubled, whatever overlaps."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.report_formats import Content, Mark
from orchestrator.report_formats.evidence import render, segments

spans = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), max_size=12)


@given(spans, st.integers(1, 40))
def test_segments_cover_the_text_once_with_the_quotes_that_run(found: list[tuple[int, int]], characters: int) -> None:
    marks = sorted(
        Mark(start, min(start + length, characters), f"R-{number}", number)
        for number, (start, length) in enumerate(found)
        if start < characters
    )
    cut = list(segments(marks, characters))

    assert [position for each in cut for position in range(each.start, each.end)] == list(range(characters))
    for each in cut:
        running = {mark for mark in marks if mark.start <= each.start and each.end <= mark.end}
        assert set(each.running) == running
    assert [mark for each in cut for mark in each.opened] == marks
    assert all(mark.start == each.start for each in cut for mark in each.opened)


def test_the_page_has_the_whole_text_and_a_place_for_each_requirement(content: Content, rows: list[Any]) -> None:
    page = b"".join(render(content)).decode()

    (text,) = re.findall(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    plain = unescape(re.sub(r"<sup>.*?</sup>|</?mark[^>]*>", "", text))
    assert plain == content.passage(0, content.characters)
    marked = [unescape(each) for each in re.findall(r"<mark[^>]*>(.*?)</mark>", text, re.DOTALL)]
    assert marked == [row.citations[0]["quote"] for row in rows]
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r' id="([^"]+)"', page))
    assert {row.rid for row in rows} <= links


def test_without_a_text_it_says_so(make_content: Callable[..., Content]) -> None:
    assert "Das Dokument wurde nicht gelesen" in b"".join(render(make_content([], ""))).decode()
