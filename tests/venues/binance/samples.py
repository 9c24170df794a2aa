"""One payload of each stream, in the venue's form, with the channel that reads it."""

from __future__ import annotations

import json
from typing import Any

from tickwright.model import topics
from tickwright.model.instrument import Instruments
from tickwright.venues.base import Channel, Product
from tickwright.venues.binance.spec import COINM, SPOT, USDM


RECEIVED_NS = 1_795_000_003_000_000_000

LISTED = Instruments(
    [
        SPOT.infer("BTCUSDT"),
        SPOT.infer("ETHBTC"),
        USDM.infer("BTCUSDT"),
        USDM.infer("BTCUSDT_261225"),
        COINM.infer("BTCUSD_PERP"),
        COINM.infer("BTCUSD_261225"),
    ]
)

SPOT_ID = "binance:BTC/USDT"
USDM_ID = "binance:BTC/USDT:USDT"
COINM_ID = "binance:BTC/USD:BTC"

KLINE = (
    '{"e":"kline","E":1795000002000,"s":"BTCUSDT","k":{"t":1794999960000,"T":1795000019999,"s":"BTCUSDT",'
    '"i":"1m","f":4200000000,"L":4200000042,"o":"64990.00000000","c":"65000.10000000","h":"65010.00000000",'
    '"l":"64980.50000000","v":"12.50000000","n":43,"x":false,"q":"812500.12345000","V":"7.10000000",'
    '"Q":"461500.55000000","B":"0"}}'
)
MINI_TICKER = (
    '{"e":"24hrMiniTicker","E":1795000002000,"s":"BTCUSDT","c":"65000.10000000","o":"64000.00000000",'
    '"h":"65500.00000000","l":"63500.00000000","v":"18000.50000000","q":"1161000000.12000000"}'
)
TICKER = (
    '{"e":"24hrTicker","E":1795000002000,"s":"BTCUSDT","p":"1000.10000000","P":"1.563","w":"64500.00000000",'
    '"x":"63999.99000000","c":"65000.10000000","Q":"0.01000000","b":"65000.09000000","B":"1.20000000",'
    '"a":"65000.10000000","A":"0.80000000","o":"64000.00000000","h":"65500.00000000","l":"63500.00000000",'
    '"v":"18000.50000000","q":"1161000000.12000000","O":1794913602000,"C":1795000002000,"F":4190000000,'
    '"L":4200000042,"n":10000043}'
)
HOUR_TICKER = (
    '{"e":"1hTicker","E":1795000002000,"s":"BTCUSDT","p":"50.00000000","P":"0.077","o":"64950.10000000",'
    '"h":"65010.00000000","l":"64900.00000000","c":"65000.10000000","w":"64960.00000000","v":"700.00000000",'
    '"q":"45472000.00000000","O":1794996360000,"C":1795000002000,"F":4199600000,"L":4200000042,"n":400043}'
)
FUTURE_DEPTH = (
    '{"e":"depthUpdate","E":1795000000251,"T":1795000000248,"s":"BTCUSDT","ps":"BTCUSDT","U":11500000000100,'
    '"u":11500000000180,"pu":11500000000099,"b":[["65010.00","6.760"],["65009.90","1"]],'
    '"a":[["65010.10","3.000"]],"st":1}'
)
MARK_PRICE = (
    '{"e":"markPriceUpdate","E":1795000000000,"s":"BTCUSDT","p":"65008.00000000","ap":"65007.20000000",'
    '"P":"65020.50000000","i":"65006.10000000","r":"0.00010000","T":1795017600000,"st":1}'
)
FORCE_ORDER = (
    '{"e":"forceOrder","E":1795000000000,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014",'
    '"p":"64500.00","ap":"64510.10","X":"FILLED","l":"0.014","z":"0.014","T":1794999999900},"ps":"BTCUSDT",'
    '"st":1}'
)
FUTURE_QUOTE = (
    '{"e":"bookTicker","u":11500000000123,"s":"BTCUSDT","ps":"BTCUSDT","b":"65010.00","B":"6.760",'
    '"a":"65010.10","A":"3.064","T":1795000000099,"E":1795000000101,"st":1}'
)

