"""The JSON of Binance's user data events; only fields that are used, all others are skipped.

Titles quoted are those of the venue's pages: "User Data Stream" of the spot API (*Spot*) and "User Data Streams" of the
derivatives (*USD-M*). Keys differ by case, so the names here say what they mean.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field


__all__ = [
    "AccountUpdate",
    "AlgoUpdate",
    "Envelope",
    "ExecutionReport",
    "FutureOrder",
    "OrderTradeUpdate",
    "OutboundPosition",
]


class Envelope(Struct, gc=False):
    """What an event comes in.

    Spot: ``{"subscriptionId":0,"event":{…}}`` (*Spot*, User Data Stream). USD-M: ``{"stream":"…","data":{…}}`` on combined
    connections, the event itself on raw ones.
    """

    event: Raw = Raw()
    data: Raw = Raw()
    kind: str = field(name="e", default="")
    time_ms: int = field(name="E", default=0)


class ExecutionReport(Struct, gc=False):
    """*Spot*, Order Update.

    ``{"e":"executionReport","E":1795000000206,"s":"BTCUSDT","c":"sim-0001","S":"BUY","q":"0.01","p":"65000.1","C":"",
    "o":"LIMIT","f":"GTC","F":"0.0","g":-1,"x":"TRADE","X":"FILLED","r":"NONE","i":28,"l":"0.01","z":"0.01","L":"65000.1",
    "n":"0.00001","N":"BTC","T":1795000000205,"t":4200000050,"w":false,"m":true,"Z":"650.001","eR":"…"}``
    """

    symbol: str = field(name="s")
    client_id: str = field(name="c")
    side: str = field(name="S")
    quantity: str = field(name="q")
    price: str = field(name="p")
    execution: str = field(name="x")
    status: str = field(name="X")
    order_id: int = field(name="i")
    filled: str = field(name="z")
    time_ms: int = field(name="T")
    kind: str = field(name="o", default="")
    time_in_force: str = field(name="f", default="")
    shown: str = field(name="F", default="")
    """The part of an iceberg that the book shows."""
    list_id: int = field(name="g", default=-1)
    peg: str = field(name="gP", default="")
    original_client_id: str = field(name="C", default="")
    """Of the order, where ``c`` is that of a cancel or an amend."""
    reject_reason: str = field(name="r", default="NONE")
    last_quantity: str = field(name="l", default="0")
    last_price: str = field(name="L", default="0")
    fee: str = field(name="n", default="0")
    fee_asset: str | None = field(name="N", default=None)
    trade_id: int = field(name="t", default=-1)
    is_working: bool = field(name="w", default=True)
    is_maker: bool = field(name="m", default=False)
    quote_filled: str = field(name="Z", default="0")
    expiry_reason: str = field(name="eR", default="")


class PositionAsset(Struct, gc=False):
    """One of ``B`` of an `OutboundPosition`: ``{"a":"BTC","f":"1.00999","l":"0.0"}``."""

    asset: str = field(name="a")
    free: str = field(name="f")
    locked: str = field(name="l")


class OutboundPosition(Struct, gc=False):
    """*Spot*, Account Update: ``{"e":"outboundAccountPosition","E":…,"u":…,"B":[…]}``."""

    balances: tuple[PositionAsset, ...] = field(name="B")
    time_ms: int = field(name="u", default=0)


class FutureOrder(Struct, gc=False):
    """``o`` of an `OrderTradeUpdate`.

    ``{"s":"BTCUSDT","c":"fsim-0001","S":"BUY","f":"GTC","q":"0.010","p":"65000.10","ap":"65000.1","x":"TRADE","X":"FILLED",
    "i":22542179,"l":"0.010","z":"0.010","L":"65000.10","n":"0.3","N":"USDT","T":1795000000205,"t":6200000050,"m":false,
    "R":false,"ot":"LIMIT","er":"0"}``; ``n`` and ``N`` are absent where no fee was taken.
    """

    symbol: str = field(name="s")
    client_id: str = field(name="c")
    side: str = field(name="S")
    quantity: str = field(name="q")
    price: str = field(name="p")
    execution: str = field(name="x")
    status: str = field(name="X")
    order_id: int = field(name="i")
    filled: str = field(name="z")
    time_ms: int = field(name="T")
    kind: str = field(name="ot", default="")
    """As which it was placed, whatever its trigger made of it."""
    time_in_force: str = field(name="f", default="")
    is_reduce_only: bool = field(name="R", default=False)
    average_price: str = field(name="ap", default="0")
    last_quantity: str = field(name="l", default="0")
    last_price: str = field(name="L", default="0")
    fee: str = field(name="n", default="0")
    fee_asset: str | None = field(name="N", default=None)
    trade_id: int = field(name="t", default=0)
    is_maker: bool = field(name="m", default=False)
    expiry_reason: str = field(name="er", default="0")


class OrderTradeUpdate(Struct, gc=False):
    """*USD-M*, Event: Order Update: ``{"e":"ORDER_TRADE_UPDATE","E":…,"T":…,"o":{…}}``."""

    order: FutureOrder = field(name="o")


class AlgoOrder(Struct, gc=False):
    """``o`` of an `AlgoUpdate`.

    ``{"caid":"alg-0001","aid":2146760,"s":"BTCUSDT","S":"SELL","q":"0.010","X":"TRIGGERED","ai":"22542190","p":"67000.00",
    "cp":false,"rm":""}``
    """

    client_id: str = field(name="caid")
    symbol: str = field(name="s")
    side: str = field(name="S")
    status: str = field(name="X")
    quantity: str = field(name="q", default="")
    price: str = field(name="p", default="")
    order_id: str = field(name="ai", default="")
    closes_position: bool = field(name="cp", default=False)
    reason: str = field(name="rm", default="")


class AlgoUpdate(Struct, gc=False):
    """*USD-M*, Event: Algo Order Update: ``{"e":"ALGO_UPDATE","T":…,"E":…,"o":{…}}``."""

    order: AlgoOrder = field(name="o")
    time_ms: int = field(name="T", default=0)


class WalletChange(Struct, gc=False):
    """One of ``B`` of an `AccountUpdate`: ``{"a":"USDT","wb":"9999.6","cw":"9999.6","bc":"0"}``."""

    asset: str = field(name="a")
    wallet: str = field(name="wb")


class PositionChange(Struct, gc=False):
    """One of ``P`` of an `AccountUpdate`: ``{"s":"BTCUSDT","pa":"0.010","ep":"65000.1","up":"0.11","ps":"BOTH",…}``."""

    symbol: str = field(name="s")
    quantity: str = field(name="pa")
    entry_price: str = field(name="ep")
    unrealized_pnl: str = field(name="up", default="0")
    side: str = field(name="ps", default="BOTH")


class Changes(Struct, gc=False):
    """``a`` of an `AccountUpdate`."""

    wallets: tuple[WalletChange, ...] = field(name="B", default=())
    positions: tuple[PositionChange, ...] = field(name="P", default=())


class AccountUpdate(Struct, gc=False):
    """*USD-M*, Event: Balance and Position Update: ``{"e":"ACCOUNT_UPDATE","E":…,"T":…,"a":{"m":"ORDER","B":[…],"P":[…]}}``."""

    changes: Changes = field(name="a")
    time_ms: int = field(name="T", default=0)
