"""The tables in the terminal."""

from __future__ import annotations

import io

from benchmarks.aims import Aim
from benchmarks.contest import COMPILED, FLOOR, TWIN, Result
from benchmarks.tables import show_aims, show_results
from rich.console import Console


def shown(show: object, *arguments: object, **options: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    assert callable(show)
    show(console, *arguments, **options)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_case_tells_how_much_cheaper_we_are_than_the_cheapest_peer() -> None:
    results = [
        Result("trade", name, 10, cost, [cost, cost + 1], 1, "a recording")
        for name, cost in ((FLOOR, 0.2), (COMPILED, 2.0), ("one", 8.0), ("other", 24.0))
    ]
    text = shown(show_results, results, floor=FLOOR, ours=(COMPILED, TWIN))
    assert "10 frames of a recording, 2 runs each; 4.0 times cheaper than one" in text
    assert "8.00 – 9.00" in text


def test_an_aim_is_shown_with_its_bound_and_whether_it_is_reached() -> None:
    text = shown(show_aims, [Aim("a frame", "≤ 6 µs", "7 µs", is_reached=False)])
    assert "≤ 6 µs" in text
    assert "no" in text.splitlines()[-2]
    assert shown(show_aims, []) == ""
