from __future__ import annotations

from tickwright.io.files import CaptureRecord
from tickwright.sandbox import GeneratedMarket, PlaybackMarket, PlayedMarket
from tickwright.sandbox.ports import Market


def test_generated_and_recorded_markets_are_markets() -> None:
    frame = '{"stream":"btcusdt@trade","data":{}}'
    record = CaptureRecord(received_ts_ns=None, conn=None, direction="in", data=frame)
    markets: list[Market] = [
        GeneratedMarket("binance.spot", 1),
        PlaybackMarket("binance.spot", [record]),
        PlayedMarket("binance.spot", [record]),
    ]
    for market in markets:
        market.want("btcusdt@trade")
        market.unwant("btcusdt@trade")
        assert market.answer("GET", "/api/v3/ping", {}).body == "{}"
        assert market.dialect.name == market.product
