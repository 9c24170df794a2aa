"""The JSON of Bybit's public streams; only fields that are used, all others are skipped.

The titles quoted are those of the venue's own pages, "V5 API", section *WebSocket Stream*, *Public*. Prices and sizes
are decimal strings, times are ms. The order of the keys of a frame differs between spot and contracts, and between
depths.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct, field


__all__ = [
    "Bar",
    "KlineFrame",
    "LiquidationFrame",
    "LiquidationRow",
    "TickerFrame",
]


class Bar(Struct, gc=False):
    """The candle inside a `KlineFrame`; its ``timestamp`` is that of the last match in it."""

    open_ms: int = field(name="start")
    close_ms: int = field(name="end")
    interval: str
    open: Decimal
    close: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    turnover: Decimal
    is_closed: bool = field(name="confirm")


class KlineFrame(Struct, gc=False):
    """``kline.<interval>.<symbol>`` (*Kline*).

    ``{"topic":"kline.5.BTCUSDT","data":[{"start":1795000000000,"end":1795000299999,"interval":"5",
    "open":"90000.1","close":"90010","high":"90020","low":"89990","volume":"2.081","turnover":"187300.4",
    "confirm":false,"timestamp":1795000123456}],"ts":1795000123456,"type":"snapshot"}``
    """

    bars: list[Bar] = field(name="data")
    time_ms: int = field(name="ts")


class TickerFrame(Struct, gc=False):
    """``tickers.<symbol>`` (*Ticker*): the first frame has every field, a delta only those that changed.

    ``{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"90001.40",
    "bid1Size":"1.512"},"cs":7961638750,"ts":1795000000200}``

    Spot sends snapshots alone, without best bid and ask. ``cs`` grows with every change at the matching engine. A field
    that is ``""`` has no value any more.
    """

    kind: str = field(name="type")
    values: dict[str, Any] = field(name="data")
    time_ms: int = field(name="ts")
    sequence: int = field(name="cs", default=0)


class LiquidationRow(Struct, gc=False):
    """One position taken over; ``S`` is the side of the position, ``p`` its bankruptcy price."""

    time_ms: int = field(name="T")
    side: str = field(name="S")
    quantity: Decimal = field(name="v")
    price: Decimal = field(name="p")


class LiquidationFrame(Struct, gc=False):
    """``allLiquidation.<symbol>`` (*All Liquidation*).

    ``{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1795000001204,
    "data":[{"T":1795000000929,"s":"BTCUSDT","S":"Buy","v":"0.120","p":"88900.00"}]}``
    """

    rows: list[LiquidationRow] = field(name="data")
