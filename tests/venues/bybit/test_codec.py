"""Books, quotes and trades: every digit and id as sent, in whatever order the keys come."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.bybit.samples import (
    BOOK_DELTA,
    BOOK_SNAPSHOT,
    LINEAR_ID,
    LISTED,
    RECEIVED_NS,
    SPOT_ID,
    SPOT_TRADES,
    TOP,
    TRADES,
    changed,
    reply,
)

from tickwright.errors import DecodeError
from tickwright.model.market import BookDelta, BookSnapshot, Quote, Side, Trade
from tickwright.venues.bybit import codec


D = Decimal
MS = 1_000_000
BTC = LISTED[LINEAR_ID]


def test_a_snapshot_replaces_and_is_stamped_by_the_matching_engine() -> None:
    event = codec.book(BOOK_SNAPSHOT, RECEIVED_NS, BTC)
    assert isinstance(event, BookSnapshot)
    assert (event.instrument, event.sequence) == (LINEAR_ID, 5001)
    assert (event.venue_ts_ns, event.received_ts_ns) == (1_795_000_000_095 * MS, RECEIVED_NS)
    assert list(event.bids) == [(D("90000"), D("1.5")), (D("89999.9"), D("0.02"))]
    assert list(event.asks) == [(D("90000.1"), D("0.3")), (D("90000.2"), D(2))]


def test_a_delta_is_one_step_of_the_topic_s_own_numbering() -> None:
    event = codec.book(BOOK_DELTA, RECEIVED_NS, BTC)
    assert isinstance(event, BookDelta)
    assert (event.first, event.last, event.previous) == (5002, 5002, None)
    assert list(event.bids) == [(D("89999.9"), D(0)), (D("89999.5"), D("0.75"))]
    assert len(event.asks) == 0


def test_g07_an_update_id_of_one_is_a_snapshot_whatever_it_is_called() -> None:
    frame = changed(BOOK_SNAPSHOT, u=1).replace(b'"snapshot"', b'"delta"')
    event = codec.book(frame, RECEIVED_NS, BTC)
    assert isinstance(event, BookSnapshot)
    assert event.sequence == 1


def test_a_snapshot_without_orders_is_one() -> None:
    event = codec.book(changed(BOOK_SNAPSHOT, u=1, a=[], b=[]), RECEIVED_NS, BTC)
    assert isinstance(event, BookSnapshot)
    assert (len(event.bids), len(event.asks)) == (0, 0)


def test_the_time_of_sending_stands_in_where_there_is_no_other() -> None:
    frame = BOOK_DELTA.replace(b',"cts":1795000000117', b"")
    assert codec.book(frame, RECEIVED_NS, BTC).venue_ts_ns == 1_795_000_000_120 * MS


@given(st.permutations(list(json.loads(BOOK_DELTA).items())))
def test_keys_may_come_in_any_order(pairs: list[tuple[str, object]]) -> None:
    frame = json.dumps(dict(pairs)).encode()
    assert codec.book(frame, RECEIVED_NS, BTC) == codec.book(BOOK_DELTA, RECEIVED_NS, BTC)


@pytest.mark.parametrize(
    "frame",
    [
        BOOK_DELTA.replace(b'"delta"', b'"partial"'),
        changed(BOOK_DELTA, u=None),
        changed(BOOK_SNAPSHOT, b=[["1", "1"], ["2", "1"]]),
        changed(BOOK_SNAPSHOT, b=[["90000.20", "1"]]),
        changed(BOOK_SNAPSHOT, b=[["90000.00", "0"]]),
        changed(BOOK_DELTA, b=[["90000.00", "-1"]]),
        changed(BOOK_DELTA, b=[["1e-9", "1"]]),
        BOOK_DELTA[:-9],
        b"",
    ],
)
def test_a_book_that_breaks_a_rule_is_refused(frame: bytes) -> None:
    with pytest.raises(DecodeError):
        codec.book(frame, RECEIVED_NS, BTC)


def test_a_frame_of_the_whole_book_is_a_delta_even_where_the_count_begins_anew() -> None:
    for update_id in (5002, 1):
        event = codec.change(changed(BOOK_DELTA, u=update_id), RECEIVED_NS, BTC)
        assert (event.first, event.last, len(event.bids)) == (update_id, update_id, 2)
    with pytest.raises(DecodeError, match="'snapshot'"):
        codec.change(BOOK_SNAPSHOT, RECEIVED_NS, BTC)


def test_the_topic_of_one_level_is_a_quote_and_a_book() -> None:
    quote, book = codec.top(TOP, RECEIVED_NS, BTC)
    assert quote == Quote(
        LINEAR_ID, 1_795_000_000_095 * MS, RECEIVED_NS, D("90000"), D("1.5"), D("90000.1"), D("0.3"), 7961638724,
    )  # fmt: skip
    assert (book.sequence, list(book.bids), list(book.asks)) == (
        81230,
        [(D("90000"), D("1.5"))],
        [(D("90000.1"), D("0.3"))],
    )


@pytest.mark.parametrize("side", ["b", "a"])
def test_an_empty_side_is_quoted_as_zero(side: str) -> None:
    quote, book = codec.top(changed(TOP, **{side: []}), RECEIVED_NS, BTC)
    price = quote.bid_price if side == "b" else quote.ask_price
    quantity = quote.bid_quantity if side == "b" else quote.ask_quantity
    assert (price, quantity, len(book.bids) + len(book.asks)) == (0, 0, 1)


@pytest.mark.parametrize(
    "frame",
    [
        TOP,
        changed(TOP, a=[]),
        changed(TOP, b=[]),
        changed(TOP, a=[], b=[]),
        TOP.replace(b',"cts":1795000000095', b""),
    ],
)
def test_a_quote_alone_is_the_one_that_comes_beside_a_book(frame: bytes) -> None:
    assert codec.quote(frame, RECEIVED_NS, BTC) == codec.top(frame, RECEIVED_NS, BTC)[0]


@pytest.mark.parametrize(
    "frame",
    [
        changed(TOP, b=[["90000.00", "1"], ["89999.90", "1"]]),
        changed(TOP, b=[["90001.00", "1"]]),
        changed(TOP, b=[["90000.00", "0"]]),
        changed(TOP, seq=None),
    ],
)
def test_a_quote_that_breaks_a_rule_is_refused(frame: bytes) -> None:
    for decode in (codec.top, codec.quote):
        with pytest.raises(DecodeError):
            decode(frame, RECEIVED_NS, BTC)


def test_a_frame_may_hold_many_trades_in_their_order() -> None:
    first, second = codec.trades(TRADES, RECEIVED_NS, BTC)
    assert first == Trade(
        LINEAR_ID, 1_795_000_000_454 * MS, RECEIVED_NS, D("90000.10"), D("0.001"), Side.BUY,
        "20f43950-d8dd-5b31-9112-a178eb6023af",
    )  # fmt: skip
    assert (second.side, second.price) == (Side.SELL, D("90000.00"))


def test_spot_counts_its_trades() -> None:
    (trade,) = codec.trades(SPOT_TRADES, RECEIVED_NS, LISTED[SPOT_ID])
    assert trade.trade_id == 2290000000019296063


def test_g25_an_unknown_side_is_unknown_and_a_quoted_time_is_read() -> None:
    frame = SPOT_TRADES.replace(b'"Buy"', b'"Swap"').replace(b"1795000000521", b'"1795000000521"')
    (trade,) = codec.trades(frame, RECEIVED_NS, LISTED[SPOT_ID])
    assert (trade.side, trade.venue_ts_ns) == (Side.UNKNOWN, 1_795_000_000_521 * MS)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"0.001"', b'"0"'), (b'"0.001"', b'"x"'), (b'"90000.10"', b'"NaN"'), (b'"i":', b'"j":')],
)
def test_a_trade_that_breaks_a_rule_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(DecodeError):
        codec.trades(TRADES.replace(old, new), RECEIVED_NS, BTC)


def test_the_book_over_rest_is_read_likewise() -> None:
    body = reply(
        {"s": "BTCUSDT", "a": [["90000.10", "0.300"]], "b": [["90000.00", "1.500"]], "ts": 1795000000131,
         "u": 230704, "seq": 7961638725, "cts": 1795000000128}
    )  # fmt: skip
    event = codec.book_reply(body, RECEIVED_NS, BTC)
    assert (event.sequence, event.venue_ts_ns) == (230704, 1_795_000_000_128 * MS)
    assert list(event.bids) == [(D("90000"), D("1.5"))]


@given(st.binary(max_size=80))
def test_bytes_are_read_or_refused_and_nothing_else(frame: bytes) -> None:
    for decode in (codec.book, codec.top, codec.quote, codec.trades, codec.book_reply):
        with pytest.raises(DecodeError):
            decode(frame, RECEIVED_NS, BTC)
