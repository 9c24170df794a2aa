from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from tests.cli.books import HandClock

from tickwright.cli.progress import LINE_EVERY_S, STATUS_EVERY_S, FileProgress, StatusLine


def console(*, is_terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=80)


def text(where: Console) -> str:
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


def test_without_a_terminal_a_file_gets_a_line_now_and_then() -> None:
    where, clock = console(is_terminal=False), HandClock()
    with FileProgress(console=where, clock=clock) as progress:
        for done in range(0, 100, 10):
            progress(Path("a/file.zst"), done, 100)
            clock.now_s += LINE_EVERY_S / 4
        progress(Path("a/file.zst"), 100, 100)
    assert text(where).splitlines() == [
        "playing file.zst",
        "file.zst: 40 %",
        "file.zst: 80 %",
        "file.zst: 100 %",
    ]


def test_an_empty_file_is_done_at_once() -> None:
    where = console(is_terminal=False)
    with FileProgress(console=where, clock=HandClock()) as progress:
        progress(Path("empty"), 0, 0)
    assert text(where).splitlines() == ["playing empty", "empty: 100 %"]


def test_a_terminal_gets_a_bar_a_file_that_goes_away() -> None:
    where = console(is_terminal=True)
    with FileProgress(console=where, clock=HandClock()) as progress:
        progress(Path("one.zst"), 10, 100)
        progress(Path("two.zst"), 20, 100)
        progress(Path("one.zst"), 100, 100)
    assert "one.zst" in text(where)
    assert "two.zst" in text(where)
    assert "playing" not in text(where)


def test_without_a_terminal_a_status_is_a_line_now_and_then() -> None:
    where, clock = console(is_terminal=False), HandClock()
    with StatusLine("connecting …", console=where, clock=clock) as line:
        for number in range(4):
            line.show(f"{number} [records]")
            clock.now_s += STATUS_EVERY_S / 2
    assert text(where).splitlines() == ["0 [records]", "2 [records]"]


def test_a_terminal_shows_the_status_from_the_beginning() -> None:
    where = console(is_terminal=True)
    with StatusLine("connecting …", console=where, clock=HandClock()):
        pass
    assert "connecting …" in text(where)


def test_a_terminal_shows_each_status_instead_of_the_one_before() -> None:
    where = console(is_terminal=True)
    with StatusLine("connecting …", console=where, clock=HandClock()) as line:
        line.show("1 record")
    assert "1 record" in text(where)
