from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues.binance.dialect.samples import NOW_MS, FixedMarket

from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct
from tickwright.venues.binance.dialect.rest import RestDesk


def ask(product: DialectProduct, path: str, **params: str) -> tuple[int, Any, int]:
    answer = RestDesk(product, FixedMarket(product)).answer("GET", path, params)
    return answer.status, json.loads(answer.body), answer.weight


def test_ping_and_time() -> None:
    assert ask(SPOT, "/api/v3/ping") == (200, {}, 1)
    assert ask(USDM, "/fapi/v1/time") == (200, {"serverTime": NOW_MS}, 1)


@pytest.mark.parametrize(
    ("product", "path", "params", "weight"),
    [
        (SPOT, "/api/v3/exchangeInfo", {}, 20),
        (USDM, "/fapi/v1/exchangeInfo", {}, 1),
        (SPOT, "/api/v3/depth", {"symbol": "BTCUSDT"}, 5),
        (SPOT, "/api/v3/depth", {"symbol": "BTCUSDT", "limit": "5000"}, 250),
        (SPOT, "/api/v3/depth", {"symbol": "BTCUSDT", "limit": "9999"}, 250),
        (USDM, "/fapi/v1/depth", {"symbol": "BTCUSDT"}, 10),
        (USDM, "/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": "1000"}, 20),
        (SPOT, "/api/v3/trades", {"symbol": "BTCUSDT"}, 25),
        (SPOT, "/api/v3/aggTrades", {"symbol": "BTCUSDT"}, 4),
        (SPOT, "/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1m"}, 2),
        (USDM, "/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "99"}, 1),
        (USDM, "/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "1500"}, 10),
        (SPOT, "/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, 2),
        (SPOT, "/api/v3/ticker/24hr", {}, 80),
        (USDM, "/fapi/v1/premiumIndex", {}, 10),
        (USDM, "/fapi/v1/openInterest", {"symbol": "BTCUSDT"}, 1),
        (COINM, "/dapi/v1/depth", {"symbol": "BTCUSD_PERP"}, 10),
    ],
)
def test_requests_cost_what_the_documentation_says(
    product: DialectProduct, path: str, params: dict[str, str], weight: int
) -> None:
    status, _, cost = ask(product, path, **params)
    assert (status, cost) == (200, weight)


MANDATORY = "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."


@pytest.mark.parametrize(
    ("product", "path", "params", "code", "text"),
    [
        (SPOT, "/api/v3/depth", {}, -1102, MANDATORY),
        (SPOT, "/api/v3/depth", {"symbol": ""}, -1102, MANDATORY),
        (SPOT, "/api/v3/depth", {"symbol": "NOPE"}, -1121, "Invalid symbol."),
        (SPOT, "/api/v3/depth", {"symbol": "btcusdt"}, -1121, "Invalid symbol."),
        (SPOT, "/api/v3/depth", {"symbol": "BTCUSDT", "limit": "x"}, -1100,
         "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."),
        (USDM, "/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": "7"}, -4021, "'7' is not valid depth limit."),
        (SPOT, "/api/v3/klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120, "Invalid interval."),
        (USDM, "/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1s"}, -1120, "Invalid interval."),
        (USDM, "/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "1501"}, -1130,
         "Data sent for parameter 'limit' is not valid."),
        (SPOT, "/api/v3/ticker/price", {"symbols": '["BTCUSDT"]', "symbol": "BTCUSDT"}, -1128,
         "Combination of optional parameters invalid."),
        (SPOT, "/api/v3/ticker/price", {"symbols": "nonsense"}, -1100,
         "Illegal characters found in parameter 'symbols'."),
        (SPOT, "/api/v3/ticker", {}, -1102,
         "Param 'symbol' or 'symbols' must be sent, but both were empty/null!"),
        (SPOT, "/api/v3/ticker", {"symbol": "BTCUSDT", "windowSize": "x"}, -1130,
         "Data sent for parameter 'windowSize' is not valid."),
    ],
)  # fmt: skip
def test_bad_parameters_get_the_venues_error(
    product: DialectProduct, path: str, params: dict[str, str], code: int, text: str
) -> None:
    status, body, _ = ask(product, path, **params)
    assert (status, body) == (400, {"code": code, "msg": text})


def test_unknown_paths_and_methods_are_not_found() -> None:
    assert ask(SPOT, "/api/v9/depth")[0] == 404
    assert RestDesk(SPOT, FixedMarket(SPOT)).answer("POST", "/api/v3/ping", {}).status == 404


def test_one_symbol_is_an_object_and_several_an_array() -> None:
    market = FixedMarket(SPOT, "BTCUSDT", "ETHUSDT")
    desk = RestDesk(SPOT, market)
    path = "/api/v3/ticker/bookTicker"
    one = json.loads(desk.answer("GET", path, {"symbol": "ETHUSDT"}).body)
    every = json.loads(desk.answer("GET", path, {}).body)
    some = json.loads(desk.answer("GET", path, {"symbols": '["ETHUSDT"]'}).body)
    assert one["symbol"] == "ETHUSDT"
    assert [row["symbol"] for row in every] == ["BTCUSDT", "ETHUSDT"]
    assert some == [one]


def test_coinm_answers_with_arrays_even_for_one() -> None:
    _, body, _ = ask(COINM, "/dapi/v1/premiumIndex", symbol="BTCUSD_PERP")
    assert [row["symbol"] for row in body] == ["BTCUSD_PERP"]


