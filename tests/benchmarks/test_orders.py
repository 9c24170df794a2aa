"""What orders cost, as tables and aims."""

from __future__ import annotations

import io

import pytest
from benchmarks.aims import aims_of
from benchmarks.orderplan import percentiles
from benchmarks.orders import (
    CCXT,
    OURS,
    OURS_IN_MEMORY,
    OURS_OVER_REST,
    OrderCost,
    OrderFigures,
    order_rows,
    show_orders,
    time_rows,
)
from rich.console import Console


def cost(name: str, cpu_us: float, wire_us: float | None = None) -> OrderCost:
    version = None if wire_us is not None else "1.2"
    return OrderCost(name, 240, cpu_us, [cpu_us], 700, 1_900, wire_us, wire_us, version)


def figures(*clients: OrderCost) -> OrderFigures:
    return OrderFigures(list(clients), report_p50_us=99, report_p99_us=400, recovery_s=2.04)


def told(found: OrderFigures) -> list[tuple[str, str, bool]]:
    return [(aim.what, aim.measured, aim.is_reached) for aim in aims_of((), (), found)]


def test_each_client_has_a_row_and_only_ours_knows_the_wire() -> None:
    rows = order_rows(figures(cost(OURS, 100, 140), cost(CCXT, 450)))
    assert rows[1:] == [
        ["**tickwright**", "100", "1.0", "140 / 140", "700 / 1,900"],
        ["ccxt 1.2", "450", "4.5", "–", "700 / 1,900"],
    ]


def test_without_ours_there_is_nothing_to_compare_with() -> None:
    assert order_rows(figures(cost(CCXT, 450)))[1][2] == ""


def test_what_was_not_measured_has_no_row() -> None:
    assert time_rows(OrderFigures([])) == [["", "measured"]]
    assert [row[1] for row in time_rows(figures())[1:]] == ["99 / 400 µs", "2.04 s"]


def test_aims_hold_the_wire_and_the_cpu_of_both_ways_against_their_bounds() -> None:
    found = figures(
        cost(OURS, 80, 151), cost(OURS_IN_MEMORY, 70, 60), cost(OURS_OVER_REST, 150, 1), cost(CCXT, 400)
    )  # fmt: skip
    assert told(found) == [
        ("submit() → wire, tickwright", "151 µs", False),
        ("submit() → wire, tickwright, journal in memory", "60 µs", True),
        ("CPU an order, tickwright", "5.0 times cheaper", True),
        ("CPU an order, tickwright over REST", "2.7 times cheaper", False),
        ("private report → handler", "99 µs", True),
        ("recovery of 50,000 orders", "2.04 s", False),
    ]


def test_figures_that_are_missing_make_no_aim() -> None:
    assert told(OrderFigures([cost(CCXT, 400)])) == []


def test_both_tables_are_shown_in_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=120)
    show_orders(console, figures(cost(OURS, 100, 140)))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "tickwright" in text
    assert "*" not in text
    assert "recovery of 50,000 orders" in text


@pytest.mark.parametrize(
    ("count", "p50", "p99"), [(1, 1.0, 1.0), (2, 1.0, 2.0), (100, 50.0, 99.0), (240, 120.0, 238.0)]
)
def test_a_percentile_is_a_delay_that_so_many_do_not_exceed(
    count: int, p50: float, p99: float
) -> None:
    assert percentiles([float(each) for each in range(count, 0, -1)]) == (p50, p99)
