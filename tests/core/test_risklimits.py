from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.core.risklimits import NO_LIMITS, RiskLimits, limit_fault
from tickwright.errors import InvalidNumber, UnknownInstrument


D = Decimal
AMOUNTS = ["max_order_quantity", "max_order_notional", "max_position", "price_collar"]
COUNTS = ["max_open_orders", "max_orders_per_s"]


@pytest.mark.parametrize("name", AMOUNTS + COUNTS)
@pytest.mark.parametrize("value", [D("NaN"), D("sNaN"), D("Infinity"), D("1e400"), -1, 0.5, True, "1"])  # fmt: skip
def test_g36_what_would_limit_nothing_is_refused_when_it_is_set(name: str, value: object) -> None:
    with pytest.raises(InvalidNumber, match=f"^{name} should be "):
        RiskLimits(**{name: value})  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("name", AMOUNTS + COUNTS)
def test_g36_zero_is_a_limit_only_where_it_says_something(name: str) -> None:
    if name in ("max_position", "price_collar"):
        assert getattr(RiskLimits(**{name: D(0)}), name) == 0  # type: ignore[arg-type]  # one of its fields
    else:
        assert limit_fault(name, 0) == "should be above 0"


@pytest.mark.parametrize(
    "value", ["binance:BTC/USDT", frozenset({"BTCUSDT"}), ["binance:BTC/USDT"]]
)
def test_g36_the_instruments_are_a_set_of_ids(value: object) -> None:
    with pytest.raises(UnknownInstrument, match=r"^instruments should be instrument ids"):
        RiskLimits(instruments=value)  # type: ignore[arg-type]  # the point of the test


def test_an_empty_set_of_instruments_is_not_the_same_as_none() -> None:
    assert RiskLimits(instruments=frozenset()) != NO_LIMITS


@pytest.mark.parametrize(
    ("limits", "needs_book"),
    [
        (NO_LIMITS, False),
        (RiskLimits(max_position=D(1)), False),
        (RiskLimits(price_collar=D("0.05")), True),
        (RiskLimits(max_order_notional=D(1000)), True),
    ],
)
def test_some_limits_are_held_against_the_book(limits: RiskLimits, needs_book: bool) -> None:
    assert limits.needs_book is needs_book
