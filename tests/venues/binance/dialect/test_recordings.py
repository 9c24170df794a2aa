from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tickwright.venues.binance.dialect.products import SPOT, USDM, DialectProduct
from tickwright.venues.binance.dialect.recordings import (
    BookKeeper,
    aged_snapshot,
    endpoint_of,
    taken_apart,
)


SNAPSHOT = '{"lastUpdateId":100,"bids":[["10.00","1.0"],["9.00","2.0"]],"asks":[["11.00","3.0"]]}'


def delta(first_id: int, last_id: int, bids: str = "[]", asks: str = "[]") -> str:
    return f'{{"U":{first_id},"u":{last_id},"b":{bids},"a":{asks}}}'


def keeper(product: DialectProduct = SPOT) -> BookKeeper:
    made = BookKeeper(product)
    made.snapshot("BTCUSDT", SNAPSHOT)
    return made


def test_deltas_change_the_book() -> None:
    books = keeper()
    books.follow("btcusdt@depth@100ms", delta(101, 103, '[["10.00","0.0"],["9.50","4.0"]]'))
    assert books.book("BTCUSDT")[0] == {
        Decimal("9.50"): Decimal("4.0"),
        Decimal("9.00"): Decimal("2.0"),
    }
    assert books.last_id("BTCUSDT") == 103


@pytest.mark.parametrize(("product", "is_applied"), [(SPOT, False), (USDM, True)])
def test_the_delta_at_the_snapshots_id_is_old_on_spot_alone(
    product: DialectProduct, is_applied: bool
) -> None:
    books = keeper(product)
    books.follow("btcusdt@depth", delta(99, 100, '[["8.00","1"]]'))
    assert (Decimal(8) in books.book("BTCUSDT")[0]) is is_applied
    books.follow("btcusdt@depth", delta(1, 99, '[["7.00","1"]]'))
    assert Decimal(7) not in books.book("BTCUSDT")[0]


def test_a_delta_recorded_before_its_snapshot_may_reach_beyond_it() -> None:
    books = BookKeeper(SPOT)
    books.follow("btcusdt@depth", delta(90, 95, '[["7.00","1"]]'))
    books.follow("btcusdt@depth", delta(96, 105, '[["8.00","1"]]'))
    books.snapshot("BTCUSDT", SNAPSHOT)
    assert sorted(books.book("BTCUSDT")[0]) == [Decimal(8), Decimal(9), Decimal(10)]
    assert books.last_id("BTCUSDT") == 105


def test_what_changed_is_told() -> None:
    books = keeper()
    told = books.follow("btcusdt@depth", delta(101, 103, '[["10.00","0.0"],["9.50","4.0"]]'))
    assert told is not None
    assert (told.symbol, told.asks) == ("BTCUSDT", [])
    assert told.bids == [(Decimal(10), Decimal(0)), (Decimal("9.5"), Decimal(4))]
    assert books.follow("btcusdt@depth", delta(90, 95)) is None
    assert books.snapshot("BTCUSDT", SNAPSHOT) is False
    assert books.snapshot("BTCUSDT", SNAPSHOT.replace("100,", "200,")) is True


def test_a_damaged_delta_is_passed_over_as_a_whole() -> None:
    books = keeper()
    assert books.follow("btcusdt@depth", delta(101, 103, '[["9.50","4.0"],["x","1"]]')) is None
    assert Decimal("9.5") not in books.book("BTCUSDT")[0]
    assert books.last_id("BTCUSDT") == 100


def test_other_streams_and_unknown_books_change_nothing() -> None:
    books = keeper()
    books.follow("btcusdt@depth20@100ms", "{}")
    books.follow("btcusdt@trade", "{}")
    books.follow("ethusdt@depth", delta(1, 2))
    assert books.last_id("BTCUSDT") == 100
    assert (books.last_id("ETHUSDT"), books.body("ETHUSDT", 5)) == (None, None)
    assert books.book("ETHUSDT") == ({}, {})


def test_an_older_snapshot_is_ignored_and_a_newer_one_replaces() -> None:
    books = keeper()
    books.snapshot("BTCUSDT", '{"lastUpdateId":50,"bids":[],"asks":[]}')
    assert books.last_id("BTCUSDT") == 100
    books.snapshot("BTCUSDT", '{"lastUpdateId":500,"bids":[],"asks":[]}')
    assert books.book("BTCUSDT") == ({}, {})


def test_a_body_is_sorted_cut_and_keeps_the_recorded_text() -> None:
    books = BookKeeper(USDM)
    books.snapshot(
        "X",
        '{"lastUpdateId":1,"E":5,"T":4,"bids":[["9","1"],["10.0","2"]],"asks":[["12","1"],["11","1"]]}',
    )
    books.follow("x@depth", '{"E":8,"T":7,"U":1,"u":2,"b":[],"a":[]}')
    assert json.loads(books.body("X", 1) or "") == {
        "lastUpdateId": 2, "E": 8, "T": 7, "bids": [["10.0", "2"]], "asks": [["11", "1"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("/api/v3/depth", "depth"), ("/dapi/v1/exchangeInfo", "exchangeInfo"), ("/other", "/other")],
)
def test_endpoints_are_found_in_any_version(path: str, endpoint: str) -> None:
    assert endpoint_of(path) == endpoint


@pytest.mark.parametrize(
    ("data", "stream", "payload"),
    [
        ('{"stream":"a@trade","data":{"t": 1}}', "a@trade", '{"t": 1}'),
        ('{"data": {"t": 1}, "stream": "a@trade"}', "a@trade", '{"t":1}'),
        ('{"result":null,"id":1}', None, ""),
        ("nonsense", None, ""),
        ("[1]", None, ""),
    ],
)
def test_frames_are_taken_apart_as_they_stand(data: str, stream: str | None, payload: str) -> None:
    assert taken_apart(data) == (stream, payload)


def test_an_aged_snapshot_has_an_id_from_long_ago() -> None:
    assert json.loads(aged_snapshot('{"lastUpdateId":5000000000,"bids":[]}')) == {
        "lastUpdateId": 4_000_000_000,
        "bids": [],
    }


@pytest.mark.parametrize(
    "payload",
    ['{"U":101,"u":10', "<html>", '{"U":101}', '{"U":101,"u":102,"b":[["x","1"]],"a":[]}', "[]"],
)
def test_a_damaged_delta_is_passed_over(payload: str) -> None:
    books = keeper()
    books.follow("btcusdt@depth@100ms", payload)
    assert books.last_id("BTCUSDT") == 100
    early = BookKeeper(SPOT)
    early.follow("btcusdt@depth@100ms", payload)
    early.snapshot("BTCUSDT", SNAPSHOT)
    assert early.book("BTCUSDT") == keeper().book("BTCUSDT")


@pytest.mark.parametrize("body", ["<html>", "{}", '{"lastUpdateId":1,"bids":[[]],"asks":[]}'])
def test_a_damaged_snapshot_is_passed_over(body: str) -> None:
    books = keeper()
    books.snapshot("BTCUSDT", body)
    assert books.last_id("BTCUSDT") == 100