SAMPLES: list[tuple[Product, topics.Topic, str]] = [
    (
        SPOT,
        topics.Trades(SPOT_ID),
        '{"e":"trade","E":1795000000101,"s":"BTCUSDT","t":4200000001,"p":"65000.10000000","q":"0.01000000",'
        '"T":1795000000100,"m":true,"M":true}',
    ),
    (
        SPOT,
        topics.AggTrades(SPOT_ID),
        '{"e":"aggTrade","E":1795000000101,"s":"BTCUSDT","a":3100000001,"p":"65000.10000000","q":"0.03500000",'
        '"f":4200000001,"l":4200000003,"T":1795000000100,"m":false,"M":true}',
    ),
    (
        SPOT,
        topics.Quotes(SPOT_ID),
        '{"u":90000000123,"s":"BTCUSDT","b":"65000.09000000","B":"1.20000000","a":"65000.10000000",'
        '"A":"0.80000000"}',
    ),
    (
        SPOT,
        topics.BookUpdates(SPOT_ID),
        '{"e":"depthUpdate","E":1795000002100,"s":"BTCUSDT","U":90000000124,"u":90000000130,'
        '"b":[["65000.09000000","0.00000000"]],"a":[["65000.10000000","1.05000000"]]}',
    ),
    (
        SPOT,
        topics.BookTops(SPOT_ID, 5),
        '{"lastUpdateId":90000000123,"bids":[["65000.09000000","1.20000000"]],'
        '"asks":[["65000.10000000","0.80000000"]]}',
    ),
    (SPOT, topics.Candles(SPOT_ID, "1m"), KLINE),
    (SPOT, topics.MiniTickers(SPOT_ID), MINI_TICKER),
    (SPOT, topics.MiniTickers("binance.spot:*"), f"[{MINI_TICKER}]"),
    (SPOT, topics.Tickers(SPOT_ID), TICKER),
    (SPOT, topics.Tickers(SPOT_ID, "1h"), HOUR_TICKER),
    (SPOT, topics.Tickers("binance.spot:*", "1h"), f"[{HOUR_TICKER}]"),
    (
        SPOT,
        topics.AveragePrices(SPOT_ID),
        '{"e":"avgPrice","E":1795000002000,"s":"BTCUSDT","i":"5m","w":"64980.12000000","T":1795000001990}',
    ),
    (
        USDM,
        topics.Trades(USDM_ID),
        '{"e":"trade","E":1795000000101,"T":1795000000100,"s":"BTCUSDT","t":8100000001,"p":"65010.10",'
        '"q":"0.010","X":"MARKET","m":true,"st":1}',
    ),
    (
        USDM,
        topics.AggTrades(USDM_ID),
        '{"e":"aggTrade","E":1795000000150,"a":3300000001,"s":"BTCUSDT","p":"65010.10","q":"0.250","nq":"0.250",'
        '"f":8100000001,"l":8100000003,"T":1795000000100,"m":true,"st":1}',
    ),
    (USDM, topics.Quotes(USDM_ID), FUTURE_QUOTE),
    (USDM, topics.Quotes("binance.usdm:*"), FUTURE_QUOTE),
    (USDM, topics.BookUpdates(USDM_ID), FUTURE_DEPTH),
    (USDM, topics.BookTops(USDM_ID, 20), FUTURE_DEPTH),
    (USDM, topics.Candles(USDM_ID, "1m"), KLINE),
    (USDM, topics.MiniTickers(USDM_ID), MINI_TICKER),
    (USDM, topics.MiniTickers("binance.usdm:*"), f"[{MINI_TICKER}]"),
    (USDM, topics.Tickers(USDM_ID), TICKER),
    (USDM, topics.Tickers("binance.usdm:*"), f"[{TICKER}]"),
    (USDM, topics.MarkPrices(USDM_ID), MARK_PRICE),
    (USDM, topics.FundingRates("binance.usdm:*"), f"[{MARK_PRICE}]"),
    (USDM, topics.Liquidations(USDM_ID), FORCE_ORDER),
    (USDM, topics.Liquidations("binance.usdm:*"), FORCE_ORDER),
]


def channel(product: Product, topic: topics.Topic) -> Channel:
    """Return the channel of ``topic`` over `LISTED`."""
    return product.channel(topic, LISTED)


def wrap(stream: str, payload: str) -> bytes:
    """Return the combined frame of a payload."""
    return f'{{"stream":"{stream}","data":{payload}}}'.encode()


def decode(product: Product, topic: topics.Topic, payload: str) -> Any:
    """Return what the channel of ``topic`` makes of ``payload``."""
    found = channel(product, topic)
    return found.kind.decode(wrap(found.stream, payload), RECEIVED_NS, found.subject)


def edited(payload: str, **changes: Any) -> str:
    """Return ``payload`` with top-level fields replaced, or left out where the value is ``None``."""
    value = json.loads(payload)
    for name, change in changes.items():
        if change is None:
            del value[name]
        else:
            value[name] = change
    return json.dumps(value)
