"""Frames of OKX decode to the last digit, and a recording of 2022 replays to the venue's own checksums."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tickwright.app.replay import Replaying
from tickwright.errors import DecodeError
from tickwright.io.files import CaptureReader
from tickwright.marketdata.pipes import BookPipe, Pipe
from tickwright.model.market import BookDelta, BookSnapshot, Side
from tickwright.model.numbers import format_decimal
from tickwright.venues.okx import codec
from tickwright.venues.okx.spec import V5


BTC = V5.infer("BTC-USDT")
AT_NS = 1_763_640_001_000_000_000
ROW = {
    "asks": [["90000.1", "0.5", "0", "3"]],
    "bids": [["90000", "1.2", "0", "5"], ["89999.9", "2", "0", "1"]],
    "ts": "1763640000083",
    "checksum": 0,
    "prevSeqId": -1,
    "seqId": 123456,
}


def frame(channel: str, *rows: Any, **more: Any) -> bytes:
    body = {"arg": {"channel": channel, "instId": "BTC-USDT"}, **more, "data": rows}
    return json.dumps(body, separators=(",", ":")).encode()


def changed(**values: Any) -> dict[str, Any]:
    return {**ROW, **values}


def test_a_snapshot_begins_a_book() -> None:
    (event,) = codec.books(frame("books", ROW, action="snapshot"), AT_NS, BTC)
    assert isinstance(event, BookSnapshot)
    assert (event.sequence, event.venue_ts_ns) == (123456, 1_763_640_000_083_000_000)
    assert list(event.bids) == [
        (Decimal(90000), Decimal("1.2")),
        (Decimal("89999.9"), Decimal(2)),
    ]


def test_an_update_follows_the_one_that_it_names_and_removes_with_zero() -> None:
    row = changed(asks=[["90000.1", "0", "0", "0"]], bids=[], prevSeqId=123456, seqId=123460)
    (event,) = codec.books(frame("books", row, action="update"), AT_NS, BTC)
    assert isinstance(event, BookDelta)
    assert (event.previous, event.last) == (123456, 123460)
    assert list(event.asks) == [(Decimal("90000.1"), Decimal(0))]


def test_an_update_from_before_there_were_ids_goes_by_its_time() -> None:
    row = {name: value for name, value in ROW.items() if name not in ("seqId", "prevSeqId")}
    (event,) = codec.books(frame("books", row, action="update"), AT_NS, BTC)
    assert isinstance(event, BookDelta)
    assert (event.previous, event.last) == (None, 1763640000083)


@pytest.mark.parametrize(
    "row",
    [
        {name: value for name, value in ROW.items() if name != "prevSeqId"},
        changed(bids=[["90000"]]),
        changed(bids=[["90000.0000000001", "1"]]),
        changed(bids=[["90000", "-1"]]),
        changed(bids="none"),
        changed(ts="soon"),
    ],
)
def test_g25_a_book_that_says_too_little_is_an_error_and_nothing_else(row: Any) -> None:
    with pytest.raises(DecodeError):
        codec.books(frame("books", row, action="update"), AT_NS, BTC)


def test_the_best_levels_are_a_quote_numbered_like_the_book() -> None:
    (quote,) = codec.quotes(frame("bbo-tbt", ROW), AT_NS, BTC)
    assert (quote.bid_price, quote.bid_quantity) == (Decimal(90000), Decimal("1.2"))
    assert (quote.ask_price, quote.ask_quantity, quote.sequence) == (
        Decimal("90000.1"),
        Decimal("0.5"),
        123456,
    )


def test_a_side_without_orders_is_quoted_as_zero() -> None:
    (quote,) = codec.quotes(frame("bbo-tbt", changed(asks=[])), AT_NS, BTC)
    assert (quote.ask_price, quote.ask_quantity) == (Decimal(0), Decimal(0))


def test_trades_carry_the_taker_s_side_and_come_oldest_first() -> None:
    row = {
        "instId": "BTC-USDT",
        "tradeId": "130639474",
        "px": "90000.1",
        "sz": "0.12",
        "side": "buy",
        "ts": "1763640000897",
        "count": "3",
    }
    found = codec.trades(
        frame("trades", row, {**row, "tradeId": "130639473", "side": "odd"}), AT_NS, BTC
    )
    assert [(trade.trade_id, trade.side) for trade in found] == [
        (130639473, Side.UNKNOWN),
        (130639474, Side.BUY),
    ]
    assert (found[1].price, found[1].quantity) == (Decimal("90000.1"), Decimal("0.12"))


def test_candles_say_whether_they_are_closed() -> None:
    rows = [
        ["1763640060000", "2", "3", "1", "2", "7", "7", "14", "0"],
        ["1763640000000", "90000.1", "90020", "89990", "90010", "2.081", "2.081", "187300.4", "1"],
    ]
    first, second = codec.candles(frame("candle1m", *rows), AT_NS, BTC, interval="1m")
    assert (first.is_closed, second.is_closed) == (True, False)
    assert (first.volume, first.quote_volume) == (Decimal("2.081"), Decimal("187300.4"))
    assert first.close_ts_ns == 1_763_640_059_999_000_000


# The recording.


class Summing(Replaying):
    """Compares every book with the checksum that the venue still sent in 2022."""

    def __init__(self, sums: dict[tuple[str, int], set[int]]) -> None:
        super().__init__()
        self.sums = sums
        self.compared = 0

    def _tally(self, pipe: Pipe) -> None:
        super()._tally(pipe)
        if isinstance(pipe, BookPipe):
            self.on(pipe.topic, lambda event: self._look(pipe, event))

    def _look(self, pipe: BookPipe, event: BookDelta | BookSnapshot) -> None:
        book, symbol = pipe.keeper.book, pipe.instrument.symbol
        assert not book.is_crossed
        bids, asks = book.bids(25), book.asks(25)
        levels = [
            level
            for place in range(25)
            for side in (bids, asks)
            for level in side[place : place + 1]
        ]
        parts = [format_decimal(number) for level in levels for number in level]
        time_ms = (event.venue_ts_ns or 0) // 1_000_000
        assert zlib.crc32(":".join(parts).encode()) in self.sums[symbol, time_ms]
        self.compared += 1


def test_g05_a_recording_replays_without_a_gap_and_equals_the_venue_s_checksums(
    capture_path: Callable[[str], Path],
) -> None:
    path = capture_path("okx-public-1")
    sums: dict[tuple[str, int], set[int]] = {}
    for batch in CaptureReader(path).batches():
        for record in batch:
            if record.direction == "in" and '"checksum"' in record.data:
                said = json.loads(record.data)
                for row in said["data"]:
                    key = said["arg"]["instId"], int(row["ts"])
                    sums.setdefault(key, set()).add(row["checksum"] & 0xFFFFFFFF)
    replaying = Summing(sums)
    report = replaying.run([path])
    assert report.failures == 0
    assert report.instruments.keys() == {
        "okx:BTC/USDT",
        "okx:BTC/USD:BTC-220527",
        "okx:UNI/USD:UNI",
    }
    books = [each.book for each in report.instruments.values() if each.book is not None]
    assert sum(book.updates for book in books) == replaying.compared == 290
    assert sum(book.gaps + book.resyncs for book in books) == 0
    assert report.instruments["okx:BTC/USDT"].trades.count == 69
