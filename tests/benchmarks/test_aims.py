"""Aims: which figures reach them, and what is said where figures are missing."""

from __future__ import annotations

from benchmarks.aims import aims_of
from benchmarks.contest import COMPILED, FLOOR, TWIN, Result
from benchmarks.footprint import Size


def result(case: str, name: str, cpu_us: float) -> Result:
    return Result(case, name, 1_000, cpu_us, [cpu_us], round(1e6 / cpu_us), "generated")


def told(*results: Result, sizes: tuple[Size, ...] = ()) -> list[tuple[str, bool]]:
    return [(aim.measured, aim.is_reached) for aim in aims_of(results, sizes)]


def test_a_frame_s_cost_is_held_against_its_bound() -> None:
    assert told(result("depth", COMPILED, 5.9)) == [("5.90 µs", True)]
    assert told(result("trade", COMPILED, 3.01)) == [("3.01 µs", False)]


def test_cases_without_a_bound_and_the_floor_make_no_aim() -> None:
    assert told(result("mix", COMPILED, 99.0), result("depth", FLOOR, 0.5)) == []


def test_the_cheapest_peer_counts() -> None:
    peers = [result("depth", "one", 70.0), result("depth", "other", 40.0)]
    measured = told(result("depth", COMPILED, 5.0), *peers)
    assert measured == [("5.00 µs", True), ("8.0 times cheaper than other", False)]


def test_the_twin_is_judged_by_its_worst_case() -> None:
    runs = [
        result("mix", TWIN, 11.0), result("mix", "one", 10.0), result("mix", "other", 30.0),
        result("trade", TWIN, 4.0), result("trade", "one", 8.0),
    ]  # fmt: skip
    assert told(*runs) == [("at worst 1.10 × one (mix)", False)]


def test_a_size_is_an_aim_where_it_has_a_bound() -> None:
    sizes = (Size("book", 31.4, "KiB", 64), Size("book of the twin", 213, "KiB"))
    assert told(sizes=sizes) == [("31.4 KiB", True)]
