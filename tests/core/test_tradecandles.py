"""Candles built from trades (G31)."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.candles import MissingCandles
from tickwright.core.invariants import check_candle
from tickwright.core.tradecandles import EMPTY_MAX, TradeCandles
from tickwright.errors import UsageError
from tickwright.model.market import Candle, Side, Trade


SECOND = 10**9
MINUTE = 60 * SECOND


def trade(second: int, price: str = "10", quantity: str = "1") -> Trade:
    return Trade(
        "v:A/B",
        second * SECOND,
        second * SECOND + 5,
        price=Decimal(price),
        quantity=Decimal(quantity),
        side=Side.BUY,
        trade_id=second,
    )


def started(**options: bool) -> TradeCandles:
    return TradeCandles("v:A/B", "1m", is_first_whole=True, **options)


def closes(outputs: list[Candle | MissingCandles]) -> list[int]:
    """Minutes of the closed candles; missing ones below zero."""
    return [
        -(output.start_ns // MINUTE)
        if isinstance(output, MissingCandles)
        else output.open_ts_ns // MINUTE
        for output in outputs
        if isinstance(output, MissingCandles) or output.is_closed
    ]


def test_a_candle_grows_with_each_trade_and_closes_with_the_next_minutes_first() -> None:
    candles = started()
    for second, price in ((61, "10"), (70, "12.5"), (80, "9"), (119, "11")):
        (update,) = candles.trade(trade(second, price, "0.5"))
        assert isinstance(update, Candle)
        assert not update.is_closed
    closed, fresh = candles.trade(trade(120, "13"))
    assert isinstance(closed, Candle)
    assert isinstance(fresh, Candle)
    assert (closed.open, closed.high) == (Decimal(10), Decimal("12.5"))
    assert (closed.low, closed.close) == (Decimal(9), Decimal(11))
    assert (closed.volume, closed.quote_volume) == (Decimal(2), Decimal("21.25"))
    assert closed.trades == 4
    assert (closed.open_ts_ns, closed.close_ts_ns) == (MINUTE, 2 * MINUTE - 1)
    assert closed.is_closed
    assert (fresh.open, fresh.volume) == (Decimal(13), Decimal(1))


def test_a_tick_closes_what_is_over_and_the_next_trade_does_not_close_it_again() -> None:
    candles = started()
    candles.trade(trade(61))
    assert candles.tick(119 * SECOND) == []
    assert closes(candles.tick(120 * SECOND)) == [1]
    assert closes(candles.trade(trade(125))) == []


def test_minutes_without_trades_close_at_the_last_price_without_volume() -> None:
    candles = started()
    candles.trade(trade(61, "10"))
    outputs = candles.trade(trade(241, "20"))
    assert closes(outputs) == [1, 2, 3]
    quiet = outputs[1]
    assert isinstance(quiet, Candle)
    assert {quiet.open, quiet.high, quiet.low, quiet.close} == {Decimal(10)}
    assert (quiet.volume, quiet.trades) == (Decimal(0), 0)


def test_the_interval_in_which_the_building_began_is_named_missing() -> None:
    candles = TradeCandles("v:A/B", "1m")
    assert candles.trade(trade(90)) == []
    assert closes(candles.trade(trade(125))) == [-1]
    assert closes(candles.trade(trade(185))) == [2]


def test_a_candle_with_missing_trades_is_named_missing_and_the_next_one_is_whole() -> None:
    candles = started()
    candles.trade(trade(61))
    candles.gap()
    assert candles.trade(trade(62)) == []
    assert closes(candles.trade(trade(121))) == [-1]
    assert closes(candles.trade(trade(181))) == [2]


def test_a_trade_of_a_closed_candle_is_counted_and_left_out() -> None:
    candles = started()
    candles.trade(trade(61))
    candles.tick(2 * MINUTE)
    assert candles.trade(trade(62)) == []
    assert candles.late == 1


def test_a_long_silence_is_one_hole_and_not_a_flood() -> None:
    candles = started()
    candles.trade(trade(0))
    outputs = candles.trade(trade(60 * 5_000))
    assert len(outputs) == EMPTY_MAX + 3
    hole = outputs[-2]
    assert hole == MissingCandles((EMPTY_MAX + 1) * MINUTE, 5_000 * MINUTE)
    assert closes(candles.trade(trade(60 * 5_001))) == [5_000]


def test_an_inverse_contract_has_no_quote_volume() -> None:
    (update,) = started(has_quote_volume=False).trade(trade(61))
    assert isinstance(update, Candle)
    assert update.quote_volume is None


def test_a_trade_without_the_venues_time_counts_by_ours() -> None:
    (update,) = started().trade(
        Trade("v:A/B", None, 61 * SECOND, Decimal(1), Decimal(1), Side.SELL, 1)
    )
    assert isinstance(update, Candle)
    assert update.open_ts_ns == MINUTE


def test_nothing_closes_before_the_first_trade() -> None:
    assert started().tick(10**18) == []


def test_an_unknown_interval_is_refused_at_once() -> None:
    with pytest.raises(UsageError):
        TradeCandles("v:A/B", "1 minute")


NUMBERS = st.decimals("0.00000001", "99999999999", places=8)


@given(st.lists(st.tuples(st.integers(0, 400), NUMBERS, NUMBERS), min_size=1, max_size=40))
def test_g31_closes_follow_each_other_and_hold_every_trade_exactly(
    sent: list[tuple[int, Decimal, Decimal]],
) -> None:
    candles = started()
    outputs: list[Candle | MissingCandles] = []
    trades = [trade(second, str(price), str(quantity)) for second, price, quantity in sorted(sent)]
    for each in trades:
        outputs += candles.trade(each)
    outputs += candles.tick(10_000 * SECOND)
    closed = [item for item in outputs if isinstance(item, Candle) and item.is_closed]
    for before, after in itertools.pairwise(closed):
        assert after.open_ts_ns == before.close_ts_ns + 1
    for item in closed:
        check_candle(item)
        inside = [
            each
            for each in trades
            if item.open_ts_ns <= (each.venue_ts_ns or 0) <= item.close_ts_ns
        ]
        assert item.trades == len(inside)
        assert item.volume == _sum(*(each.quantity for each in inside))
        if inside:
            assert (item.open, item.close) == (inside[0].price, inside[-1].price)
            assert item.high == max(each.price for each in inside)
            assert item.low == min(each.price for each in inside)


def _sum(*numbers: Decimal) -> Decimal:
    scaled = sum(int(number.scaleb(8)) for number in numbers)
    return Decimal(scaled).scaleb(-8)