def test_parameters_reach_the_market() -> None:
    market = FixedMarket(USDM)
    desk = RestDesk(USDM, market)
    params = {"symbol": "BTCUSDT", "startTime": "5", "endTime": "9", "limit": "3"}
    for path in ("aggTrades", "fundingRate", "klines", "trades"):
        more = {"interval": "1m", "fromId": "4"}
        assert desk.answer("GET", f"/fapi/v1/{path}", params | more).status == 200
    assert market.instruments[0].asked == [
        ("agg_trades", 4, 5, 9, 3),
        ("fundings", 5, 9, 3),
        ("candles", "1m", 5, 9, 3),
        ("trades", 4, 3),
    ]


PRICE_KLINES = {
    "indexPriceKlines": ["64990.00000000", "65010.00000000", "64980.50000000", "65000.10000000"],
    "markPriceKlines": ["64991.29980000", "65011.30020000", "64981.79961000", "65001.40000200"],
    "premiumIndexKlines": ["0.00002000"] * 4,
}


@pytest.mark.parametrize(("kind", "prices"), PRICE_KLINES.items())
def test_candles_of_index_mark_and_premium_have_samples_for_volumes(
    kind: str, prices: list[str]
) -> None:
    key = "pair" if kind == "indexPriceKlines" else "symbol"
    status, (row, *_), weight = ask(
        USDM, f"/fapi/v1/{kind}", **{key: "BTCUSDT", "interval": "1m", "limit": "2"}
    )
    assert (status, weight) == (200, 1)
    assert row[1:5] == prices
    assert row[5:] == ["0", row[0] + 59_999, "0", 60, "0", "0", "0"]


def test_continuous_candles_are_the_perpetuals_and_may_be_seconds() -> None:
    path, pair = "/fapi/v1/continuousKlines", {"pair": "BTCUSDT", "interval": "1s"}
    _, plain, _ = ask(USDM, "/fapi/v1/klines", symbol="BTCUSDT", interval="1m")
    assert ask(USDM, path, **pair, contractType="PERPETUAL")[:2] == (200, plain)
    assert ask(USDM, path, **pair, contractType="NEXT_QUARTER")[:2] == (200, [])


def test_pairs_and_contract_types_must_exist() -> None:
    path = "/fapi/v1/continuousKlines"
    nobody = {"pair": "NOPE", "interval": "1m", "contractType": "PERPETUAL"}
    assert ask(USDM, path, **nobody)[1] == {"code": -4144, "msg": "Invalid pair"}
    other = {**nobody, "pair": "BTCUSDT", "contractType": "WEEKLY"}
    assert ask(USDM, path, **other)[1] == {"code": -4104, "msg": "Invalid contract type"}


def test_exchange_information_of_some_symbols() -> None:
    desk = RestDesk(SPOT, FixedMarket(SPOT, "BTCUSDT", "ETHUSDT"))
    body = json.loads(desk.answer("GET", "/api/v3/exchangeInfo", {"symbol": "ETHUSDT"}).body)
    assert [row["symbol"] for row in body["symbols"]] == ["ETHUSDT"]


@pytest.mark.parametrize(
    ("path", "params", "weight"),
    [
        ("/api/v3/ticker", {"symbol": "BTCUSDT"}, 4),
        ("/api/v3/ticker/tradingDay", {"symbols": '["BTCUSDT"]'}, 4),
        ("/api/v3/executionRules", {}, 40),
        ("/api/v3/executionRules", {"symbol": "BTCUSDT"}, 2),
        ("/api/v3/referencePrice", {"symbol": "BTCUSDT"}, 2),
        ("/api/v3/referencePrice/calculation", {"symbol": "BTCUSDT"}, 2),
        ("/api/v3/historicalBlockTrades", {"symbol": "BTCUSDT", "fromId": "1"}, 25),
    ],
)
def test_the_smaller_spot_endpoints_are_there(
    path: str, params: dict[str, str], weight: int
) -> None:
    status, _, cost = ask(SPOT, path, **params)
    assert (status, cost) == (200, weight)


def test_windows_can_be_told_in_short() -> None:
    _, full, _ = ask(SPOT, "/api/v3/ticker/tradingDay", symbol="BTCUSDT")
    _, mini, _ = ask(SPOT, "/api/v3/ticker/tradingDay", symbol="BTCUSDT", type="MINI")
    assert set(full) - set(mini) == {"priceChange", "priceChangePercent", "weightedAvgPrice"}
    assert mini.items() <= full.items()


def test_the_reference_price_lies_in_the_middle_of_the_book() -> None:
    _, found, _ = ask(SPOT, "/api/v3/referencePrice", symbol="BTCUSDT")
    assert found == {
        "symbol": "BTCUSDT",
        "referencePrice": "65000.05000000",
        "timestamp": NOW_MS,
    }


def test_a_status_that_nothing_has_finds_nothing() -> None:
    assert ask(SPOT, "/api/v3/ticker/price", symbolStatus="HALT")[:2] == (200, [])
    assert ask(SPOT, "/api/v3/ticker/price", symbolStatus="TRADING")[1]
    status, body, _ = ask(SPOT, "/api/v3/ticker/price", symbol="BTCUSDT", symbolStatus="HALT")
    assert (status, body["code"]) == (400, -1220)
