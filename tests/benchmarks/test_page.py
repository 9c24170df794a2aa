"""The page of figures: what is between the markers is replaced, and nothing else."""

from __future__ import annotations

from benchmarks.contest import COMPILED, Result
from benchmarks.footprint import Size
from benchmarks.orders import OURS, OrderCost, OrderFigures
from benchmarks.page import PAGE, Report, render
from benchmarks.stages import Stage
from benchmarks.venues import VenueCost


MACHINE = {"cpu": "a cpu", "system": "a system", "python": "3", "picows": "2", "uvloop": "1"}
REPORT = Report(
    machine=MACHINE,
    results=[
        Result("depth", "floor", 10, 0.5, [0.5], 2_000_000, "generated"),
        Result("depth", COMPILED, 10, 5.0, [5.0], 200_000, "generated"),
        Result("depth", "peer", 10, 60.0, [60.0], 16_667, "generated", {"version": "7"}),
    ],
    footprint=[Size("book", 31.4, "KiB", 64)],
    venues=[VenueCost("trade", "a.spot", 1.25, 150), VenueCost("quote", "b.spot", 2.0, 99)],
    orders=OrderFigures([OrderCost(OURS, 240, 90, [90], 700, 900, 50, 80)], recovery_s=1.5),
)
PROFILES = {"depth": [Stage("whole path", 5.0), Stage("scan", 1.5)]}


def part(name: str, text: str = "old\n") -> str:
    return f"<!-- measured: {name} -->\n{text}<!-- end of measured -->\n"


def test_costs_stand_beside_ours_and_a_peer_has_its_version() -> None:
    page = render(part("contest"), REPORT, {})
    assert "| floor | 0.50 (× 0.1) |" in page
    assert f"| **{COMPILED}** | **5.00** |" in page
    assert "| peer 7 | 60.00 (× 12.0) |" in page


def test_each_aim_says_whether_it_is_reached() -> None:
    page = render(part("aims"), REPORT, {})
    assert "| depth frame → callback | ≤ 6 µs | 5.00 µs | yes |" in page
    assert "| book | ≤ 64 KiB | 31.4 KiB | yes |" in page


def test_orders_have_a_table_of_clients_and_one_of_times() -> None:
    assert f"| **{OURS}** | 90 | 1.0 | 50 / 80 | 700 / 900 |" in render(part("orders"), REPORT, {})
    assert "| recovery of 50,000 orders | 1.50 s |" in render(part("around_orders"), REPORT, {})
    assert f"| submit() → wire, {OURS} | p50 ≤ 150 µs | 50 µs | yes |" in render(
        part("aims"), REPORT, {}
    )


def test_the_whole_stands_below_its_parts() -> None:
    lines = render(part("profile"), REPORT, PROFILES).splitlines()
    assert lines[3:5] == ["| scan | 1.50 |", "| whole path | 5.00 |"]


def test_a_venue_without_a_figure_has_an_empty_cell() -> None:
    page = render(part("venues"), REPORT, {})
    assert "| trade | 1.25 (150 B) |  |" in page
    assert "| quote |  | 2.00 (99 B) |" in page


def test_prose_and_tables_without_figures_stay() -> None:
    page = f"before\n{part('latency')}between\n{part('profile')}after\n"
    assert render(page, REPORT, {}) == page


def test_every_marked_part_of_the_page_can_be_filled() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "Measured on: a cpu, a system, Python 3" in render(page, REPORT, PROFILES)
