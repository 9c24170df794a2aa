"""The book of both kernels against a dict, the plainest book there is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import Kernel

from tickwright.errors import InvalidNumber


both_kernels = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few prices, so that levels are changed, removed and added again; wide runs, so that arrays grow.
RUN = st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 3)), max_size=60)
CHANGE = st.tuples(st.sampled_from(["apply", "apply", "apply", "replace", "clear"]), RUN, RUN)
ORDER = st.sampled_from([None, "falling", "rising"])


class NaiveBook:
    """Price → quantity, sorted when it is read."""

    def __init__(self) -> None:
        self.sides: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def change(self, how: str, runs: tuple[list[tuple[int, int]], ...]) -> None:
        for side, run in zip(self.sides, runs, strict=True):
            if how != "apply":
                side.clear()
            if how != "clear":
                for price, quantity in run:
                    side.pop(price, None)
                    if quantity:
                        side[price] = quantity

    def raw(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        bids, asks = self.sides
        return sorted(bids.items(), reverse=True), sorted(asks.items())


def change(book: Any, kernel: Kernel, how: str, runs: tuple[Any, Any]) -> None:
    if how == "clear":
        book.clear()
    else:
        getattr(book, how)(*[kernel.levels(run, 0, 0) for run in runs])


def check(book: Any, naive: NaiveBook) -> None:
    bids, asks = naive.raw()
    assert book.checksum_input(1000) == (bids, asks)
    assert (book.bid_count, book.ask_count) == (len(bids), len(asks))
    assert book.best_bid_raw == (bids[0] if bids else None)
    assert book.best_ask_raw == (asks[0] if asks else None)
    assert book.is_crossed == bool(bids and asks and bids[0][0] > asks[0][0])
    assert book.is_locked == bool(bids and asks and bids[0][0] == asks[0][0])


@both_kernels
@given(changes=st.lists(st.tuples(CHANGE, ORDER), max_size=30))
def test_any_run_of_changes_leaves_what_a_dict_would_hold(kernel: Kernel, changes: Any) -> None:
    book, naive = kernel.L2Book(0, 0), NaiveBook()
    for (how, *runs), order in changes:
        ordered: Any = tuple(run if order is None else sorted(run) for run in runs)
        if order == "falling":
            ordered = tuple(run[::-1] for run in ordered)
        change(book, kernel, how, ordered)
        naive.change(how, ordered)
        check(book, naive)


@pytest.mark.parametrize("seed", range(5))
def test_a_large_book_under_long_churn_stays_what_a_dict_would_hold(
    kernel: Kernel, seed: int
) -> None:
    import random

    chance = random.Random(seed)
    book, naive = kernel.L2Book(0, 0), NaiveBook()
    for step in range(400):
        how = "replace" if step % 150 == 0 else "apply"
        size = 800 if how == "replace" else chance.randrange(40)
        # Most changes near the best, as in real books.
        runs = tuple(
            [
                (sign * int(chance.expovariate(1 / 150)), chance.choice((0, 0, 1, 2)))
                for _ in range(size)
            ]
            for sign in (-1, 1)
        )
        ordered: Any = tuple(sorted(run, key=lambda level: abs(level[0])) for run in runs)
        change(book, kernel, how, ordered)
        naive.change(how, ordered)
        check(book, naive)


def book_of(kernel: Kernel, bids: Any, asks: Any) -> Any:
    book = kernel.L2Book(2, 3)
    book.replace(kernel.levels(bids), kernel.levels(asks))
    return book


def test_a_new_book_is_empty(kernel: Kernel) -> None:
    book = kernel.L2Book(2, 3)
    assert (book.price_scale, book.quantity_scale) == (2, 3)
    assert book.best_bid is None
    assert book.best_ask is None
    assert (book.bids(), book.asks()) == ([], [])
    assert book.depth_to("1", is_bid=True) is None
    assert not book.is_crossed
    assert not book.is_locked
    assert repr(book) == "L2Book(0 bids from None, 0 asks from None)"


def test_levels_read_best_first_as_exact_decimals(kernel: Kernel) -> None:
    book = book_of(kernel, [("99", "1"), ("99.5", "0.125")], [("100.01", "3"), ("100", "2")])
    assert book.best_bid == (Decimal("99.50"), Decimal("0.125"))
    assert [str(part) for part in book.best_bid] == ["99.50", "0.125"]
    assert book.best_ask == (Decimal(100), Decimal(2))
    assert book.bids() == [(Decimal("99.5"), Decimal("0.125")), (Decimal(99), Decimal(1))]
    assert book.asks(1) == [(Decimal(100), Decimal(2))]
    assert book.bids(0) == []
    assert book.asks(99) == book.asks()
    assert book.bid_levels() == kernel.levels(book.bids())
    assert book.ask_levels(1) == kernel.levels(book.asks(1))
    assert book.checksum_input(1) == ([(9950, 125)], [(10000, 2000)])
    assert repr(book) == "L2Book(2 bids from 99.50, 2 asks from 100.00)"


@pytest.mark.parametrize("read", ["bids", "asks", "bid_levels", "ask_levels", "checksum_input"])
def test_a_negative_count_is_refused(kernel: Kernel, read: str) -> None:
    with pytest.raises(InvalidNumber, match="n: -1 levels"):
        getattr(kernel.L2Book(2, 3), read)(-1)


def test_g07_replacing_leaves_no_old_level(kernel: Kernel) -> None:
    book = book_of(kernel, [("99", "1")], [("100", "1")])
    book.replace(kernel.levels([("98", "5")]), kernel.levels([]))
    assert book.bids() == [(Decimal(98), Decimal(5))]
    assert book.asks() == []


def test_within_one_run_the_last_quantity_of_a_price_counts(kernel: Kernel) -> None:
    book = book_of(kernel, [], [])
    book.apply(
        kernel.levels([("99", "1"), ("99", "2")]), kernel.levels([("100", "1"), ("100", "0")])
    )
    assert book.bids() == [(Decimal(99), Decimal(2))]
    assert book.asks() == []


def test_removing_an_unknown_level_changes_nothing(kernel: Kernel) -> None:
    book = book_of(kernel, [("99", "1")], [("100", "1")])
    book.apply(kernel.levels([("98.5", "0"), ("99.5", "0")]), kernel.levels([("1", "0")]))
    assert (book.bid_count, book.ask_count) == (1, 1)


def test_levels_at_other_scales_are_refused_and_leave_the_book_unchanged(kernel: Kernel) -> None:
    book = book_of(kernel, [("99", "1")], [("100", "1")])
    good, bad = kernel.levels([("98", "1")]), kernel.levels([("98", "1")], 2, 4)
    for method in (book.apply, book.replace):
        with pytest.raises(InvalidNumber, match="levels at scales 2 and 4 do not fit a book at 2"):
            method(good, bad)
        with pytest.raises(TypeError):
            method(good, [("98", "1")])
        with pytest.raises(TypeError):
            method(None, good)
    assert book.bids() == [(Decimal(99), Decimal(1))]


def test_scales_out_of_range_are_refused(kernel: Kernel) -> None:
    with pytest.raises(InvalidNumber, match="price scale: 19"):
        kernel.L2Book(19, 0)
    with pytest.raises(InvalidNumber, match="quantity scale: -1"):
        kernel.L2Book(0, -1)


def test_a_copy_lives_on_its_own(kernel: Kernel) -> None:
    book = book_of(kernel, [("99", "1")], [("100", "1")])
    copy = book.copy()
    book.clear()
    assert copy.best_bid == (Decimal(99), Decimal(1))
    assert copy.price_scale == 2
    assert (book.bid_count, book.ask_count) == (0, 0)


ASKS = [("100", "1"), ("101", "2"), ("103", "0.5")]


@pytest.mark.parametrize(
    ("quantity", "worst", "notional", "filled"),
    [
        ("0.001", "100", "0.1", "0.001"),
        ("1", "100", "100", "1"),
        ("1.5", "101", "150.5", "1.5"),
        ("3.5", "103", "353.5", "3.5"),
        ("4", "103", "353.5", "3.5"),
    ],
)
def test_depth_is_walked_from_the_best_level(
    kernel: Kernel, quantity: str, worst: str, notional: str, filled: str
) -> None:
    book = book_of(kernel, [(f"-{price}", size) for price, size in ASKS], ASKS)
    found = (Decimal(worst), Decimal(notional), Decimal(filled))
    assert book.depth_to(quantity, is_bid=False) == found
    assert book.depth_to(quantity, is_bid=True) == (-found[0], -found[1], found[2])


def test_g24_depth_is_exact_beyond_64_bits(kernel: Kernel) -> None:
    book = kernel.L2Book(0, 0)
    most = 2**63 - 1
    book.replace(kernel.levels([], 0, 0), kernel.levels([(most, most)], 0, 0))
    assert book.depth_to(most, is_bid=False) == (most, most * most, most)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", 1.5, "NaN"])
def test_an_impossible_quantity_is_refused(kernel: Kernel, quantity: Any) -> None:
    book = book_of(kernel, [], ASKS)
    with pytest.raises(InvalidNumber, match="quantity"):
        book.depth_to(quantity, is_bid=False)


def test_a_thousand_levels_a_side_take_at_most_64_kib(compiled: Kernel) -> None:
    book = compiled.L2Book(0, 0)
    bids = compiled.levels([(2000 - n, 1) for n in range(1000)], 0, 0)
    asks = compiled.levels([(2001 + n, 1) for n in range(1000)], 0, 0)
    book.replace(bids, asks)
    for n in range(2000):  # changes cost no memory beyond spare room
        book.apply(compiled.levels([(n, n % 2)], 0, 0), compiled.levels([(4002 - n, n % 2)], 0, 0))
        book.apply(compiled.levels([(n, 0)], 0, 0), compiled.levels([(4002 - n, 0)], 0, 0))
        book.replace(bids, asks)
    assert book.nbytes <= 64 * 1024
    assert book.__sizeof__() >= book.nbytes


def test_the_extremes_of_64_bits_sort_on_both_sides(kernel: Kernel) -> None:
    most = 2**63 - 1
    book = kernel.L2Book(0, 0)
    run = [(most, 1), (-most, 2), (0, 3)]
    book.apply(kernel.levels(run, 0, 0), kernel.levels(run, 0, 0))
    assert book.checksum_input(3) == (
        [(most, 1), (0, 3), (-most, 2)],
        [(-most, 2), (0, 3), (most, 1)],
    )
    assert book.is_crossed
