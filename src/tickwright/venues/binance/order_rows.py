"""The JSON of Binance's answers about orders and accounts; only fields that are used, all others are skipped.

Titles quoted are those of the venue's pages: "Trading endpoints" and "Account Endpoints" of the spot REST API (*Spot*),
"Trade" and "Account" of the derivatives (*USD-M*).
"""

from __future__ import annotations

from msgspec import Struct, field


__all__ = [
    "AccountRow",
    "AlgoRow",
    "AmendRow",
    "BalanceRow",
    "FillRow",
    "OrderRow",
    "OwnTradeRow",
    "PositionRow",
    "RefusedRow",
    "WalletRow",
]


class FillRow(Struct, gc=False):
    """One of ``fills`` of a placed order (*Spot*, New order, FULL).

    ``{"price":"65000.1","qty":"0.01","commission":"0.00001","commissionAsset":"BTC","tradeId":4200000050}``
    """

    trade_id: int = field(name="tradeId")
    price: str
    quantity: str = field(name="qty")
    fee: str = field(name="commission", default="")
    fee_asset: str = field(name="commissionAsset", default="")


class OrderRow(Struct, gc=False):
    """An order as placing, canceling, modifying and querying it answer (*Spot* and *USD-M*, New, Cancel, Query order).

    ``{"symbol":"BTCUSDT","orderId":28,"clientOrderId":"sim-0001","transactTime":1795000000105,"price":"65000.1",
    "origQty":"0.01","executedQty":"0.00","cummulativeQuoteQty":"0.00","status":"NEW","type":"LIMIT","side":"BUY","fills":[]}``

    After a cancel on spot ``clientOrderId`` is the cancel's, also in queries. ``cummulativeQuoteQty`` is below zero for very
    old orders, ``avgPrice`` and ``cumQuote`` are missing where a futures order is placed.
    """

    symbol: str
    order_id: int = field(name="orderId")
    client_id: str = field(name="clientOrderId", default="")
    original_client_id: str = field(name="origClientOrderId", default="")
    side: str = ""
    status: str = ""
    price: str = ""
    quantity: str = field(name="origQty", default="")
    filled: str = field(name="executedQty", default="")
    quote_filled: str = field(name="cummulativeQuoteQty", default="")
    average_price: str = field(name="avgPrice", default="")
    placed_ms: int = field(name="time", default=0)
    """In queries only."""
    transact_ms: int = field(name="transactTime", default=0)
    update_ms: int = field(name="updateTime", default=0)
    is_working: bool | None = field(name="isWorking", default=None)
    working_ms: int | None = field(name="workingTime", default=None)
    """-1 while it waits."""
    expiry_reason: str = field(name="expiryReason", default="")
    fills: tuple[FillRow, ...] = ()


class RefusedRow(Struct, gc=False):
    """A refusal, or something else, of which nothing here is looked at: ``{"code":-2019,"msg":"Margin is insufficient."}``."""

    code: int | None = None
    text: str = field(name="msg", default="")


class AmendRow(Struct, gc=False):
    """An order amended in place (*Spot*, Order Amend Keep Priority); the quantity is called ``qty`` here.

    ``{"transactTime":1795000001500,"executionId":75,"amendedOrder":{"symbol":"BTCUSDT","orderId":30,"qty":"0.005",…}}``
    """

    transact_ms: int = field(name="transactTime")
    order: AmendedRow = field(name="amendedOrder")


class AmendedRow(Struct, gc=False):
    """``amendedOrder`` of an `AmendRow`."""

    symbol: str
    order_id: int = field(name="orderId")
    status: str
    price: str
    quantity: str = field(name="qty")
    filled: str = field(name="executedQty")
    quote_filled: str = field(name="cumulativeQuoteQty", default="")


class AlgoRow(Struct, gc=False):
    """A conditional order of futures (*USD-M*, New Algo Order, Query Algo Order).

    ``{"algoId":2146760,"clientAlgoId":"alg-0001","symbol":"BTCUSDT","quantity":"0.010","algoStatus":"NEW","actualOrderId":"",
    "price":"67000.00","updateTime":1795000000105,…}``; a cancel answers ids, ``code`` and ``msg`` only.
    """

    algo_id: int = field(name="algoId")
    client_id: str = field(name="clientAlgoId", default="")
    symbol: str = ""
    side: str = ""
    status: str = field(name="algoStatus", default="CANCELED")
    quantity: str = ""
    price: str = ""
    order_id: str = field(name="actualOrderId", default="")
    """Of the order that it became; empty before that."""
    closes_position: bool = field(name="closePosition", default=False)
    placed_ms: int = field(name="createTime", default=0)
    update_ms: int = field(name="updateTime", default=0)


class OwnTradeRow(Struct, gc=False):
    """One of the account's trades (*Spot*, Account trade list; *USD-M*, Account Trade List).

    ``{"symbol":"BTCUSDT","id":4200000050,"orderId":29,"price":"65000.1","qty":"0.01","commission":"0.00001",
    "commissionAsset":"BTC","time":1795000000205,"isBuyer":true,"isMaker":false}``; futures say ``buyer`` and ``maker``.
    """

    symbol: str
    id: int
    order_id: int = field(name="orderId")
    price: str
    quantity: str = field(name="qty")
    fee: str = field(name="commission")
    fee_asset: str = field(name="commissionAsset")
    time_ms: int = field(name="time")
    is_buyer: bool | None = field(name="isBuyer", default=None)
    is_maker: bool | None = field(name="isMaker", default=None)
    buyer: bool = False
    maker: bool = False


class BalanceRow(Struct, gc=False):
    """One of ``balances`` of an `AccountRow`: ``{"asset":"USDT","free":"10000.0","locked":"650.001"}``."""

    asset: str
    free: str
    locked: str


class AccountRow(Struct, gc=False):
    """``GET /api/v3/account`` (*Spot*, Account information)."""

    balances: tuple[BalanceRow, ...]


class WalletRow(Struct, gc=False):
    """One row of ``GET /fapi/v3/balance`` (*USD-M*, Futures Account Balance V3).

    ``{"asset":"USDT","balance":"10000.0","crossUnPnl":"1.1","availableBalance":"9936.09","maxWithdrawAmount":"9936.09",…}``
    """

    asset: str
    balance: str
    available: str = field(name="availableBalance")


class PositionRow(Struct, gc=False):
    """One row of ``GET /fapi/v3/positionRisk`` (*USD-M*, Position Information V3).

    ``{"symbol":"BTCUSDT","positionSide":"BOTH","positionAmt":"0.010","entryPrice":"65000.1","markPrice":"65110.1",
    "unRealizedProfit":"1.1","liquidationPrice":"0",…}``
    """

    symbol: str
    quantity: str = field(name="positionAmt")
    entry_price: str = field(name="entryPrice")
    mark_price: str = field(name="markPrice")
    unrealized_pnl: str = field(name="unRealizedProfit")
    liquidation_price: str = field(name="liquidationPrice")
    side: str = field(name="positionSide", default="BOTH")
