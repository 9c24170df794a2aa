"""Frames of Coinbase decode to the last digit, and a recording replays without a hole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tickwright.app.replay import Replaying
from tickwright.errors import DecodeError
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import Replay
from tickwright.model.market import BookDelta, BookSnapshot, Side, Trade
from tickwright.model.notices import BookState
from tickwright.model.topics import BookUpdates, Trades
from tickwright.venues.coinbase import codec
from tickwright.venues.coinbase.spec import ADVANCED


BTC = ADVANCED.infer("BTC-USD")
AT_NS = 1_795_176_001_000_000_000
TIME = "2026-11-20T12:00:00.123456Z"
TIME_NS = 1_795_176_000_123_456_000


def frame(channel: str, **event: Any) -> bytes:
    said = {
        "channel": channel,
        "client_id": "",
        "timestamp": TIME,
        "sequence_num": 5,
        "events": [event],
    }
    return json.dumps(said, separators=(",", ":")).encode()


def update(side: str, price: str, quantity: str) -> dict[str, str]:
    return {"side": side, "event_time": TIME, "price_level": price, "new_quantity": quantity}


def book(kind: str, *updates: dict[str, str]) -> bytes:
    return frame("l2_data", type=kind, product_id="BTC-USD", updates=list(updates))


def test_a_snapshot_begins_a_book_that_goes_by_the_engine_s_time() -> None:
    read = codec.books(
        book("snapshot", update("bid", "90000.00", "1.5"), update("offer", "90000.01", "0.5")),
        AT_NS,
        BTC,
    )
    (event,) = read
    assert isinstance(event, BookSnapshot)
    assert (event.sequence, event.venue_ts_ns) == (TIME_NS, TIME_NS)
    assert list(event.asks) == [(Decimal("90000.01"), Decimal("0.5"))]


def test_an_update_sets_sizes_and_removes_with_zero() -> None:
    (event,) = codec.books(book("update", update("bid", "90000", "0")), AT_NS, BTC)
    assert isinstance(event, BookDelta)
    assert (event.first, event.last, event.previous) == (TIME_NS, TIME_NS, None)
    assert (list(event.bids), list(event.asks)) == ([(Decimal(90000), Decimal(0))], [])


def test_an_update_of_nothing_goes_by_the_frame_s_time() -> None:
    (event,) = codec.books(book("update"), AT_NS, BTC)
    assert event.venue_ts_ns == TIME_NS


@pytest.mark.parametrize(
    "broken",
    [
        b"{}",
        book("update", update("bid", "x", "1")),
        book("update", update("bid", "1", "-1")),
        book("update", {**update("bid", "1", "1"), "event_time": "noon"}),
        book("snapshot", update("bid", "2", "1"), update("offer", "1", "1")),
    ],
)
def test_g25_a_book_that_says_too_little_is_an_error_and_nothing_else(broken: bytes) -> None:
    with pytest.raises(DecodeError):
        codec.books(broken, AT_NS, BTC)


def test_the_side_of_a_trade_is_the_maker_s_and_told_as_the_taker_s() -> None:
    rows = [
        {"trade_id": "8", "product_id": "BTC-USD", "price": "90000.01", "size": "0.0015", "side": "SELL", "time": TIME},
        {"trade_id": "7", "product_id": "BTC-USD", "price": "90000.00", "size": "2", "side": "BUY", "time": TIME},
    ]  # fmt: skip
    first, second = codec.trades(frame("market_trades", type="snapshot", trades=rows), AT_NS, BTC)
    assert (first.trade_id, first.side) == (7, Side.SELL)
    assert (second.trade_id, second.side, second.venue_ts_ns) == (8, Side.BUY, TIME_NS)


def test_a_ticker_holds_a_quote() -> None:
    row = {
        "best_bid": "90000",
        "best_bid_quantity": "1.5",
        "best_ask": "90000.01",
        "best_ask_quantity": "0.5",
    }
    (quote,) = codec.quotes(frame("ticker", type="update", tickers=[row]), AT_NS, BTC)
    assert (quote.bid_price, quote.ask_quantity) == (Decimal(90000), Decimal("0.5"))
    empty = {**row, "best_bid": "", "best_bid_quantity": ""}
    (quote,) = codec.quotes(frame("ticker", type="update", tickers=[empty]), AT_NS, BTC)
    assert (quote.bid_price, quote.bid_quantity) == (Decimal(0), Decimal(0))


def test_of_the_first_candles_all_but_the_newest_are_closed() -> None:
    bar = {"high": "3", "low": "1", "open": "1", "close": "2", "volume": "7"}
    rows = [{**bar, "start": "1795176000"}, {**bar, "start": "1795175700"}]
    found = codec.candles(
        frame("candles", type="snapshot", candles=rows), AT_NS, BTC, interval="5m"
    )
    assert [candle.is_closed for candle in found] == [True, False]
    assert found[0].open_ts_ns == 1_795_175_700 * 10**9


# The recording.


class Looking(Replaying):
    """Looks at every book after each event, and at every trade where the book stood before it."""

    def __init__(self) -> None:
        super().__init__()
        self.books: dict[str, BookPipe] = {}
        self.looks = 0
        self.sides: Counter[bool] = Counter()

    def _tally(self, pipe: Pipe) -> None:
        super()._tally(pipe)
        if isinstance(pipe, BookPipe):
            self.books[pipe.instrument.id] = pipe
            self.on(pipe.topic, lambda event: self._look(pipe))
        elif isinstance(pipe.topic, Trades):
            self.on(pipe.topic, self._compare)

    def _look(self, pipe: BookPipe) -> None:
        assert not pipe.keeper.book.is_crossed
        self.looks += 1

    def _compare(self, trade: Trade) -> None:
        pipe = self.books.get(trade.instrument)
        bid, ask = (None, None) if pipe is None else (pipe.view.best_bid, pipe.view.best_ask)
        if bid and ask and abs(trade.price - bid[0]) != abs(trade.price - ask[0]):
            is_at_ask = abs(trade.price - ask[0]) < abs(trade.price - bid[0])
            self.sides[is_at_ask is (trade.side is Side.BUY)] += 1


def test_g05_a_recording_replays_without_a_hole_and_never_crosses(
    capture_path: Callable[[str], Path],
) -> None:
    replaying = Looking()
    report = replaying.run([capture_path("coinbase-advanced-1")])
    assert report.failures == 0
    assert report.instruments.keys() == {"coinbase:BTC/USD", "coinbase:ETH/USD"}
    books = [each.book for each in report.instruments.values() if each.book is not None]
    assert sum(book.updates for book in books) == replaying.looks == 775
    assert sum(book.gaps + book.resyncs for book in books) == 0
    assert [each.trades.count for each in report.instruments.values()] == [147, 132]
    assert [each.candles.count for each in report.instruments.values()] == [102, 102]


def test_takers_that_buy_trade_nearer_to_the_ask(capture_path: Callable[[str], Path]) -> None:
    """The documentation leaves open whose side is told; most trades of the recording say: the maker's."""
    replaying = Looking()
    replaying.run([capture_path("coinbase-advanced-1")])
    assert replaying.sides.total() > 40
    assert replaying.sides[True] > 3 * replaying.sides[False]


def test_g05_a_frame_missing_from_the_recording_ends_every_book_of_its_connection(
    capture_path: Callable[[str], Path],
) -> None:
    records = [
        record
        for batch in CaptureReader(capture_path("coinbase-advanced-1")).batches()
        for record in batch
    ]
    place = next(
        place
        for place, record in enumerate(records)
        if place > 200 and '"l2_data"' in record.data and record.direction == "in"
    )
    keepers = played(records[:place] + records[place + 1 :])
    assert [keeper.state for keeper in keepers] == [BookState.RESYNCING] * 2
    assert all(
        "frames are missing" in keeper.reason or keeper.sequence is None for keeper in keepers
    )


def played(records: list[CaptureRecord]) -> list[Any]:
    replaying = Replaying()
    pipes: list[Pipe] = []
    tools = PipeTools.for_replay(replaying.bus, replaying._clock)
    Replay(ADVANCED, tools, on_pipe=pipes.append).play(records)
    return [
        pipe.keeper
        for pipe in pipes
        if isinstance(pipe, BookPipe) and isinstance(pipe.topic, BookUpdates)
    ]
