"""The JSON of Binance's public REST answers; only fields that are used, all others are skipped.

The titles quoted are those of the venue's own pages: "Market Data endpoints" of the spot REST API (*Spot*) and
"Market Data" of the derivatives (*USD-M*, *COIN-M*).
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field


__all__ = [
    "AggTradeRow",
    "BookTickerRow",
    "Filter",
    "FundingRow",
    "KlineRow",
    "Listing",
    "ListingRow",
    "OpenInterestRow",
    "PremiumIndexRow",
    "ServerTime",
    "TickerRow",
    "TradeRow",
]


class ServerTime(Struct, gc=False):
    """``GET time`` (*Spot*, Check server time): ``{"serverTime":1795000000000}``."""

    server_ms: int = field(name="serverTime")


class Filter(Struct, gc=False):
    """One trading rule of a symbol (*Spot*, Filters); a type that we do not know is never looked at.

    ``{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"}``
    ``{"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"}``
    ``{"filterType":"NOTIONAL","minNotional":"5.00000000","maxNotional":"9000000.00000000",…}``
    ``{"filterType":"MIN_NOTIONAL","notional":"50"}`` (USD-M)
    """

    type: str = field(name="filterType")
    min_price: Decimal | None = field(name="minPrice", default=None)
    max_price: Decimal | None = field(name="maxPrice", default=None)
    tick_size: Decimal | None = field(name="tickSize", default=None)
    min_quantity: Decimal | None = field(name="minQty", default=None)
    max_quantity: Decimal | None = field(name="maxQty", default=None)
    step_size: Decimal | None = field(name="stepSize", default=None)
    min_notional: Decimal | None = field(name="minNotional", default=None)
    max_notional: Decimal | None = field(name="maxNotional", default=None)
    notional: Decimal | None = None


class ListingRow(Struct, gc=False):
    """One symbol of ``GET exchangeInfo``, of any product (*Spot* and *USD-M*, Exchange information).

    Spot: ``{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[…],…}``
    USD-M: the same and ``"contractType":"PERPETUAL","deliveryDate":4133404800000,"marginAsset":"USDT",…``
    COIN-M: ``contractStatus`` for ``status``, and ``"contractSize":100``.
    """

    symbol: str
    base: str = field(name="baseAsset")
    quote: str = field(name="quoteAsset")
    status: str = ""
    contract_status: str = field(name="contractStatus", default="")
    margin: str = field(name="marginAsset", default="")
    delivery_ms: int = field(name="deliveryDate", default=0)
    contract_size: Decimal | None = field(name="contractSize", default=None)
    filters: tuple[Filter, ...] = ()


class Listing(Struct, gc=False):
    """``GET exchangeInfo``: ``{"timezone":"UTC","serverTime":…,"rateLimits":[…],"symbols":[…]}``."""

    symbols: list[ListingRow]


class TradeRow(Struct, gc=False):
    """A row of ``GET trades`` and ``GET historicalTrades`` (*Spot*, Recent trades list).

    ``{"id":4200000001,"price":"65000.10000000","qty":"0.01000000","quoteQty":"650.00100000",
    "time":1795000000100,"isBuyerMaker":true,"isBestMatch":true}``
    """

    trade_id: int = field(name="id")
    price: Decimal
    quantity: Decimal = field(name="qty")
    time_ms: int = field(name="time")
    is_buyer_maker: bool = field(name="isBuyerMaker")


class AggTradeRow(Struct, gc=False):
    """A row of ``GET aggTrades`` (*Spot*, Compressed/Aggregate trades list).

    ``{"a":3100000001,"p":"65000.10000000","q":"0.03500000","f":4200000001,"l":4200000003,
    "T":1795000000100,"m":true,"M":true}``
    """

    trade_id: int = field(name="a")
    price: Decimal = field(name="p")
    quantity: Decimal = field(name="q")
    first_trade_id: int = field(name="f")
    last_trade_id: int = field(name="l")
    time_ms: int = field(name="T")
    is_buyer_maker: bool = field(name="m")


class KlineRow(Struct, array_like=True, gc=False):
    """A row of ``GET klines`` (*Spot*, Kline/Candlestick data): an array, whose last columns are not used.

    ``[1794999960000,"64990.00000000","65010.00000000","64980.50000000","65000.10000000","12.50000000",
    1795000019999,"812500.12345000",43,"7.10000000","461500.55000000","0"]``
    """

    open_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    close_ms: int
    quote_volume: Decimal
    trades: int


class TickerRow(Struct, gc=False):
    """``GET ticker/24hr`` (*Spot*, 24hr ticker price change statistics).

    Futures send no bid and ask, and COIN-M ``baseVolume`` in place of ``quoteVolume``.

    ``{"symbol":"BTCUSDT","priceChange":"1000.10000000","priceChangePercent":"1.563",
    "weightedAvgPrice":"64500.00000000","lastPrice":"65000.10000000","bidPrice":"65000.09000000",
    "askPrice":"65000.10000000","openPrice":"64000.00000000","highPrice":"65500.00000000",
    "lowPrice":"63500.00000000","volume":"18000.50000000","quoteVolume":"1161000000.12000000",
    "openTime":1794913602000,"closeTime":1795000002000,"firstId":4190000000,"lastId":4200000042,
    "count":10000043}``
    """

    symbol: str
    change: Decimal = field(name="priceChange")
    change_percent: Decimal = field(name="priceChangePercent")
    average: Decimal = field(name="weightedAvgPrice")
    last: Decimal = field(name="lastPrice")
    open: Decimal = field(name="openPrice")
    high: Decimal = field(name="highPrice")
    low: Decimal = field(name="lowPrice")
    volume: Decimal
    open_ms: int = field(name="openTime")
    close_ms: int = field(name="closeTime")
    trades: int = field(name="count")
    quote_volume: Decimal | None = field(name="quoteVolume", default=None)
    bid_price: Decimal | None = field(name="bidPrice", default=None)
    ask_price: Decimal | None = field(name="askPrice", default=None)


class BookTickerRow(Struct, gc=False):
    """``GET ticker/bookTicker`` (*Spot*, Symbol order book ticker); futures add ``time``.

    ``{"symbol":"BTCUSDT","bidPrice":"65000.10","bidQty":"3.500","askPrice":"65000.20","askQty":"1.200",
    "time":1795000000012}``
    """

    symbol: str
    bid_price: Decimal = field(name="bidPrice")
    bid_quantity: Decimal = field(name="bidQty")
    ask_price: Decimal = field(name="askPrice")
    ask_quantity: Decimal = field(name="askQty")
    time_ms: int | None = field(name="time", default=None)


class PremiumIndexRow(Struct, gc=False):
    """``GET premiumIndex`` (*USD-M*, Mark Price): an object for USD-M, an array of one for COIN-M.

    ``{"symbol":"BTCUSDT","markPrice":"65001.20000000","indexPrice":"65003.10000000",
    "estimatedSettlePrice":"65002.50000000","lastFundingRate":"0.00010000","interestRate":"0.00010000",
    "nextFundingTime":1795017600000,"time":1795000000000}``
    """

    symbol: str
    mark_price: Decimal = field(name="markPrice")
    time_ms: int = field(name="time")
    index_price: str = field(name="indexPrice", default="")
    settle_price: str = field(name="estimatedSettlePrice", default="")
    funding_rate: str = field(name="lastFundingRate", default="")
    next_funding_ms: int = field(name="nextFundingTime", default=0)


class FundingRow(Struct, gc=False):
    """A row of ``GET fundingRate`` (*USD-M*, Get Funding Rate History).

    ``{"symbol":"BTCUSDT","fundingRate":"0.00010000","fundingTime":1794988800000,
    "markPrice":"64980.10000000","rateType":"Regular"}``
    """

    symbol: str
    rate: Decimal = field(name="fundingRate")
    paid_ms: int = field(name="fundingTime")


class OpenInterestRow(Struct, gc=False):
    """``GET openInterest`` (*USD-M*, Open Interest).

    ``{"openInterest":"81000.123","symbol":"BTCUSDT","time":1795000000000}``
    """

    symbol: str
    quantity: Decimal = field(name="openInterest")
    time_ms: int | None = field(name="time", default=None)
