"""The JSON of Bybit's public REST answers; only fields that are used, all others are skipped.

The titles quoted are those of the venue's own pages, "V5 API", section *Market*. Prices and sizes are decimal
strings everywhere; times are ms, as numbers in envelopes and as strings inside rows. An optional number that a
contract does not have is ``""``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct, field


__all__ = [
    "FundingRow",
    "KlineRow",
    "Listing",
    "ListingRow",
    "LotFilter",
    "OpenInterestRow",
    "PriceFilter",
    "Reply",
    "Rows",
    "ServerTime",
    "TickerRow",
    "TradeRow",
]

T = TypeVar("T")


class Reply(Struct, Generic[T], gc=False):
    """What every answer comes in (*Integration Guidance*, Common Response Parameters).

    ``{"retCode":0,"retMsg":"OK","result":{…},"retExtInfo":{},"time":1795000000123}``

    Answers that are no success are read by `tickwright.venues.bybit.refusals`.
    """

    result: T
    time_ms: int = field(name="time", default=0)


class Rows(Struct, Generic[T], gc=False):
    """The result of calls that answer with a list, and with where the next page begins.

    ``{"category":"linear","list":[…],"nextPageCursor":""}``
    """

    rows: list[T] = field(name="list")
    cursor: str | None = field(name="nextPageCursor", default=None)


class ServerTime(Struct, gc=False):
    """``GET /v5/market/time`` (*Get Bybit Server Time*).

    ``{"timeSecond":"1795000000","timeNano":"1795000000123456789"}``
    """

    time_ns: int = field(name="timeNano")


class PriceFilter(Struct, gc=False):
    """``{"minPrice":"0.10","maxPrice":"1999999.80","tickSize":"0.10"}``; spot names the tick alone."""

    tick_size: Decimal = field(name="tickSize")
    min_price: str = field(name="minPrice", default="")
    max_price: str = field(name="maxPrice", default="")


class LotFilter(Struct, gc=False):
    """What quantities an order may have.

    Contracts: ``{"qtyStep":"0.001","minOrderQty":"0.001","maxOrderQty":"1190.000","maxMktOrderQty":"500.000",
    "minNotionalValue":"5",…}``

    Spot: ``{"basePrecision":"0.000001","minOrderAmt":"5","maxLimitOrderQty":"83","minOrderQty":"0.000011",…}``,
    whose ``minOrderQty`` is no longer checked.
    """

    step: str = field(name="qtyStep", default="")
    base_precision: str = field(name="basePrecision", default="")
    min_quantity: str = field(name="minOrderQty", default="")
    max_quantity: str = field(name="maxOrderQty", default="")
    max_limit_quantity: str = field(name="maxLimitOrderQty", default="")
    min_notional: str = field(name="minNotionalValue", default="")
    min_amount: str = field(name="minOrderAmt", default="")


class ListingRow(Struct, gc=False):
    """One symbol of ``GET /v5/market/instruments-info`` (*Get Instruments Info*).

    ``{"symbol":"BTCUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC",
    "quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","priceFilter":{…},"lotSizeFilter":{…},…}``

    Spot has neither contract type, nor settle coin, nor delivery time.
    """

    symbol: str
    base: str = field(name="baseCoin")
    quote: str = field(name="quoteCoin")
    prices: PriceFilter = field(name="priceFilter")
    lots: LotFilter = field(name="lotSizeFilter")
    status: str = ""
    settle: str = field(name="settleCoin", default="")
    delivery_ms: int = field(name="deliveryTime", default=0)


class Listing(Rows[ListingRow], gc=False):
    """The result of ``GET /v5/market/instruments-info``; spot never has a next page."""


class TradeRow(Struct, gc=False):
    """A row of ``GET /v5/market/recent-trade`` (*Get Recent Public Trades*).

    ``{"execId":"2290000000019296063","symbol":"BTCUSDT","price":"90000.1","size":"0.00012","side":"Buy",
    "time":"1795000000521","isBlockTrade":false,"isRPITrade":false,"seq":"79683241100"}``
    """

    trade_id: str = field(name="execId")
    price: Decimal
    quantity: Decimal = field(name="size")
    side: str
    time_ms: int = field(name="time")
    sequence: int = field(name="seq", default=0)


class KlineRow(Struct, array_like=True, gc=False):
    """A row of ``GET /v5/market/kline`` (*Get Kline*): an array of texts, the newest row first.

    ``["1795000000000","90000.1","90020","89990","90010","2.081","187300.4"]``
    """

    open_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    turnover: Decimal


class TickerRow(Struct, gc=False):
    """A row of ``GET /v5/market/tickers`` (*Get Tickers*).

    Spot: ``{"symbol":"BTCUSDT","bid1Price":"90000","bid1Size":"0.4","ask1Price":"90000.1","ask1Size":"0.2",
    "lastPrice":"90000.1","prevPrice24h":"88490","price24hPcnt":"0.0170","highPrice24h":"91000",
    "lowPrice24h":"88000","turnover24h":"610278000.22","volume24h":"6780.866843","usdIndexPrice":"90010.2"}``

    Contracts add ``markPrice indexPrice openInterest fundingRate nextFundingTime`` and more; what one does not
    have is ``""``.
    """

    symbol: str
    last: str = field(name="lastPrice")
    open: str = field(name="prevPrice24h")
    high: str = field(name="highPrice24h")
    low: str = field(name="lowPrice24h")
    volume: str = field(name="volume24h")
    turnover: str = field(name="turnover24h")
    change_ratio: str = field(name="price24hPcnt", default="")
    bid_price: str = field(name="bid1Price", default="")
    bid_quantity: str = field(name="bid1Size", default="")
    ask_price: str = field(name="ask1Price", default="")
    ask_quantity: str = field(name="ask1Size", default="")
    mark_price: str = field(name="markPrice", default="")
    index_price: str = field(name="indexPrice", default="")
    open_interest: str = field(name="openInterest", default="")
    funding_rate: str = field(name="fundingRate", default="")
    next_funding_ms: str = field(name="nextFundingTime", default="")


class FundingRow(Struct, gc=False):
    """A row of ``GET /v5/market/funding/history`` (*Get Funding Rate History*).

    ``{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingRateTimestamp":"1794988800000"}``
    """

    rate: Decimal = field(name="fundingRate")
    paid_ms: int = field(name="fundingRateTimestamp")


class OpenInterestRow(Struct, gc=False):
    """A row of ``GET /v5/market/open-interest`` (*Get Open Interest*): both sides of every contract are counted.

    ``{"openInterest":"50000.123","singleOpenInterest":"25000.061","timestamp":"1795000000000"}``
    """

    quantity: Decimal = field(name="openInterest")
    time_ms: int = field(name="timestamp")
