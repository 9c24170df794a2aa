"""The JSON of Binance's public streams, as it travels in combined frames.

The titles quoted are those of the venue's own pages: "WebSocket Streams" of the spot API (*Spot*) and "Websocket
Market Streams" of the derivatives (*USD-M*, *COIN-M*). Only fields that are used stand here; all others are
skipped, as the venue adds some every few months. Prices and quantities are decimal strings, times are ms.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, Literal, TypeVar

from msgspec import Struct, field


__all__ = [
    "AveragePriceEvent",
    "Bar",
    "ForceOrder",
    "ForceOrderEvent",
    "Frame",
    "KlineEvent",
    "MarkPriceEvent",
    "MiniTickerEvent",
    "TickerEvent",
]

T = TypeVar("T")


class Frame(Struct, Generic[T], gc=False):
    """A combined frame (*Spot*, General Information).

    ``{"stream":"btcusdt@avgPrice","data":{…}}``
    """

    data: T


class Bar(Struct, gc=False):
    """The candle inside a `KlineEvent`."""

    open_ms: int = field(name="t")
    close_ms: int = field(name="T")
    interval: str = field(name="i")
    open: Decimal = field(name="o")
    close: Decimal = field(name="c")
    high: Decimal = field(name="h")
    low: Decimal = field(name="l")
    volume: Decimal = field(name="v")
    trades: int = field(name="n")
    is_closed: bool = field(name="x")
    quote_volume: Decimal = field(name="q")


class KlineEvent(Struct, gc=False):
    """``<symbol>@kline_<interval>`` (*Spot* and *USD-M*, Kline/Candlestick Streams).

    COIN-M counts ``v`` in contracts and sends the *base* volume as ``q``.

    ``{"e":"kline","E":1795000002000,"s":"BTCUSDT","k":{"t":1794999960000,"T":1795000019999,"s":"BTCUSDT",
    "i":"1m","f":4200000000,"L":4200000042,"o":"64990.00000000","c":"65000.10000000","h":"65010.00000000",
    "l":"64980.50000000","v":"12.50000000","n":43,"x":false,"q":"812500.12345000","V":"7.10000000",
    "Q":"461500.55000000","B":"0"}}``
    """

    event: Literal["kline"] = field(name="e")
    event_ms: int = field(name="E")
    bar: Bar = field(name="k")


class MiniTickerEvent(Struct, gc=False):
    """``<symbol>@miniTicker``, and rows of ``!miniTicker@arr`` (*Spot*, *USD-M*, Mini Ticker Streams).

    ``{"e":"24hrMiniTicker","E":1795000002000,"s":"BTCUSDT","c":"65000.10000000","o":"64000.00000000",
    "h":"65500.00000000","l":"63500.00000000","v":"18000.50000000","q":"1161000000.12000000"}``
    """

    event: Literal["24hrMiniTicker"] = field(name="e")
    event_ms: int = field(name="E")
    symbol: str = field(name="s")
    last: Decimal = field(name="c")
    open: Decimal = field(name="o")
    high: Decimal = field(name="h")
    low: Decimal = field(name="l")
    volume: Decimal = field(name="v")
    quote_volume: Decimal = field(name="q")


class TickerEvent(Struct, gc=False):
    """``<symbol>@ticker``, ``<symbol>@ticker_<window>``, and rows of their all-market arrays.

    (*Spot*, Individual Symbol Ticker and Rolling Window Statistics Streams; *USD-M*, Ticker Streams.)

    ``{"e":"24hrTicker","E":1795000002000,"s":"BTCUSDT","p":"1000.10000000","P":"1.563",
    "w":"64500.00000000","x":"63999.99000000","c":"65000.10000000","Q":"0.01000000","b":"65000.09000000",
    "B":"1.20000000","a":"65000.10000000","A":"0.80000000","o":"64000.00000000","h":"65500.00000000",
    "l":"63500.00000000","v":"18000.50000000","q":"1161000000.12000000","O":1794913602000,
    "C":1795000002000,"F":4190000000,"L":4200000042,"n":10000043}``

    The window tickers and all of USD-M's lack ``b B a A`` and ``x``.
    """

    event: Literal["24hrTicker", "1hTicker", "4hTicker", "1dTicker"] = field(name="e")
    event_ms: int = field(name="E")
    symbol: str = field(name="s")
    change: Decimal = field(name="p")
    change_percent: Decimal = field(name="P")
    average: Decimal = field(name="w")
    last: Decimal = field(name="c")
    open: Decimal = field(name="o")
    high: Decimal = field(name="h")
    low: Decimal = field(name="l")
    volume: Decimal = field(name="v")
    quote_volume: Decimal = field(name="q")
    open_ms: int = field(name="O")
    close_ms: int = field(name="C")
    trades: int = field(name="n")
    bid_price: Decimal | None = field(name="b", default=None)
    ask_price: Decimal | None = field(name="a", default=None)


class AveragePriceEvent(Struct, gc=False):
    """``<symbol>@avgPrice`` (*Spot*, Average Price).

    ``{"e":"avgPrice","E":1795000002000,"s":"BTCUSDT","i":"5m","w":"64980.12000000","T":1795000001990}``
    """

    event: Literal["avgPrice"] = field(name="e")
    event_ms: int = field(name="E")
    interval: str = field(name="i")
    price: Decimal = field(name="w")


class MarkPriceEvent(Struct, gc=False):
    """``<symbol>@markPrice@1s``, and rows of ``!markPrice@arr@1s`` (*USD-M*, Mark Price Stream).

    ``{"e":"markPriceUpdate","E":1795000000000,"s":"BTCUSDT","p":"65008.00000000","ap":"65007.20000000",
    "P":"65020.50000000","i":"65006.10000000","r":"0.00010000","T":1795017600000,"st":1}``

    A contract without funding has ``"T":0`` and ``"r":"0"`` (delisted) or ``"r":""`` (delivery). COIN-M had
    no ``i`` before 2026.
    """

    event: Literal["markPriceUpdate"] = field(name="e")
    event_ms: int = field(name="E")
    symbol: str = field(name="s")
    mark_price: Decimal = field(name="p")
    settle_price: str = field(name="P", default="")
    index_price: str = field(name="i", default="")
    funding_rate: str = field(name="r", default="")
    next_funding_ms: int = field(name="T", default=0)


class ForceOrder(Struct, gc=False):
    """The order inside a `ForceOrderEvent`."""

    symbol: str = field(name="s")
    side: str = field(name="S")
    quantity: Decimal = field(name="q")
    price: Decimal = field(name="p")
    average_price: str = field(name="ap")
    filled_quantity: Decimal = field(name="z")
    trade_ms: int = field(name="T")


class ForceOrderEvent(Struct, gc=False):
    """``<symbol>@forceOrder`` and ``!forceOrder@arr`` (*USD-M*, Liquidation Order Streams).

    One object a frame, also on the stream named ``arr``.

    ``{"e":"forceOrder","E":1795000000000,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014",
    "p":"64500.00","ap":"64510.10","X":"FILLED","l":"0.014","z":"0.014","T":1794999999900},"ps":"BTCUSDT",
    "st":1}``
    """

    event: Literal["forceOrder"] = field(name="e")
    order: ForceOrder = field(name="o")
