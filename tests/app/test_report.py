"""What a replay reports, from events to the promised object."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.app.report import BookReport, ReplayReport, Tally
from tickwright.kernel import Levels
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import AggTrade, BookDelta, BookSnapshot, Candle, Quote, Side, Trade
from tickwright.model.topics import (
    AggTrades,
    BookUpdates,
    Candles,
    MarkPrices,
    Quotes,
    Topic,
    Trades,
)
from tickwright.venues.binance.spec import SPOT


BTC = "binance:BTC/USDT"


def trade(number: int, quantity: str = "0.1") -> Trade:
    return Trade(BTC, 1, 1, Decimal(100 + number), Decimal(quantity), Side.BUY, number)


def agg_trade(number: int) -> AggTrade:
    return AggTrade(BTC, 1, 1, Decimal(7), Decimal(3), Side.BUY, number, number, number)


def candle(*, is_closed: bool) -> Candle:
    one = Decimal(1)
    return Candle(BTC, 1, 1, "1m", 0, 59, one, one, one, one, one, one, 1, is_closed)


def take(tally: Tally, topic: Topic, *events: object) -> None:
    handler = tally.handler(topic)
    assert handler is not None
    for event in events:
        handler(event)


def kept(last: int = 7, quantity: str = "1") -> BookKeeper:
    name = parse_instrument_id(BTC)
    keeper = BookKeeper(
        Instrument.inferred(name, product="binance.spot", symbol="BTCUSDT"),
        SPOT.book,
        publish=lambda event: None,
        publish_state=lambda change: None,
        request_snapshot=lambda keeper: None,
    )
    keeper.on_subscribed()
    sides = (
        Levels.from_pairs([(str(100 - n), quantity) for n in range(30)], 8, 8),
        Levels.from_pairs([(str(101 + n), quantity) for n in range(30)], 8, 8),
    )
    none = Levels.from_pairs([], 8, 8)
    keeper.on_snapshot(BookSnapshot(BTC, 1, 1, *sides, last - 1))
    keeper.on_delta(BookDelta(BTC, 1, 1, none, none, last, last))
    return keeper


def test_trades_are_counted_summed_and_the_last_price_kept() -> None:
    tally = Tally()
    take(tally, Trades(BTC), trade(1), "a gap notice", trade(2, "1.00000000"))
    found = tally.report().trades
    assert (found.count, found.base_volume, found.last_price) == (2, "1.1", "102")


def test_aggregate_trades_count_where_there_are_no_others() -> None:
    tally = Tally()
    take(tally, AggTrades(BTC), agg_trade(1), agg_trade(2))
    assert tally.report().trades.count == 2
    take(tally, Trades(BTC), trade(1))
    assert (tally.report().trades.count, tally.report().trades.base_volume) == (1, "0.1")


def test_quotes_and_candles_are_counted_and_notices_are_not() -> None:
    tally = Tally()
    one = Decimal(1)
    take(tally, Quotes(BTC), Quote(BTC, 1, 1, one, one, one, one, 1), "notice")
    take(tally, Candles(BTC), candle(is_closed=False), candle(is_closed=True), "notice")
    found = tally.report()
    assert (found.quotes.count, found.candles.count, found.candles.closed) == (1, 2, 1)


@pytest.mark.parametrize("topic", [MarkPrices(BTC), BookUpdates(BTC)])
def test_other_topics_are_not_counted(topic: Topic) -> None:
    assert Tally().handler(topic) is None


def test_a_book_shows_twenty_levels_a_side_as_plain_numbers() -> None:
    tally = Tally()
    assert tally.report().book is None
    tally.keepers.append(kept(quantity="0.00000002"))
    book = tally.report().book
    assert book is not None
    assert (len(book.bids), len(book.asks)) == (20, 20)
    assert (book.bids[0], book.asks[0]) == (("100", "0.00000002"), ("101", "0.00000002"))
    assert (book.state, book.sequence, book.updates) == ("unaudited", 7, 1)


def test_a_book_that_cannot_be_read_shows_no_levels() -> None:
    tally, keeper = Tally(), kept()
    keeper.on_down("gone", 1)
    tally.keep(keeper, None)
    book = tally.report().book
    assert book is not None
    assert (book.state, book.bids, book.asks) == ("stale", [], [])


def test_of_several_books_the_last_is_shown_with_the_counts_of_all() -> None:
    tally = Tally()
    tally.keep(kept(7), None)
    tally.keep(kept(9), None)
    book = tally.report().book
    assert book is not None
    assert (book.sequence, book.updates) == (9, 2)


@pytest.mark.parametrize("depths", [(1, 200), (200, 1), (1, None), (50, 200, 1, 200)])
def test_of_several_depths_the_deepest_is_shown_alone(depths: tuple[int | None, ...]) -> None:
    tally = Tally()
    deepest = max(depths, key=lambda depth: 10_000 if depth is None else depth)
    for depth in depths:
        tally.keep(kept(9 if depth == deepest else 7), depth)
    book = tally.report().book
    assert book is not None
    assert (book.sequence, book.updates) == (9, depths.count(deepest))


def test_a_settled_book_stands_as_it_was_before_it_was_closed() -> None:
    tally, keeper = Tally(), kept()
    tally.keep(keeper, None)
    before = tally.report().book
    tally.settle()
    keeper.close(2)
    assert tally.report().book == before
    tally.keep(kept(9), None)
    after = tally.report().book
    assert isinstance(after, BookReport)
    assert after.updates == 2


def test_the_promised_object_has_the_promised_keys_and_no_others() -> None:
    tally = Tally()
    tally.keepers.append(kept())
    report = ReplayReport({BTC: tally.report()}, failures=1, seconds=0.5, frames=9)
    found = report.contract()
    assert set(found) == {"instruments", "failures", "seconds"}
    instrument = found["instruments"][BTC]
    assert instrument["candles"] == {"count": 0}
    assert instrument["trades"] == {"count": 0, "base_volume": "0", "last_price": None}
    assert report.frames == 9
