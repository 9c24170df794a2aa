from __future__ import annotations

import json
from decimal import Decimal

import pytest
from tests.conftest import capture_path
from tests.venues.bybit.dialect.samples import NOW_MS, read

from tickwright.io.files import CaptureReader
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.recordings import (
    BookKeeper,
    aged_snapshot,
    resource_of,
    taken_apart,
)


STREAM = "linear/orderbook.50.BTCUSDT"


def book(kind: str, u: int, bids: list[list[str]], asks: list[list[str]]) -> str:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": u, "seq": 10 * u}
    frame = {"topic": "orderbook.50.BTCUSDT", "type": kind, "ts": NOW_MS, "data": data}
    return json.dumps({**frame, "cts": NOW_MS - 3})


def test_frames_are_recognised_by_their_topic_wherever_it_stands() -> None:
    assert taken_apart(LINEAR, book("delta", 2, [], []))[0] == STREAM
    late = '{"id":"1","topic":"tickers.BTCUSDT"}'
    assert taken_apart(LINEAR, late) == ("linear/tickers.BTCUSDT", late)
    for other in ('{"success":true,"op":"subscribe"}', "not json", "[]", '{"topic":1}'):
        assert taken_apart(LINEAR, other)[0] is None


def test_a_book_follows_its_stream() -> None:
    keeper = BookKeeper()
    assert keeper.follow(STREAM, book("delta", 4, [["1", "1"]], [])) is None
    whole = keeper.follow(STREAM, book("snapshot", 5, [["10", "1"], ["9", "2"]], [["11", "3"]]))
    assert whole is not None
    change = keeper.follow(STREAM, book("delta", 6, [["10", "0"]], [["11.5", "4"]]))
    assert change is not None
    assert change.bids == [(Decimal(10), Decimal(0))]
    assert keeper.last_id("BTCUSDT") == 6
    assert keeper.book("BTCUSDT") == (
        {Decimal(9): Decimal(2)},
        {Decimal(11): Decimal(3), Decimal("11.5"): Decimal(4)},
    )
    assert read(keeper.body("BTCUSDT", 1))["a"] == [["11", "3"]]


def test_a_restart_replaces_the_book_whatever_it_calls_itself() -> None:
    keeper = BookKeeper()
    keeper.follow(STREAM, book("snapshot", 5, [["10", "1"], ["9", "2"]], []))
    change = keeper.follow(STREAM, book("delta", 1, [["9", "7"]], []))
    assert change is not None
    assert dict(change.bids) == {Decimal(9): Decimal(7), Decimal(10): Decimal(0)}
    assert keeper.book("BTCUSDT")[0] == {Decimal(9): Decimal(7)}


def test_who_comes_late_is_greeted_with_the_book_and_the_merged_ticker() -> None:
    keeper = BookKeeper()
    assert keeper.greeting(STREAM) is None
    keeper.follow(STREAM, book("snapshot", 5, [["10", "1"]], []))
    keeper.follow(STREAM, book("delta", 6, [["9", "2"]], []))
    greeting = read(keeper.greeting(STREAM))
    assert (greeting["type"], greeting["data"]["u"]) == ("snapshot", 6)
    assert greeting["data"]["b"] == [["10", "1"], ["9", "2"]]
    name = "linear/tickers.BTCUSDT"
    keeper.follow(
        name, '{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"a":"1","b":"2"},"ts":1}'
    )
    keeper.follow(name, '{"topic":"tickers.BTCUSDT","type":"delta","data":{"b":"3"},"ts":2}')
    assert read(keeper.greeting(name)) == {
        "topic": "tickers.BTCUSDT",
        "type": "snapshot",
        "data": {"a": "1", "b": "3"},
        "ts": 2,
    }


@pytest.mark.parametrize("payload", ["", "{}", '{"type":"snapshot","data":{"b":[["x","1"]]}}'])
def test_damage_is_passed_over(payload: str) -> None:
    keeper = BookKeeper()
    assert keeper.follow(STREAM, payload) is None
    assert keeper.book("BTCUSDT") == ({}, {})
    assert keeper.snapshot("BTCUSDT", payload) is False


def test_the_deepest_book_is_the_symbols_own() -> None:
    keeper = BookKeeper()
    keeper.follow(STREAM, book("snapshot", 5, [["10", "1"]], []))
    keeper.follow("linear/orderbook.1.BTCUSDT", book("snapshot", 9, [["10", "1"]], []))
    assert keeper.last_id("BTCUSDT") == 5


@pytest.mark.parametrize(
    ("capture", "category", "depth"),
    [
        ("bybit-linear-1a-btc-sol", LINEAR, 200),
        ("bybit-spot-1a-btc", SPOT, 200),
        ("bybit-linear-2", LINEAR, 1),
    ],
)
def test_recorded_books_never_cross_and_hold_exactly_their_levels(
    capture: str, category: Category, depth: int
) -> None:
    keeper, seen = BookKeeper(), 0
    for record in CaptureReader(capture_path(capture)):
        stream, payload = taken_apart(category, record.data)
        if stream is None or record.direction != "in":
            continue
        if keeper.follow(stream, payload) is None:
            continue
        seen += 1
        symbol = stream.rpartition(".")[2]
        bids, asks = keeper.book(symbol)
        assert (len(bids), len(asks)) == (depth, depth)
        assert max(bids) < min(asks)
    assert seen > 100


def test_paths_and_old_snapshots() -> None:
    assert resource_of("/v5/market/time") == "time"
    assert aged_snapshot('{"u":2000000,"seq":5}') == '{"u":1000000,"seq":1}'
