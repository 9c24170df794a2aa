"""The JSON of Bybit's private topics, whose rows REST sends as well; only fields that are used.

The titles quoted are those of the venue's own pages, "V5 API", sections *WebSocket Stream*, *Private*, and *Trade*,
*Position*, *Account*. Numbers are texts, ``""`` where there is none. Times are ms, as texts.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct, field


__all__ = [
    "CoinRow",
    "ExecutionRow",
    "OrderRow",
    "PositionRow",
    "PrivateFrame",
    "Topic",
    "WalletRow",
]

T = TypeVar("T")


class PrivateFrame(Struct, Generic[T], gc=False):
    """A frame of ``/v5/private``; ``execution.fast`` has no ``id``.

    ``{"topic":"order","id":"100001_BTCUSDT_7961638760","creationTime":1795000002027,"data":[{…}]}``
    """

    topic: str
    rows: list[T] = field(name="data")
    made_ms: int = field(name="creationTime", default=0)


class Topic(Struct, gc=False):
    """What a frame is about, before anything else of it is believed: ``{"topic":"order",…}``."""

    topic: str = ""


class OrderRow(Struct, gc=False):
    """One order (*Order*; *Get Open & Closed Orders*); over REST the category stands beside the list.

    ``{"category":"linear","symbol":"BTCUSDT","orderId":"af6512ea-74b0-4ac5-959a-9a52d4208b08","orderLinkId":"bot1-1",
    "side":"Buy","orderStatus":"New","cancelType":"UNKNOWN","rejectReason":"EC_NoError","timeInForce":"GTC",
    "price":"89000.00","qty":"0.001","avgPrice":"","leavesQty":"0.001","cumExecQty":"0","orderType":"Limit",
    "stopOrderType":"UNKNOWN","triggerPrice":"","triggerBy":"","triggerDirection":0,"lastPriceOnCreated":"90000.10",
    "takeProfit":"","stopLoss":"","reduceOnly":false,"closeOnTrigger":false,"isLeverage":"","positionIdx":0,
    "marketUnit":"","createdTime":"1795000002023","updatedTime":"1795000002026"}``

    What was filled is ``cumExecQty`` alone: ``leavesQty`` is 0 once an order has ended, filled or not. A market order on
    contracts has a ``price``: the farthest one that it may trade at.
    """

    symbol: str
    order_id: str = field(name="orderId")
    status: str = field(name="orderStatus")
    category: str = ""
    client_id: str = field(name="orderLinkId", default="")
    side: str = ""
    kind: str = field(name="orderType", default="")
    price: str = ""
    quantity: str = field(name="qty", default="")
    filled: str = field(name="cumExecQty", default="")
    average_price: str = field(name="avgPrice", default="")
    time_in_force: str = field(name="timeInForce", default="GTC")
    stop_kind: str = field(name="stopOrderType", default="")
    trigger_price: str = field(name="triggerPrice", default="")
    trigger_by: str = field(name="triggerBy", default="")
    trigger_direction: int | str = field(name="triggerDirection", default=0)
    created_price: str = field(name="lastPriceOnCreated", default="")
    base_price: str = field(name="basePrice", default="")
    """What spot has in its place over REST."""
    take_profit: str = field(name="takeProfit", default="")
    stop_loss: str = field(name="stopLoss", default="")
    reduce_only: bool = field(name="reduceOnly", default=False)
    close_on_trigger: bool = field(name="closeOnTrigger", default=False)
    leverage: int | str = field(name="isLeverage", default="")
    """``"1"`` if money is borrowed for it on spot."""
    hedge_side: int | str = field(name="positionIdx", default=0)
    """0 in one-way mode; 1 for the long and 2 for the short side of a hedge."""
    market_unit: str = field(name="marketUnit", default="")
    cancel_type: str = field(name="cancelType", default="")
    reject_reason: str = field(name="rejectReason", default="")
    created_ms: str = field(name="createdTime", default="")
    updated_ms: str = field(name="updatedTime", default="")


class ExecutionRow(Struct, gc=False):
    """One execution (*Execution*, *Fast Execution*; *Get Trade History*). A positive fee is paid, a negative one received.

    ``{"category":"linear","symbol":"BTCUSDT","execFee":"0.0178","execId":"0ab1bdf7-4219-438b-b30a-32ec863018f7",
    "execPrice":"89000.00","execQty":"0.001","execType":"Trade","orderId":"af6512ea-74b0-4ac5-959a-9a52d4208b08",
    "orderLinkId":"bot1-1","side":"Buy","execTime":"1795000004353","isMaker":true,"feeCurrency":"USDT","seq":7961638801}``

    The fast topic has neither fee nor type, and no ``orderLinkId`` of a maker.
    """

    symbol: str
    order_id: str = field(name="orderId")
    execution_id: str = field(name="execId")
    price: str = field(name="execPrice")
    quantity: str = field(name="execQty")
    category: str = ""
    kind: str = field(name="execType", default="Trade")
    client_id: str = field(name="orderLinkId", default="")
    side: str = ""
    fee: str = field(name="execFee", default="")
    fee_asset: str = field(name="feeCurrency", default="")
    is_maker: bool | None = field(name="isMaker", default=None)
    time_ms: str = field(name="execTime", default="")


class PositionRow(Struct, gc=False):
    """One position (*Position*; *Get Position Info*, which calls ``entryPrice`` ``avgPrice``).

    ``{"category":"linear","symbol":"BTCUSDT","positionIdx":0,"side":"Buy","size":"0.001","entryPrice":"89000",
    "markPrice":"89001.20","unrealisedPnl":"0.0012","liqPrice":"","updatedTime":"1795000004358"}``

    A flat one has the size ``"0"`` and the side ``""``, or ``"None"`` in old frames. In hedge mode each side has a row.
    """

    symbol: str
    size: str
    category: str = ""
    side: str = ""
    hedge_side: int = field(name="positionIdx", default=0)
    """As `OrderRow.hedge_side`."""
    entry_price: str = field(name="entryPrice", default="")
    average_price: str = field(name="avgPrice", default="")
    mark_price: str = field(name="markPrice", default="")
    unrealized_pnl: str = field(name="unrealisedPnl", default="")
    liquidation_price: str = field(name="liqPrice", default="")


class CoinRow(Struct, gc=False):
    """One coin of a `WalletRow`: its full state, not what changed.

    ``{"coin":"USDT","equity":"10000.12","walletBalance":"10000.12","locked":"0","totalOrderIM":"0",
    "totalPositionIM":"8.95","unrealisedPnl":"0.0012"}``
    """

    coin: str
    balance: str = field(name="walletBalance")
    locked: str = ""
    order_margin: str = field(name="totalOrderIM", default="")
    position_margin: str = field(name="totalPositionIM", default="")


class WalletRow(Struct, gc=False):
    """An account (*Wallet*; *Get Wallet Balance*): a frame lists the coins that changed.

    ``{"accountType":"UNIFIED","totalEquity":"10000.12","totalAvailableBalance":"9991.17","coin":[{…}]}``
    """

    coins: list[CoinRow] = field(name="coin")
    kind: str = field(name="accountType", default="")
