"""Binance's own spot client, REST and market streams, against the venue: unpatched but for addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.clients.conftest import SPOT
from tests.clients.kit import ClientError, ClientProcess, sdk_addresses
from tests.sandbox.conftest import NaiveBook

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


pytestmark = (
    pytest.mark.slow
)  # importing the client takes seconds, and it subscribes no faster than twice a second

ONE = {"symbol": "BTCUSDT"}
# Method, arguments, and what the client makes of the answer: its model of it, or a list of tuples.
ANSWERS: list[tuple[str, dict[str, Any], str]] = [
    ("ping", {}, "dict"),
    ("time", {}, "TimeResponse"),
    ("exchange_info", {}, "ExchangeInfoResponse"),
    ("exchange_info", ONE, "ExchangeInfoResponse"),
    ("exchange_info", {"symbols": ["BTCUSDT", "ETHUSDT"]}, "ExchangeInfoResponse"),
    ("depth", {**ONE, "limit": 5}, "DepthResponse"),
    ("get_trades", {**ONE, "limit": 2}, "list"),
    ("historical_trades", {**ONE, "limit": 2}, "list"),
    ("agg_trades", {**ONE, "limit": 2}, "list"),
    ("klines", {**ONE, "interval": "1m", "limit": 2}, "list"),
    ("ui_klines", {**ONE, "interval": "1m", "limit": 2}, "list"),
    ("avg_price", ONE, "AvgPriceResponse"),
    ("ticker24hr", ONE, "Ticker24hrResponse"),
    ("ticker24hr", {}, "Ticker24hrResponse"),
    ("ticker24hr", {**ONE, "type": "MINI"}, "Ticker24hrResponse"),
    ("ticker", {**ONE, "window_size": "1h"}, "TickerResponse"),
    ("ticker_price", ONE, "TickerPriceResponse"),
    ("ticker_price", {}, "TickerPriceResponse"),
    ("ticker_book_ticker", ONE, "TickerBookTickerResponse"),
    ("ticker_book_ticker", {}, "TickerBookTickerResponse"),
]
# Method, arguments, the stream it must subscribe, and the client's model of an event.
STREAMS = [
    ("trade", {}, "btcusdt@trade", "TradeResponse"),
    ("agg_trade", {}, "btcusdt@aggTrade", "AggTradeResponse"),
    ("kline", {"interval": "1m"}, "btcusdt@kline_1m", "KlineResponse"),
    ("mini_ticker", {}, "btcusdt@miniTicker", "MiniTickerResponse"),
    ("ticker", {}, "btcusdt@ticker", "TickerResponse"),
    ("book_ticker", {}, "btcusdt@bookTicker", "BookTickerResponse"),
    ("avg_price", {}, "btcusdt@avgPrice", "AvgPriceResponse"),
    ("partial_book_depth", {"levels": "5", "update_speed": "100ms"}, "btcusdt@depth5@100ms", "PartialBookDepthResponse"),
]  # fmt: skip


@pytest.fixture
async def spot(sdk: ClientProcess, venue: LoopbackVenue) -> AsyncIterator[ClientProcess]:
    await sdk.call("open", **sdk_addresses(venue, "spot"))
    yield sdk
    await sdk.call("close")


async def test_every_answer_fits_the_clients_model(
    spot: ClientProcess, venue: LoopbackVenue
) -> None:
    await venue.advance(5)
    for method, arguments, model in ANSWERS:
        answer = await spot.call(f"rest.{method}", **arguments)
        assert answer["model"] == model, method
        assert answer["data"] or method == "ping"
        (weight,) = answer["limits"]
        assert (weight["rateLimitType"], weight["interval"]) == ("REQUEST_WEIGHT", "MINUTE")
        assert 0 < weight["count"] <= 6000
    assert spot.events("complaint") == []


async def test_every_event_fits_the_clients_model(
    spot: ClientProcess, venue: LoopbackVenue
) -> None:
    for method, arguments, _, _ in STREAMS:
        await spot.call(f"streams.{method}", symbol="btcusdt", **arguments)
    await spot.call("streams.all_mini_ticker")
    wanted = {stream for _, _, stream, _ in STREAMS} | {"!miniTicker@arr"}
    await venue.wait_until(lambda: venue.switchboard(SPOT).streams == wanted)
    listed = await spot.call("streams.list_subscribe")
    assert set(listed["result"]) == wanted
    await venue.advance(10)
    for method, _, _, model in STREAMS:
        (first, *_) = await spot.wait_for(method, bool)
        assert first["models"] == [model]
    (first, *_) = await spot.wait_for("all_mini_ticker", bool)
    assert first["models"] == ["AllMiniTickerResponse"]
    assert spot.events("complaint") == []


async def test_a_book_kept_as_documented_equals_the_venues_over_hundreds_of_updates(
    spot: ClientProcess, venue: LoopbackVenue, markets: dict[str, GeneratedMarket]
) -> None:
    await spot.call("streams.diff_book_depth", symbol="btcusdt", update_speed="100ms")
    await venue.wait_until(lambda: "btcusdt@depth@100ms" in venue.switchboard(SPOT).streams)
    await venue.advance(1)
    snapshot = await spot.call("rest.depth", **ONE, limit=5000)
    book = NaiveBook(is_futures=False)
    book.replace(snapshot["data"])
    await venue.advance(40)
    instrument = markets[SPOT].find("BTCUSDT")
    assert instrument is not None
    last_id = instrument.update_id
    events = await spot.wait_for(
        "diff_book_depth", lambda seen: bool(seen) and seen[-1]["data"]["u"] == last_id
    )
    assert len(events) >= 400
    for event in events:
        book.update(event["data"])
    assert (book.bids, book.asks) == markets[SPOT].book("BTCUSDT")


async def test_trades_have_neither_hole_nor_double(
    spot: ClientProcess, venue: LoopbackVenue, markets: dict[str, GeneratedMarket]
) -> None:
    instrument = markets[SPOT].find("BTCUSDT")
    assert instrument is not None
    first_id = instrument.last_trade_id + 1
    await spot.call("streams.trade", symbol="btcusdt")
    await venue.wait_until(lambda: "btcusdt@trade" in venue.switchboard(SPOT).streams)
    await venue.advance(10)
    last_id = instrument.last_trade_id
    events = await spot.wait_for(
        "trade", lambda seen: bool(seen) and seen[-1]["data"]["t"] == last_id
    )
    assert [event["data"]["t"] for event in events] == list(range(first_id, last_id + 1))
    asked = await spot.call("rest.get_trades", **ONE, limit=1000)
    assert asked["data"][-1]["id"] == last_id

    await spot.call("streams.unsubscribe", ["btcusdt@trade"])
    await venue.wait_until(lambda: not venue.switchboard(SPOT).streams)


REFUSALS: list[tuple[str, dict[str, Any], str, int, str]] = [
    ("depth", {"symbol": "NOPE"}, "BadRequestError", -1121, "Invalid symbol."),
    ("klines", {**ONE, "interval": "7m"}, "BadRequestError", -1120, "Invalid interval."),
]


async def test_refusals_carry_the_venues_code_and_words(
    spot: ClientProcess, venue: LoopbackVenue
) -> None:
    for method, arguments, kind, code, text in REFUSALS:
        with pytest.raises(ClientError) as caught:
            await spot.call(f"rest.{method}", **arguments)
        assert caught.value.kind == kind
        assert caught.value.detail == {"error_message": text, "status_code": code}
    venue.faults.retry_after_s = 7
    for status, kind in ((429, "TooManyRequestsError"), (418, "RateLimitBanError")):
        venue.faults.rest_status = status
        with pytest.raises(ClientError) as caught:
            await spot.call("rest.time")
        assert caught.value.kind == kind
        assert caught.value.detail["status_code"] == -1003
        assert caught.value.detail["retry_after"] == 7


async def test_a_ping_is_answered(spot: ClientProcess, venue: LoopbackVenue) -> None:
    await spot.call("streams.trade", symbol="btcusdt")
    (connection,) = venue.switchboard(SPOT).connections
    venue.ping_all()
    await venue.wait_until(lambda: bool(connection.pongs))
