"""Public methods: REST's answers under other names, and what differs."""

from __future__ import annotations

import json

import pytest
from tests.venues.binance.dialect.private.api_kit import ApiClient
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.private.public_methods import PublicMethods


ONE = {"symbol": "BTCUSDT"}


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("depth", "depth", {**ONE, "limit": 5}),
        ("trades.recent", "trades", ONE),
        ("trades.historical", "historicalTrades", {**ONE, "fromId": 1}),
        ("trades.aggregate", "aggTrades", ONE),
        ("klines", "klines", {**ONE, "interval": "1m", "limit": 2}),
        ("uiKlines", "uiKlines", {**ONE, "interval": "1m"}),
        ("avgPrice", "avgPrice", ONE),
        ("ticker.24hr", "ticker/24hr", {"symbols": ["BTCUSDT"], "type": "MINI"}),
        ("ticker.tradingDay", "ticker/tradingDay", ONE),
        ("ticker", "ticker", {**ONE, "windowSize": "1h"}),
        ("ticker.price", "ticker/price", {}),
        ("ticker.book", "ticker/bookTicker", ONE),
        ("executionRules", "executionRules", ONE),
        ("ping", "ping", {}),
        ("time", "time", {}),
    ],
)
def test_results_are_rests_bodies(
    spot: Venue, method: str, path: str, params: dict[str, object]
) -> None:
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in params.items()
    }
    expected = json.loads(spot.market.answer("GET", f"/api/v3/{path}", texts).body)
    reply = ApiClient(spot).ask(method, **params)
    assert (reply["status"], reply["result"]) == (200, expected)


def test_refusals_are_rests_too(spot: Venue) -> None:
    api = ApiClient(spot)
    assert api.ask("depth", symbol="NOPE")["error"] == {"code": -1121, "msg": "Invalid symbol."}
    assert api.code("depth") == (400, -1102)
    assert api.code("klines", symbol="BTCUSDT", interval="1y") == (400, -1120)
    # Nothing is routed to other venues here.
    assert api.code("sor.order.place") == (404, -1099)


def test_exchange_information_tells_of_connections(spot: Venue) -> None:
    rows = ApiClient(spot).ask("exchangeInfo")["result"]["rateLimits"]
    assert rows[-1] == {
        "rateLimitType": "CONNECTIONS",
        "interval": "MINUTE",
        "intervalNum": 5,
        "limit": 300,
    }


def test_futures_quotes_carry_their_update_id(usdm: Venue) -> None:
    api = ApiClient(usdm)
    book = api.ask("depth", symbol="BTCUSDT", limit=5)["result"]
    one = api.ask("ticker.book", symbol="BTCUSDT")["result"]
    assert one["lastUpdateId"] == book["lastUpdateId"]
    assert api.ask("ticker.book")["result"] == [one]
    assert set(api.ask("ticker.price", symbol="BTCUSDT")["result"]) >= {"symbol", "price", "time"}


def test_the_time_is_that_of_the_venues_clock(spot: Venue) -> None:
    spot.side.faults = Faults(clock_step_s=2)
    answer = PublicMethods(spot.side.context).answer(("GET", "/api/v3/time"), {})
    told = json.loads(spot.market.answer("GET", "/api/v3/time", {}).body)["serverTime"]
    assert json.loads(answer.body) == {"serverTime": told + 2000}
