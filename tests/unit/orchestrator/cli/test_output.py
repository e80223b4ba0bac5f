from __future__ import annotations

import pytest

from orchestrator.cli.output import counted, printable, show_facts, show_table, show_text, when


class Terminal:
    """Makes stdout look like a terminal of 40 columns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", "40")


def test_numbers_stand_right_and_words_left(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("NO", "NAME", "SHARE"), [(1, "a", 0.5), (100, "bcdef", None)], "none")
    assert capsys.readouterr().out == " NO  NAME   SHARE\n  1  a        0.5\n100  bcdef      -\n"


def test_an_empty_table_is_talk_and_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("NO",), [], "No jobs.")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "No jobs.\n")


def test_a_row_is_cut_on_a_terminal_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("id", "word " * 20)
    show_table(("ID", "TEXT"), [row], "none")
    assert "…" not in capsys.readouterr().out
    Terminal(monkeypatch)
    show_table(("ID", "TEXT"), [row], "none")
    line = capsys.readouterr().out.splitlines()[1]
    assert line.endswith("…")
    assert len(line) <= 40


def test_a_cell_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("TEXT",), [("two\nlines\tand \x1b[31mred",)], "none")
    assert capsys.readouterr().out.splitlines()[1] == "two lines and �[31mred"


@pytest.mark.parametrize("evil", ["\x1b]0;title\x07", "\x9b31m", "\r", "\u202e", "\u2066", "\x00", "\x7f"])
def test_nothing_that_steers_a_terminal_is_printed(evil: str) -> None:
    assert not set(evil) & set("\x1b\x07\x9b\r\u202e\u2066\x00\x7f") & set(printable(f"a{evil}b"))
    assert printable("Prüfung\n\t„§ 14“ – ok") == "Prüfung\n\t„§ 14“ – ok"


def test_a_text_is_unchanged_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    show_text("a\x0cb\n")
    assert capsys.readouterr().out == "a\x0cb\n"
    Terminal(monkeypatch)
    show_text("a\x0cb\n")
    assert capsys.readouterr().out == "a�b\n"


def test_facts_leave_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts([("Job", "j"), ("Scope", None), ("Tags", ""), ("Priority", 0), ("Ready", False)])
    assert capsys.readouterr().out == "Job       j\nPriority  0\nReady     no\n"


def test_times_and_counts() -> None:
    assert when("2026-03-01T10:11:12.123456+00:00") == "2026-03-01 10:11:12"
    assert when(None) == "-"
    assert counted({"total": 3, "integrated": 2, "rejected": 1, "failed": 0}, without=("total",)) == (
        "2 integrated, 1 rejected"
    )
    assert counted({"integrated": 0}) == "none"
