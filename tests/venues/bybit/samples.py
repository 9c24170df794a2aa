"""One payload of each stream, in the venue's form, and what is listed."""

from __future__ import annotations

import json
from typing import Any

from tickwright.model.instrument import Instruments
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT


__all__ = [
    "BOOK_DELTA",
    "BOOK_SNAPSHOT",
    "INVERSE_ID",
    "KLINE",
    "LINEAR_ID",
    "LIQUIDATION",
    "LISTED",
    "RECEIVED_NS",
    "SPOT_ID",
    "SPOT_KLINE",
    "SPOT_TICKER",
    "SPOT_TRADES",
    "TICKER",
    "TICKER_DELTA",
    "TOP",
    "TRADES",
    "changed",
    "reply",
]

RECEIVED_NS = 1_795_000_003_000_000_000
SPOT_ID = "bybit:BTC/USDT"
LINEAR_ID = "bybit:BTC/USDT:USDT"
INVERSE_ID = "bybit:BTC/USD:BTC"
LISTED = Instruments(
    [
        SPOT.infer("BTCUSDT"),
        LINEAR.infer("BTCUSDT"),
        LINEAR.infer("SOLUSDT"),
        INVERSE.infer("BTCUSD"),
    ]
)

BOOK_SNAPSHOT = (
    b'{"topic":"orderbook.200.BTCUSDT","type":"snapshot","ts":1795000000100,"data":{"s":"BTCUSDT",'
    b'"b":[["90000.00","1.500"],["89999.90","0.020"]],"a":[["90000.10","0.300"],["90000.20","2.000"]],"u":5001,'
    b'"seq":7961638724},"cts":1795000000095}'
)
BOOK_DELTA = (
    b'{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1795000000120,"data":{"s":"BTCUSDT",'
    b'"b":[["89999.90","0"],["89999.50","0.750"]],"a":[],"u":5002,"seq":7961638741},"cts":1795000000117}'
)
TOP = (
    b'{"topic":"orderbook.1.BTCUSDT","ts":1795000000103,"type":"snapshot","data":{"s":"BTCUSDT",'
    b'"b":[["90000.00","1.500"]],"a":[["90000.10","0.300"]],"u":81230,"seq":7961638724},"cts":1795000000095}'
)
TRADES = (
    b'{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1795000000456,"data":['
    b'{"T":1795000000454,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"90000.10","L":"PlusTick",'
    b'"i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,"RPI":false,"seq":7961638744},'
    b'{"T":1795000000454,"s":"BTCUSDT","S":"Sell","v":"0.002","p":"90000.00","L":"MinusTick",'
    b'"i":"7c1b64a1-0000-4000-8000-000000000001","BT":false,"seq":7961638744}]}'
)
SPOT_TRADES = (
    b'{"topic":"publicTrade.BTCUSDT","ts":1795000000523,"type":"snapshot","data":[{"i":"2290000000019296063",'
    b'"T":1795000000521,"p":"90000.1","v":"0.000221","S":"Buy","seq":79683241100,"s":"BTCUSDT","BT":false,'
    b'"RPI":false}]}'
)
TICKER = (
    b'{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","tickDirection":"PlusTick",'
    b'"price24hPcnt":"0.017103","lastPrice":"90000.10","prevPrice24h":"88486.70","highPrice24h":"91000.00",'
    b'"lowPrice24h":"88000.00","prevPrice1h":"89950.00","markPrice":"90001.00","indexPrice":"90010.50",'
    b'"openInterest":"50000.123","openInterestValue":"4500061070.12","turnover24h":"8123456789.1234",'
    b'"volume24h":"91234.5670","fundingIntervalHour":"8","fundingCap":"0.005","nextFundingTime":"1795017600000",'
    b'"fundingRate":"0.0001","bid1Price":"90000.00","bid1Size":"1.500","ask1Price":"90000.10","ask1Size":"0.300",'
    b'"preOpenPrice":"","preQty":"","curPreListingPhase":""},"cs":7961638724,"ts":1795000000100}'
)
TICKER_DELTA = (
    b'{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"90001.40",'
    b'"bid1Size":"1.512"},"cs":7961638750,"ts":1795000000200}'
)
SPOT_TICKER = (
    b'{"topic":"tickers.BTCUSDT","ts":1795000000096,"type":"snapshot","cs":79683241090,"data":{"symbol":"BTCUSDT",'
    b'"lastPrice":"90000.1","highPrice24h":"91000","lowPrice24h":"88000","prevPrice24h":"88490",'
    b'"volume24h":"6780.866843","turnover24h":"610278000.22","price24hPcnt":"0.0170","usdIndexPrice":"90010.2"}}'
)
KLINE = (
    b'{"topic":"kline.5.BTCUSDT","data":[{"start":1795000000000,"end":1795000299999,"interval":"5",'
    b'"open":"90000.1","close":"90010","high":"90020","low":"89990","volume":"2.081","turnover":"187300.4",'
    b'"confirm":false,"timestamp":1795000123456}],"ts":1795000123456,"type":"snapshot"}'
)
SPOT_KLINE = b'{"type":"snapshot",' + KLINE[1:].replace(b',"type":"snapshot"', b"")
LIQUIDATION = (
    b'{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1795000001204,"data":[{"T":1795000000929,'
    b'"s":"BTCUSDT","S":"Buy","v":"0.120","p":"88900.00"}]}'
)


def changed(frame: bytes, **values: Any) -> bytes:
    """Return a frame with some values of its ``data`` changed; ``None`` takes one out."""
    document = json.loads(frame)
    for name, value in values.items():
        if value is None:
            del document["data"][name]
        else:
            document["data"][name] = value
    return json.dumps(document, separators=(",", ":")).encode()


def reply(result: object, *, time_ms: int | None = 1_795_000_000_123) -> bytes:
    """Return a REST answer around ``result``."""
    document = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}}
    if time_ms is not None:
        document["time"] = time_ms
    return json.dumps(document, separators=(",", ":")).encode()
