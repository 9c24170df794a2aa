"""Binance's own USD-M futures client, REST and market streams, against the venue: unpatched but for addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.clients.conftest import USDM
from tests.clients.kit import ClientError, ClientProcess, sdk_addresses
from tests.sandbox.conftest import NaiveBook

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


pytestmark = (
    pytest.mark.slow
)  # importing the client takes seconds, and it subscribes no faster than twice a second

ONE = {"symbol": "BTCUSDT"}
PAIR: dict[str, Any] = {"pair": "BTCUSDT", "interval": "1m", "limit": 2}
# Method, arguments, and what the client makes of the answer: its model of it, or a list.
ANSWERS: list[tuple[str, dict[str, Any], str]] = [
    ("test_connectivity", {}, "dict"),
    ("check_server_time", {}, "CheckServerTimeResponse"),
    ("exchange_information", {}, "ExchangeInformationResponse"),
    ("order_book", {**ONE, "limit": 5}, "OrderBookResponse"),
    ("recent_trades_list", {**ONE, "limit": 2}, "list"),
    ("old_trades_lookup", {**ONE, "limit": 2}, "list"),
    ("compressed_aggregate_trades_list", {**ONE, "limit": 2}, "list"),
    ("kline_candlestick_data", {**ONE, "interval": "1m", "limit": 2}, "list"),
    ("continuous_contract_kline_candlestick_data", {**PAIR, "contract_type": "PERPETUAL"}, "list"),
    ("index_price_kline_candlestick_data", PAIR, "list"),
    ("mark_price_kline_candlestick_data", {**ONE, "interval": "1m", "limit": 2}, "list"),
    ("premium_index_kline_data", {**ONE, "interval": "1m", "limit": 2}, "list"),
    ("mark_price", ONE, "MarkPriceResponse"),
    ("mark_price", {}, "MarkPriceResponse"),
    ("get_funding_rate_history", {**ONE, "limit": 2}, "list"),
    ("get_funding_rate_info", {}, "list"),
    ("ticker24hr_price_change_statistics", ONE, "Ticker24hrPriceChangeStatisticsResponse"),
    ("ticker24hr_price_change_statistics", {}, "Ticker24hrPriceChangeStatisticsResponse"),
    ("symbol_price_ticker", ONE, "SymbolPriceTickerResponse"),
    ("symbol_price_ticker_v2", ONE, "SymbolPriceTickerV2Response"),
    ("symbol_price_ticker_v2", {}, "SymbolPriceTickerV2Response"),
    ("symbol_order_book_ticker", ONE, "SymbolOrderBookTickerResponse"),
    ("symbol_order_book_ticker", {}, "SymbolOrderBookTickerResponse"),
    ("open_interest", ONE, "OpenInterestResponse"),
]
EMPTY = {"test_connectivity", "get_funding_rate_info"}
# Method, arguments, the stream it must subscribe, and the client's model of an event.
STREAMS: list[tuple[str, dict[str, str], str, str]] = [
    ("aggregate_trade_streams", {}, "btcusdt@aggTrade", "AggregateTradeStreamsResponse"),
    ("mark_price_stream", {"update_speed": "1s"}, "btcusdt@markPrice@1s", "MarkPriceStreamResponse"),
    ("kline_candlestick_streams", {"interval": "1m"}, "btcusdt@kline_1m", "KlineCandlestickStreamsResponse"),
    ("individual_symbol_mini_ticker_stream", {}, "btcusdt@miniTicker", "IndividualSymbolMiniTickerStreamResponse"),
    ("individual_symbol_ticker_streams", {}, "btcusdt@ticker", "IndividualSymbolTickerStreamsResponse"),
    ("liquidation_order_streams", {}, "btcusdt@forceOrder", "LiquidationOrderStreamsResponse"),
    ("individual_symbol_book_ticker_streams", {}, "btcusdt@bookTicker", "IndividualSymbolBookTickerStreamsResponse"),
    ("partial_book_depth_streams", {"levels": "5", "update_speed": "100ms"}, "btcusdt@depth5@100ms", "PartialBookDepthStreamsResponse"),
]  # fmt: skip
ARRAYS: list[tuple[str, dict[str, str], str, str]] = [
    ("mark_price_stream_for_all_market", {"update_speed": "1s"}, "!markPrice@arr@1s", "MarkPriceStreamForAllMarketResponse"),
    ("all_market_tickers_streams", {}, "!ticker@arr", "AllMarketTickersStreamsResponse"),
    ("all_book_tickers_stream", {}, "!bookTicker", "AllBookTickersStreamResponse"),
]  # fmt: skip


@pytest.fixture
async def usdm(sdk: ClientProcess, venue: LoopbackVenue) -> AsyncIterator[ClientProcess]:
    await sdk.call("open", **sdk_addresses(venue, "usdm"))
    yield sdk
    await sdk.call("close")


async def test_every_answer_fits_the_clients_model(
    usdm: ClientProcess, venue: LoopbackVenue
) -> None:
    await venue.advance(5)
    counts = []
    for method, arguments, model in ANSWERS:
        answer = await usdm.call(f"rest.{method}", **arguments)
        assert answer["model"] == model, method
        assert answer["data"] or method in EMPTY
        (weight,) = answer["limits"]
        assert (weight["rateLimitType"], weight["interval"]) == ("REQUEST_WEIGHT", "MINUTE")
        counts.append(weight["count"])
    # One alone may be none: some cost nothing, and a minute may have just begun.
    assert 0 <= min(counts) < max(counts) <= 2400
    assert usdm.events("complaint") == []


async def test_every_event_fits_the_clients_model_on_its_route(
    usdm: ClientProcess, venue: LoopbackVenue
) -> None:
    for method, arguments, _, _ in STREAMS:
        await usdm.call(f"streams.{method}", symbol="btcusdt", **arguments)
    candles, pair = "continuous_contract_kline_candlestick_streams", "btcusdt"
    await usdm.call(f"streams.{candles}", pair=pair, contract_type="perpetual", interval="1m")
    for method, arguments, _, _ in ARRAYS:
        await usdm.call(f"streams.{method}", **arguments)
    every = STREAMS + ARRAYS
    wanted = {stream for _, _, stream, _ in every} | {"btcusdt_perpetual@continuousKline_1m"}
    # Heard, not only accepted: each stream went to the connection whose route carries it.
    await venue.wait_until(lambda: venue.switchboard(USDM).streams == wanted)
    routes = {one.conversation.route for one in venue.switchboard(USDM).connections}  # type: ignore[attr-defined]  # Binance's conversations have one
    assert routes == {"public", "market", "private"}
    await venue.advance(20)
    for method, _, _, model in every:
        (first, *_) = await usdm.wait_for(method, bool)
        assert first["models"] == [model]
    (first, *_) = await usdm.wait_for(candles, bool)
    assert first["models"] == ["ContinuousContractKlineCandlestickStreamsResponse"]
    assert usdm.events("complaint") == []


async def test_a_book_kept_as_documented_equals_the_venues_over_hundreds_of_updates(
    usdm: ClientProcess, venue: LoopbackVenue, markets: dict[str, GeneratedMarket]
) -> None:
    method, stream = "diff_book_depth_streams", "btcusdt@depth@100ms"
    await usdm.call(f"streams.{method}", symbol="btcusdt", update_speed="100ms")
    await venue.wait_until(lambda: stream in venue.switchboard(USDM).streams)
    await venue.advance(1)
    snapshot = await usdm.call("rest.order_book", **ONE, limit=1000)
    book = NaiveBook(is_futures=True)
    book.replace(snapshot["data"])
    await venue.advance(40)
    instrument = markets[USDM].find("BTCUSDT")
    assert instrument is not None
    last_id = instrument.update_id
    events = await usdm.wait_for(
        method, lambda seen: bool(seen) and seen[-1]["data"]["u"] == last_id
    )
    assert len(events) >= 400
    for event in events:
        book.update(event["data"])
    assert (book.bids, book.asks) == markets[USDM].book("BTCUSDT")


async def test_joined_trades_have_neither_hole_nor_double(
    usdm: ClientProcess, venue: LoopbackVenue
) -> None:
    method = "aggregate_trade_streams"
    await usdm.call(f"streams.{method}", symbol="btcusdt")
    await venue.wait_until(lambda: "btcusdt@aggTrade" in venue.switchboard(USDM).streams)
    before = await usdm.call("rest.compressed_aggregate_trades_list", **ONE, limit=1)
    await venue.advance(10)
    asked = await usdm.call("rest.compressed_aggregate_trades_list", **ONE, limit=1000)
    ids = [one["a"] for one in asked["data"]]
    events = await usdm.wait_for(
        method, lambda seen: bool(seen) and seen[-1]["data"]["a"] == ids[-1]
    )
    assert [event["data"]["a"] for event in events] == ids[-len(events) :]
    assert events[0]["data"]["a"] == before["data"][0]["a"] + 1


REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    ("order_book", {"symbol": "NOPE"}, -1121, "Invalid symbol."),
    ("order_book", {**ONE, "limit": 7}, -4021, "'7' is not valid depth limit."),
    ("kline_candlestick_data", {**ONE, "interval": "1s"}, -1120, "Invalid interval."),
]


async def test_refusals_carry_the_venues_code_and_words(usdm: ClientProcess) -> None:
    for method, arguments, code, text in REFUSALS:
        with pytest.raises(ClientError) as caught:
            await usdm.call(f"rest.{method}", **arguments)
        assert caught.value.kind == "BadRequestError"
        assert caught.value.detail == {"error_message": text, "status_code": code}
