from __future__ import annotations

from stall import StallWatch


def test_the_worst_ten_seconds_count() -> None:
    watch = StallWatch()
    for second in range(30):
        watch.note(float(second), 0.0)
    assert watch.worst_s == 0.0
    watch.note(30.0, 0.5)
    watch.note(35.0, 1.0)
    watch.note(60.0, 1.25)
    assert watch.worst_s == 1.5
