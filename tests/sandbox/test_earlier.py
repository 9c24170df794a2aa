"""Trades from before the opening are what the candles of those minutes say."""

from __future__ import annotations

from itertools import groupby, pairwise
from random import Random

import pytest

from tickwright.model.ids import parse_instrument_id
from tickwright.sandbox.candles import CandleBook
from tickwright.sandbox.earlier import EARLIER_MAX, EarlierTrades
from tickwright.venues.binance.dialect.listings import invented_listing
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct
from tickwright.venues.facts import Listing


MINUTE = 60_000
OPENED = 1_790_000_000_000 // MINUTE * MINUTE + 12_345
MARKETS = [
    (SPOT, "binance:BTC/USDT", 65_000.0),
    (SPOT, "binance:TINY/USDT", 0.0004),
    (USDM, "binance:BTC/USDT:USDT", 65_000.0),
    (COINM, "binance:BTC/USD:BTC", 65_000.0),
]


def made(listing: Listing, price: int, seed: int = 1) -> tuple[EarlierTrades, CandleBook]:
    candles = CandleBook(listing, Random(seed), OPENED, price)
    earlier = EarlierTrades(
        candles,
        opened_ms=OPENED,
        lot=listing.lot,
        tick=listing.tick,
        last_id=50_000,
        last_joined_id=700,
    )
    return earlier, candles


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("product", "instrument_id", "price"), MARKETS)
def test_whole_minutes_of_them_make_their_candles(
    product: DialectProduct, instrument_id: str, price: float, seed: int
) -> None:
    listing = invented_listing(product, parse_instrument_id(instrument_id), price)
    opening = round(price * 10**listing.price_scale) // listing.tick * listing.tick
    earlier, candles = made(listing, opening, seed)
    trades = earlier.trades()
    minutes = [list(group) for _, group in groupby(trades, lambda one: one.ts_ms // MINUTE)]
    for minute in minutes[1:]:  # of the first one some are left out
        candle = candles.at("1m", minute[0].ts_ms // MINUTE * MINUTE)
        prices = [one.price for one in minute]
        assert (prices[0], max(prices), min(prices), prices[-1]) == (
            candle.open,
            candle.high,
            candle.low,
            candle.close,
        )
        assert len(minute) == candle.trades
        assert sum(one.quantity for one in minute) == candle.volume
        taken = sum(one.quantity for one in minute if not one.is_buyer_maker)
        assert taken == candle.taker_volume
        assert all(one.quantity >= listing.lot for one in minute)
        assert all(one.price % listing.tick == one.quantity % listing.lot == 0 for one in minute)
    assert trades[-1].price == opening


def test_they_are_as_many_as_an_answer_holds_in_order_without_hole() -> None:
    listing = invented_listing(SPOT, parse_instrument_id("binance:BTC/USDT"), 65_000)
    earlier, _ = made(listing, 6_500_000)
    trades = earlier.trades()
    assert [one.id for one in trades] == list(range(50_001 - EARLIER_MAX, 50_001))
    assert all(one.ts_ms <= two.ts_ms for one, two in pairwise(trades))
    assert trades[-1].ts_ms < OPENED // MINUTE * MINUTE
    assert trades == made(listing, 6_500_000)[0].trades()


def test_each_is_a_joined_trade_of_its_own() -> None:
    listing = invented_listing(SPOT, parse_instrument_id("binance:BTC/USDT"), 65_000)
    earlier, _ = made(listing, 6_500_000)
    joined = earlier.joined()
    assert [one.id for one in joined] == list(range(701 - EARLIER_MAX, 701))
    assert [(one.first_id, one.last_id, one.quantity) for one in joined] == [
        (one.id, one.id, one.quantity) for one in earlier.trades()
    ]
