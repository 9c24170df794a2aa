from __future__ import annotations

from typing import Any

import pytest
from tests.venues.bybit.dialect.samples import NOW_MS, FixedMarket, read

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.publisher import Publisher
from tickwright.venues.bybit.dialect.rest import RestDesk
from tickwright.venues.dialects import Answer


@pytest.fixture
def market() -> FixedMarket:
    return FixedMarket("BTCUSDT", "ETHUSDT")


@pytest.fixture
def desk(market: FixedMarket) -> RestDesk:
    return RestDesk(market, Publisher(market), (SPOT, LINEAR))


def ask(desk: RestDesk, path: str, **params: str) -> Answer:
    return desk.answer("GET", f"/v5/market/{path}", params)


def result(desk: RestDesk, path: str, **params: str) -> Any:
    body = read(ask(desk, path, **params).body)
    assert body["retCode"] == 0, body
    return body["result"]


def test_the_time_is_told_in_seconds_and_nanoseconds(desk: RestDesk) -> None:
    assert result(desk, "time") == {
        "timeSecond": str(NOW_MS // 1000),
        "timeNano": str(NOW_MS * 1_000_000),
    }


def test_instruments_are_listed_by_category_symbol_and_base(desk: RestDesk) -> None:
    for more, symbols in (
        ({}, ["BTCUSDT", "ETHUSDT"]),
        ({"symbol": "ETHUSDT"}, ["ETHUSDT"]),
        ({"baseCoin": "BTC"}, ["BTCUSDT"]),
        ({"status": "PreLaunch"}, []),
    ):
        rows = result(desk, "instruments-info", category="linear", **more)["list"]
        assert [row["symbol"] for row in rows] == symbols


def test_a_book_has_the_levels_that_were_asked_for(desk: RestDesk) -> None:
    assert len(result(desk, "orderbook", category="spot", symbol="BTCUSDT")["b"]) == 1
    book = result(desk, "orderbook", category="linear", symbol="BTCUSDT")
    assert [price for price, _ in book["a"]] == ["65001.00", "65002.00"]
    assert (book["u"], book["seq"], book["cts"]) == (100, 107, NOW_MS - 5)


def test_a_book_belongs_to_the_line_that_is_streamed(desk: RestDesk, market: FixedMarket) -> None:
    publisher = Publisher(market)
    desk = RestDesk(market, publisher, (SPOT, LINEAR))
    publisher.want("linear/orderbook.full.BTCUSDT")
    market.one("linear/BTCUSDT").move(64_998, 3, is_bid=True)
    before = result(desk, "full_orderbook", category="linear", symbol="BTCUSDT")
    assert (before["u"], len(before["b"])) == (100, 2)
    publisher.beat()
    (delta,) = [read(payload) for _, payload in publisher.take()]
    after = result(desk, "full_orderbook", category="linear", symbol="BTCUSDT")
    assert (after["u"], after["seq"]) == (delta["data"]["u"], delta["data"]["seq"])
    assert len(after["b"]) == 3


def test_tickers_of_one_or_all(desk: RestDesk) -> None:
    assert len(result(desk, "tickers", category="spot")["list"]) == 2
    (row,) = result(desk, "tickers", category="linear", symbol="ETHUSDT")["list"]
    assert row["fundingRate"] == "0.0001"


def test_trades_come_newest_first(desk: RestDesk) -> None:
    rows = result(desk, "recent-trade", category="spot", symbol="BTCUSDT")["list"]
    assert [row["execId"][-1] for row in rows] == ["7", "6"]
    assert (rows[0]["side"], rows[0]["time"]) == ("Sell", str(NOW_MS - 1))
    assert int(rows[0]["seq"]) > int(rows[1]["seq"])


def test_candles_come_newest_first_in_rows_of_seven(desk: RestDesk) -> None:
    answer = result(desk, "kline", symbol="BTCUSDT", interval="1", limit="2")
    assert answer["category"] == "linear"
    assert [len(row) for row in answer["list"]] == [7, 7]
    starts = [int(row[0]) for row in answer["list"]]
    assert starts == sorted(starts, reverse=True)
    later = result(desk, "kline", symbol="BTCUSDT", interval="1", start=str(starts[0]))
    assert [int(row[0]) for row in later["list"]] == starts[:1]
    assert len(result(desk, "mark-price-kline", symbol="BTCUSDT", interval="D")["list"][0]) == 5


def test_fundings_and_interest_are_told_of_contracts_only(desk: RestDesk) -> None:
    rows = result(desk, "funding/history", category="linear", symbol="BTCUSDT")["list"]
    assert [row["fundingRate"] for row in rows] == ["0.00010001", "0.0001"]
    rows = result(
        desk, "open-interest", category="linear", symbol="BTCUSDT", intervalTime="1h", limit="3"
    )["list"]
    assert [row["openInterest"] for row in rows] == ["81.001"] * 3
    assert int(rows[0]["timestamp"]) - int(rows[1]["timestamp"]) == 3_600_000
    body = read(ask(desk, "funding/history", category="spot", symbol="BTCUSDT").body)
    assert body["retCode"] == 10001


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("orderbook", {"category": "spot"}),
        ("orderbook", {"symbol": "BTCUSDT"}),
        ("orderbook", {"category": "spot", "symbol": "NOPEUSDT"}),
        ("orderbook", {"category": "spot", "symbol": "BTCUSDT", "limit": "0"}),
        ("orderbook", {"category": "spot", "symbol": "BTCUSDT", "limit": "x"}),
        ("kline", {"symbol": "BTCUSDT", "interval": "2"}),
        ("funding/history", {"category": "linear", "symbol": "BTCUSDT", "startTime": "1"}),
        ("open-interest", {"category": "linear", "symbol": "BTCUSDT", "intervalTime": "1"}),
        ("orderbook", {"category": "option", "symbol": "BTCUSDT"}),
        ("tickers", {"category": "nothing"}),
        ("instruments-info", {"category": "linear", "cursor": "x"}),
    ],
)
def test_what_cannot_be_is_a_parameter_error_with_status_200(
    desk: RestDesk, path: str, params: dict[str, str]
) -> None:
    answer = ask(desk, path, **params)
    assert answer.status == 200
    assert read(answer.body)["retCode"] == 10001


def test_small_endpoints_answer(desk: RestDesk) -> None:
    limits = result(desk, "price-limit", symbol="BTCUSDT")
    assert float(limits["sellLmt"]) < 65_000 < float(limits["buyLmt"])
    assert result(desk, "rpi_orderbook", symbol="BTCUSDT", limit="1")["b"] == [
        ["65000.00", "0.120", "0"]
    ]
    assert len(result(desk, "risk-limit", category="linear")["list"]) == 2
    assert result(desk, "insurance")["list"] == []


def test_categories_without_instruments_are_empty(desk: RestDesk) -> None:
    for category in ("inverse", "option"):
        assert result(desk, "instruments-info", category=category)["list"] == []
        assert result(desk, "tickers", category=category)["list"] == []


def test_unknown_paths_and_methods_are_404(desk: RestDesk) -> None:
    assert ask(desk, "nothing").status == 404
    assert desk.answer("POST", "/v5/market/time", {}).status == 404


def test_a_single_product_knows_no_other_category(market: FixedMarket) -> None:
    desk = RestDesk(market, Publisher(market), (SPOT,))
    assert read(ask(desk, "tickers", category="linear").body)["retCode"] == 10001
