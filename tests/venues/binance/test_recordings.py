"""Captures are recognised and read by names alone; and every recorded frame decodes, exactly."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.venues.binance.samples import LISTED, SPOT_ID, USDM_ID

from tickwright.model import topics
from tickwright.model.instrument import Instruments
from tickwright.model.market import (
    AggTrade,
    BookDelta,
    Candle,
    FundingRate,
    IndexPrice,
    MarketEvent,
    MarkPrice,
    Quote,
    Side,
    Trade,
)
from tickwright.venues.base import Channel, Product, RecordedUrl
from tickwright.venues.binance.spec import COINM, PRODUCTS, SPOT, USDM


D = Decimal
MS = 1_000_000
COMPARED_EVERY = 7
"""Frames from one comparison with the slow reference to the next; a prime, so that no stream is left out."""

CAPTURES = {
    "binance-spot-1": (SPOT, 99574),
    "binance-spot-4": (SPOT, 4719),
    "binance-spot-5": (SPOT, 11367),
    "binance-spot-8": (SPOT, 270),
    "binance-usdm-1": (USDM, 73765),
    "binance-usdm-2": (USDM, 71984),
    "binance-usdm-5": (USDM, 74655),
    "binance-usdm-7": (USDM, 8426),
    "binance-coinm-1": (COINM, 98386),
    "binance-coinm-4": (COINM, 4382),
    "binanceus-spot-1": (SPOT, 6018),
    "binanceus-spot-4": (SPOT, 485),
}


@pytest.mark.parametrize(
    ("url", "product"),
    [
        ("wss://stream.binance.com:9443/stream?streams=btcusdt@trade", SPOT),
        ("https://www.binance.com/api/v1/depth?symbol=BTCUSDT", SPOT),
        ("https://data-api.binance.vision/api/v3/depth", SPOT),
        ("wss://stream.binance.us:9443/stream", SPOT),
        ("wss://fstream.binance.com/public/stream", USDM),
        ("https://fapi.binance.com/fapi/v1/exchangeInfo", USDM),
        ("https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP", COINM),
        ("wss://dstream.binance.com/stream", COINM),
        ("wss://stream.bybit.com/v5/public/spot", None),
        ("wss://evilstream.binance.com.example/stream", None),
        ("", None),
    ],
)
def test_a_url_belongs_to_one_product_at_most(url: str, product: Product | None) -> None:
    found = [each for each in PRODUCTS if each.recordings.recognises(url)]
    assert found == ([] if product is None else [product])


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("btcusdt@trade", topics.Trades(SPOT_ID)),
        ("BTCUSDT@aggTrade", topics.AggTrades(SPOT_ID)),
        ("btcusdt@bookTicker", topics.Quotes(SPOT_ID)),
        ("btcusdt@depth", topics.BookUpdates(SPOT_ID)),
        ("btcusdt@depth@100ms", topics.BookUpdates(SPOT_ID)),
        ("btcusdt@depth20@100ms", topics.BookTops(SPOT_ID, 20)),
        ("btcusdt@depth5", topics.BookTops(SPOT_ID, 5)),
        ("btcusdt@kline_1M", topics.Candles(SPOT_ID, "1M")),
        ("btcusdt@ticker", topics.Tickers(SPOT_ID)),
        ("btcusdt@ticker_4h", topics.Tickers(SPOT_ID, "4h")),
        ("btcusdt@miniTicker", topics.MiniTickers(SPOT_ID)),
        ("btcusdt@avgPrice", topics.AveragePrices(SPOT_ID)),
        ("!miniTicker@arr", topics.MiniTickers("binance.spot:*")),
        ("!ticker_1h@arr", topics.Tickers("binance.spot:*", "1h")),
        ("!ticker@arr", None),
        ("btcusdt@markPrice", None),
        ("btcusdt@depth7", None),
        ("btcusdt@kline_1m@+08:00", None),
        ("nosuch@trade", None),
        ("btcusdt@somethingNew", None),
        ("", None),
    ],
)
def test_a_spot_stream_is_known_by_its_name(name: str, topic: topics.Topic | None) -> None:
    found = SPOT.recordings.stream(name, LISTED)
    assert (None if found is None else found[0]) == topic
    assert found is None or found[1].stream == name


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("btcusdt@depth@0ms", topics.BookUpdates(USDM_ID)),
        ("btcusdt@markPrice", topics.MarkPrices(USDM_ID)),
        ("btcusdt@markPrice@1s", topics.MarkPrices(USDM_ID)),
        ("!markPrice@arr@1s", topics.MarkPrices("binance.usdm:*")),
        ("!markPrice@arr", topics.MarkPrices("binance.usdm:*")),
        ("!forceOrder@arr", topics.Liquidations("binance.usdm:*")),
        ("!bookTicker", topics.Quotes("binance.usdm:*")),
        ("!ticker@arr", topics.Tickers("binance.usdm:*")),
        ("btcusdt@kline_1s", None),
    ],
)
def test_a_usdm_stream_is_known_by_its_name(name: str, topic: topics.Topic | None) -> None:
    found = USDM.recordings.stream(name, LISTED)
    assert (None if found is None else found[0]) == topic


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (
            "https://www.binance.com/api/v1/depth?symbol=btcusdt&limit=5",
            RecordedUrl("book", "BTCUSDT"),
        ),
        ("https://fapi.binance.com/fapi/v1/depth?limit=5&symbol=A", RecordedUrl("book", "A")),
        ("https://dapi.binance.com/dapi/v1/exchangeInfo", RecordedUrl("instruments")),
        ("https://api.binance.com/api/v3/depth", None),
        ("https://api.binance.com/api/v3/klines?symbol=BTCUSDT", None),
        ("nonsense", None),
    ],
)
def test_a_request_says_what_it_asked_for(url: str, asked: RecordedUrl | None) -> None:
    assert SPOT.recordings.url(url) == asked


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as plain:
        for line in io.TextIOWrapper(plain, encoding="utf-8"):
            yield json.loads(line)


class Reader:
    """Reads a capture as a replay does: a route a stream, instruments listed or guessed."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.instruments = Instruments()
        self.channels: dict[str, Channel] = {}

    def read(self, line: dict[str, Any]) -> Any:
        frame = line["data"].encode()
        if line["dir"] == "http":
            return self._answer(line["path"], frame)
        stream = self.product.ws.stream_of(frame)
        assert stream is not None
        if stream not in self.channels:
            self._know(stream.partition("@")[0].upper())
            found = self.product.recordings.stream(stream, self.instruments)
            assert found is not None, stream
            self.channels[stream] = found[1]
        channel = self.channels[stream]
        return channel.kind.decode(frame, 1, channel.subject)

    def _know(self, symbol: str) -> None:
        if self.instruments.by_symbol(self.product.name, symbol) is None:
            self.instruments.update([self.product.infer(symbol)])

    def _answer(self, url: str, body: bytes) -> Any:
        asked = self.product.recordings.url(url)
        assert asked is not None, url
        if asked.symbol is None:
            listed = self.product.calls.instruments().decode(body, 1)
            self.instruments.update(listed)
            return listed
        self._know(asked.symbol)
        instrument = self.instruments.by_symbol(self.product.name, asked.symbol)
        assert instrument is not None
        return self.product.calls.book(instrument, 1000).decode(body, 1)


