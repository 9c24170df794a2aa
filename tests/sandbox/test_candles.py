from __future__ import annotations

import itertools
from random import Random

import pytest

from tickwright.model.ids import InstrumentName
from tickwright.sandbox.candles import INTERVALS_MS, CandleBook, close_of, open_of
from tickwright.venues.facts import Listing


LISTING = Listing(
    name=InstrumentName("binance", "BTC", "USDT"),
    product="binance.spot",
    symbol="BTCUSDT",
    price_scale=2,
    quantity_scale=5,
    tick=1,
)
MINUTE = 60_000
OPENED = 1_790_000_000_000 // MINUTE * MINUTE


def book() -> CandleBook:
    return CandleBook(LISTING, Random(1), OPENED, 6_500_000)


@pytest.mark.parametrize("interval", INTERVALS_MS)
def test_candles_of_every_interval_join_without_gap(interval: str) -> None:
    opened = open_of(interval, OPENED)
    assert opened <= OPENED <= close_of(interval, opened)
    assert open_of(interval, close_of(interval, opened) + 1) == close_of(interval, opened) + 1


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    # 2026-09-21 was a Monday; OPENED lies in September 2026.
    assert open_of("1w", OPENED) == 1_789_948_800_000
    assert open_of("1M", OPENED) == 1_788_220_800_000
    assert close_of("1M", 1_788_220_800_000) == 1_790_812_800_000 - 1


def test_a_candle_counts_its_trades() -> None:
    candles = book()
    candles.add(10, 6_500_100, 1000, OPENED + 1, is_taker_buy=True)
    candles.add(11, 6_499_900, 2000, OPENED + 2, is_taker_buy=False)
    candle = candles.at("1m", OPENED)
    assert (candle.open, candle.high, candle.low, candle.close) == (
        6_500_100,
        6_500_100,
        6_499_900,
        6_499_900,
    )
    assert (candle.volume, candle.taker_volume, candle.trades) == (3000, 1000, 2)
    assert (candle.first_id, candle.last_id) == (10, 11)
    assert candle.turnover == LISTING.turnover(6_500_100, 1000) + LISTING.turnover(6_499_900, 2000)


def test_longer_candles_are_made_of_minutes() -> None:
    candles = book()
    opened = open_of("5m", OPENED + 5 * MINUTE)
    for minute, price in enumerate((100, 300, 200)):
        candles.add(minute, price, 1, opened + minute * MINUTE, is_taker_buy=True)
    candle = candles.at("5m", opened)
    assert (candle.open, candle.high, candle.low, candle.close, candle.volume) == (
        100,
        300,
        100,
        200,
        3,
    )


def test_candles_without_trades_stand_at_the_last_price() -> None:
    candles = book()
    candles.add(1, 6_500_500, 1, OPENED, is_taker_buy=True)
    quiet = candles.at("1m", OPENED + 3 * MINUTE)
    assert {quiet.open, quiet.high, quiet.low, quiet.close} == {6_500_500}
    assert (quiet.volume, quiet.first_id) == (0, -1)


def test_seconds_are_counted_once_somebody_asked() -> None:
    candles = book()
    candles.range("1s", OPENED, OPENED)
    candles.add(1, 6_500_500, 7, OPENED + 1500, is_taker_buy=True)
    assert [c.volume for c in candles.range("1s", OPENED, OPENED + 2000)] == [0, 7, 0]


def test_history_before_the_opening_joins_it_and_is_the_same_every_time() -> None:
    now = OPENED + 2 * MINUTE
    found = book().select("1m", None, None, 500, now)
    assert len(found) == 500
    assert [b.open_ms - a.open_ms for a, b in itertools.pairwise(found)] == [MINUTE] * 499
    assert all(a.close == b.open for a, b in itertools.pairwise(found))
    assert all(c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high for c in found)
    assert found == book().select("1m", None, None, 500, now)


def test_selections_begin_at_their_start_and_end_at_their_end() -> None:
    now = OPENED + 10 * MINUTE
    candles = book()
    assert [c.open_ms for c in candles.select("1m", OPENED, None, 3, now)] == [
        OPENED + n * MINUTE for n in range(3)
    ]
    assert [c.open_ms for c in candles.select("1m", None, OPENED + MINUTE, 2, now)] == [
        OPENED,
        OPENED + MINUTE,
    ]
    assert candles.select("1m", now + MINUTE, None, 5, now) == []


def test_memory_is_bounded() -> None:
    candles = book()
    for minute in range(4000):
        candles.add(minute, 100, 1, OPENED + minute * MINUTE, is_taker_buy=True)
    assert candles.at("1m", OPENED).volume == 0
    assert candles.at("1m", OPENED + 3999 * MINUTE).volume == 1
