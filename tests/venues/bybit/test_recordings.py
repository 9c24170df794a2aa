"""Captures are recognised and read by names alone; every recorded frame decodes, and every book is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from tests.venues.bybit.samples import (
    BOOK_DELTA,
    BOOK_SNAPSHOT,
    LINEAR_ID,
    LISTED,
    SPOT_ID,
    changed,
    reply,
)

from tickwright.app.replay import Replaying
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureRecord
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import Replay
from tickwright.model import topics
from tickwright.model.market import Ticker
from tickwright.runtime.bus import Bus
from tickwright.venues.base import Product, RecordedUrl
from tickwright.venues.bybit.spec import INVERSE, LINEAR, PRODUCTS, SPOT


@pytest.mark.parametrize(
    ("url", "product"),
    [
        ("wss://stream.bybit.com/v5/public/linear", LINEAR),
        ("wss://stream-testnet.bybit.com/v5/public/spot", SPOT),
        ("wss://stream.bybit.com/v5/public/inverse", INVERSE),
        ("https://api.bybit.com/v5/market/instruments-info?&category=spot&status=Trading", SPOT),
        ("https://api.bytick.com/v5/market/orderbook?category=linear&symbol=BTCUSDT", LINEAR),
        ("wss://stream.bybit.com/v5/public/option", None),
        ("wss://stream.bybit.com/v5/private", None),
        ("https://api.bybit.com/v5/market/time", None),
        ("wss://stream.binance.com:9443/stream", None),
        ("wss://evilbybit.com/v5/public/linear", None),
        ("", None),
    ],
)
def test_a_url_belongs_to_one_product_at_most(url: str, product: Product | None) -> None:
    found = [each for each in PRODUCTS if each.recordings.recognises(url)]
    assert found == ([] if product is None else [product])


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("publicTrade.BTCUSDT", topics.Trades(LINEAR_ID)),
        ("tickers.BTCUSDT", topics.Tickers(LINEAR_ID)),
        ("orderbook.50.BTCUSDT", topics.BookUpdates(LINEAR_ID, 50)),
        ("orderbook.1.BTCUSDT", topics.BookUpdates(LINEAR_ID, 1)),
        ("orderbook.full.BTCUSDT", topics.BookUpdates(LINEAR_ID, 10_000)),
        ("kline.D.BTCUSDT", topics.Candles(LINEAR_ID, "1d")),
        ("allLiquidation.BTCUSDT", topics.Liquidations(LINEAR_ID)),
    ],
)
def test_a_stream_is_known_by_its_name(name: str, topic: topics.Topic) -> None:
    found = LINEAR.recordings.stream(name, LISTED)
    assert found is not None
    assert (found[0], found[1].stream) == (topic, name)


@pytest.mark.parametrize(
    "name",
    [
        "orderbook.25.BTCUSDT",
        "kline.7.BTCUSDT",
        "publicTrade.NOPEUSDT",
        "insurance.USDT",
        "publicTrade",
        "",
    ],
)
def test_an_unknown_stream_is_none(name: str) -> None:
    assert LINEAR.recordings.stream(name, LISTED) is None


def test_spot_has_no_liquidations() -> None:
    assert SPOT.recordings.stream("allLiquidation.BTCUSDT", LISTED) is None


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://api.bybit.com/v5/market/instruments-info?category=spot", RecordedUrl("instruments")),
        ("https://api.bybit.com/v5/market/full_orderbook?category=spot&symbol=BTCUSDT", RecordedUrl("book", "BTCUSDT")),
        ("https://api.bybit.com/v5/market/full_orderbook?category=spot", None),
        ("https://api.bybit.com/v5/market/orderbook?category=spot&symbol=BTCUSDT", None),
        ("https://api.bybit.com/v5/market/time", None),
    ],
)  # fmt: skip
def test_a_request_is_known_by_its_path(url: str, asked: RecordedUrl | None) -> None:
    assert SPOT.recordings.url(url) == asked


class Watching(Replaying):
    """Looks at every book after each event of it."""

    def __init__(self) -> None:
        super().__init__()
        self.depths: set[tuple[int, int]] = set()
        self.looks = 0

    def _tally(self, pipe: Pipe) -> None:
        super()._tally(pipe)
        if isinstance(pipe, BookPipe):
            keeper = pipe.keeper

            def look(event: object) -> None:
                book = keeper.book
                assert not book.is_crossed
                assert book.best_bid is not None
                assert book.best_ask is not None
                assert book.best_bid[0] < book.best_ask[0]
                self.depths.add((len(book.bids()), len(book.asks())))
                self.looks += 1

            self.on(pipe.topic, look)


@pytest.mark.parametrize(
    ("name", "levels", "events"),
    [("bybit-linear-1a-btc-sol", 200, 797), ("bybit-linear-2", 1, 198), ("bybit-spot-1a-btc", 200, 300)],
)  # fmt: skip
def test_recorded_books_have_no_gap_never_cross_and_keep_exactly_their_levels(
    capture_path: Callable[[str], Path], name: str, levels: int, events: int
) -> None:
    watching = Watching()
    report = watching.run([capture_path(name)])
    books = [found.book for found in report.instruments.values() if found.book is not None]
    assert report.failures == 0
    assert sum(book.gaps + book.resyncs for book in books) == 0
    assert {book.state for book in books} == {"unaudited"}
    assert watching.depths == {(levels, levels)}
    assert watching.looks == sum(book.updates for book in books) == events


def record(direction: Literal["in", "http"], data: bytes, path: str | None = None) -> CaptureRecord:
    return CaptureRecord(
        received_ts_ns=1, conn=None, direction=direction, path=path, data=data.decode()
    )


def test_a_recorded_whole_book_starts_from_its_own_answer_beside_other_books() -> None:
    bus = Bus(SystemClock(), lambda name, coroutine: None)
    pipes: list[Pipe] = []
    replay = Replay(LINEAR, PipeTools.for_replay(bus, SystemClock()), on_pipe=pipes.append)
    whole = changed(BOOK_DELTA, u=278_001).replace(b".200.", b".full.")
    answer = reply({"s": "BTCUSDT", "b": [["89999.90", "1"], ["80000.00", "1"]], "a": [], "ts": 1, "u": 278_000})  # fmt: skip
    path = "https://api.bybit.com/v5/market/{}?category=linear&symbol=BTCUSDT"
    replay.play(
        [
            record("http", answer, path.format("full_orderbook")),
            record("http", answer, path.format("orderbook")),
            record("in", whole),
            record("in", BOOK_SNAPSHOT),
            record("in", BOOK_DELTA),
        ]
    )
    books = {pipe.topic: pipe.keeper for pipe in pipes if isinstance(pipe, BookPipe)}
    found = [(keeper.sequence, keeper.book.bid_count) for keeper in books.values()]
    assert list(books) == [topics.BookUpdates(LINEAR_ID, depth) for depth in (10_000, 200)]
    assert found == [(278_001, 2), (5_002, 2)]
    assert replay.failures == 0


def test_recorded_tickers_are_whole_and_equal_the_book_they_stand_beside(
    capture_path: Callable[[str], Path],
) -> None:
    replaying = Replaying()
    tickers: list[Ticker] = []
    replaying.on(topics.Tickers(LINEAR_ID), tickers.append)
    report = replaying.run([capture_path("bybit-linear-1a-btc-sol")])
    assert len(tickers) > 100
    assert all(ticker.bid_price and ticker.ask_price and ticker.quote_volume for ticker in tickers)
    book = report.instruments[LINEAR_ID].book
    assert book is not None
    assert tickers[-1].bid_price is not None
    assert f"{tickers[-1].bid_price.normalize():f}" == book.bids[0][0]


def test_the_topic_of_one_level_is_quotes_and_a_book(capture_path: Callable[[str], Path]) -> None:
    report = Replaying().run([capture_path("bybit-linear-2")])
    for found in report.instruments.values():
        assert found.book is not None
        assert found.quotes.count == found.book.updates > 0


def test_recorded_trades_and_candles_are_counted(capture_path: Callable[[str], Path]) -> None:
    report = Replaying().run([capture_path("bybit-spot-1a-btc")])
    btc = report.instruments[SPOT_ID]
    assert (btc.trades.count, btc.trades.base_volume) == (11, "0.013138")
    assert (btc.candles.count, btc.candles.closed) == (15, 1)