def reference(data: dict[str, Any], event: MarketEvent | list[MarketEvent]) -> Any:
    """Return ``event`` as the standard library reads it."""
    if isinstance(event, list):
        name, time_ns = event[0].instrument, data["E"] * MS
        return [
            MarkPrice(name, time_ns, 1, D(data["p"]), D(data["P"])),
            IndexPrice(name, time_ns, 1, D(data["i"])),
            FundingRate(name, time_ns, 1, D(data["r"]), data["T"] * MS),
        ]
    is_future = "T" in data and data.get("e") in ("bookTicker", "depthUpdate")
    time_ms = data["T"] if is_future or data.get("e") in ("trade", "aggTrade") else data.get("E")
    head = (event.instrument, None if time_ms is None else time_ms * MS, 1)
    match event:
        case Trade():
            side = Side.SELL if data["m"] else Side.BUY
            return Trade(*head, D(data["p"]), D(data["q"]), side, data["t"])
        case AggTrade():
            side = Side.SELL if data["m"] else Side.BUY
            numbers = (data["a"], data["f"], data["l"])
            return AggTrade(*head, D(data["p"]), D(data["q"]), side, *numbers)
        case Quote():
            return Quote(*head, D(data["b"]), D(data["B"]), D(data["a"]), D(data["A"]), data["u"])
        case Candle():
            bar = data["k"]
            prices = (D(bar["o"]), D(bar["h"]), D(bar["l"]), D(bar["c"]))
            quote_volume = None if "USD_" in bar["s"] else D(bar["q"])
            times = (bar["t"] * MS, bar["T"] * MS)
            return Candle(
                *head, bar["i"], *times, *prices, D(bar["v"]), quote_volume, bar["n"], bar["x"]
            )
        case BookDelta():
            assert pairs(data["b"]) == list(event.bids)
            assert pairs(data["a"]) == list(event.asks)
            ids = (data["U"], data["u"], data.get("pu"))
            return BookDelta(*head, event.bids, event.asks, *ids)
    raise AssertionError(f"no reference for {event!r}")


def pairs(levels: list[list[str]]) -> list[tuple[Decimal, Decimal]]:
    return [(D(price), D(quantity)) for price, quantity, *_ in levels]


@pytest.mark.slow
@pytest.mark.parametrize("name", CAPTURES)
def test_every_recorded_frame_decodes_and_no_digit_is_lost(
    name: str, capture_path: Callable[[str], Path]
) -> None:
    product, expected = CAPTURES[name]
    reader = Reader(product)
    count = 0
    for line in lines(capture_path(name)):
        event = reader.read(line)
        count += 1
        if count % COMPARED_EVERY == 0 and line["dir"] == "in":
            assert event == reference(json.loads(line["data"])["data"], event)
    assert count == expected


@pytest.mark.parametrize("name", ["binance-spot-8", "binance-coinm-4", "binanceus-spot-4"])
def test_a_recorded_listing_has_scales_that_hold_the_recorded_digits(
    name: str, capture_path: Callable[[str], Path]
) -> None:
    reader = Reader(CAPTURES[name][0])
    for line in lines(capture_path(name)):
        reader.read(line)
    assert len(reader.instruments) > 30
    assert not any(one.is_inferred for one in reader.instruments)
