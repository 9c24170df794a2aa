"""What each product offers, found out by asking its declarations: nothing here is written by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from tickwright.app.registry import products_of
from tickwright.core.booksync import BookChain
from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.topics import InstrumentTopic
from tickwright.venues.base import Calls, Product, TradeIds


__all__ = ["SYMBOLS", "book_table", "call_table", "topic_table"]

SYMBOLS = {
    "binance.spot": "BTCUSDT",
    "binance.usdm": "BTCUSDT",
    "binance.coinm": "BTCUSD_PERP",
    "bybit.spot": "BTCUSDT",
    "bybit.linear": "BTCUSDT",
    "bybit.inverse": "BTCUSD",
    "coinbase.advanced": "BTC-USD",
    "kraken.spot": "BTC/USD",
    "okx.v5": "BTC-USDT-SWAP",
}
"""Product → an instrument to ask with; a new product needs one."""

_YES, _NO = "yes", "–"
_INTERVALS = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip
_DEPTHS = (1, 5, 10, 20, 50, 100, 200, 400, 500, 1000, 10_000)
_LINKS = {
    BookChain.FIRST_ID: "ids without a hole",
    BookChain.PREVIOUS_ID: "the id before",
    BookChain.PREVIOUS_SEQUENCE: "the id before, which may fall",
    BookChain.ORDER: "order alone",
}


def topic_table() -> str:
    """Return topics × products."""
    kinds = [getattr(topics, name) for name in topics.__all__]
    rows = [
        [f"`{kind.__name__}`", *(_topic(product, kind) for product in products_of())]
        for kind in kinds
        if issubclass(kind, InstrumentTopic) and kind is not InstrumentTopic
    ]
    return _table("Topic", rows)


def call_table() -> str:
    """Return REST calls × products."""
    names = [name for name, _ in inspect.getmembers(Calls, inspect.isfunction) if name[0] != "_"]
    order = list(vars(Calls))
    rows = [
        [f"`{name}`", *(_call(product, name) for product in products_of())]
        for name in sorted(names, key=order.index)
    ]
    return _table("Call", rows)


def book_table() -> str:
    """Return how each product's books begin, link and are proven."""
    facts: dict[str, Callable[[Product], str]] = {
        "Begins with": lambda product: "REST" if product.book.snapshot else "its stream",
        "Updates are linked by": lambda product: _LINKS[product.book.chain],
        "What is lost shows by": _shown_by,
        "Compared with": _compared,
        "Trades are": lambda product: (
            "counted" if product.trade_ids is TradeIds.COUNTED else "named"
        ),
    }
    rows = [[name, *(tell(product) for product in products_of())] for name, tell in facts.items()]
    return _table("Book", rows)


def _shown_by(product: Product) -> str:
    if product.frame_number is not None:
        return "numbers of frames"
    return "its checksum" if product.book.proof is not None else "its ids"


def _compared(product: Product) -> str:
    if product.book.proof is not None:
        return "checksums"
    return "quotes" if product.book.has_quote_ids else "snapshots after silence"


def _topic(product: Product, kind: type[InstrumentTopic]) -> str:
    if kind not in product.topics:
        return _NO
    one = _instrument(product)
    listed = Instruments([one])
    if kind is topics.Candles:
        found = [each for each in _INTERVALS if _has(product, topics.Candles(one.id, each), listed)]
        return " ".join(found)
    if kind is topics.BookUpdates:
        depths = [
            each for each in _DEPTHS if _has(product, topics.BookUpdates(one.id, each), listed)
        ]
        return ", ".join(["usual", *map(str, depths)]) if depths else _YES
    wildcard = kind(f"{product.name}:*")
    return "yes, and all at once" if _has(product, wildcard, listed) else _YES


def _has(product: Product, topic: InstrumentTopic, listed: Instruments) -> bool:
    try:
        product.channel(topic, listed)
    except NotSupported:
        return False
    return True


def _call(product: Product, name: str) -> str:
    one = _instrument(product)
    arguments: dict[str, Sequence[Any]] = {
        "instruments": (),
        "server_time": (),
        "book": (one, 5),
        "candles": (one, "5m"),
        "tickers": (Instruments([one]),),
    }
    spans = {"start_ns": 0} if name == "candles" else {}
    try:
        getattr(product.calls, name)(*arguments.get(name, (one,)), **spans)
    except NotSupported:
        return _NO
    return _YES


def _instrument(product: Product) -> Instrument:
    return product.infer(SYMBOLS[product.name])


def _table(corner: str, rows: list[list[str]]) -> str:
    head = [corner, *(f"`{product.name}`" for product in products_of())]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
