"""What one can subscribe to. A topic is a value: two equal topics are one stream, fetched once.

``instrument`` may be ``"<product>:*"``, for example ``"binance.spot:*"``, where the venue has an
all-market stream of that kind.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from tickwright.model.account import BalanceChanged, PositionChanged
from tickwright.model.market import (
    AggTrade,
    AveragePrice,
    BookDelta,
    BookSnapshot,
    Candle,
    FundingRate,
    IndexPrice,
    Liquidation,
    MarkPrice,
    Quote,
    Ticker,
    Trade,
)
from tickwright.model.notices import BookStateChanged, Notice
from tickwright.model.orders import OrderEvent


__all__ = [
    "AggTrades",
    "AveragePrices",
    "BalanceUpdates",
    "BookStates",
    "BookTops",
    "BookUpdates",
    "Candles",
    "FundingRates",
    "IndexPrices",
    "Liquidations",
    "MarkPrices",
    "MiniTickers",
    "Notices",
    "OrderUpdates",
    "PositionUpdates",
    "Quotes",
    "Tickers",
    "Topic",
    "Trades",
]


class Topic(msgspec.Struct, frozen=True, gc=False):
    """Base of all topics. ``event`` is the type that its stream carries."""

    event: ClassVar[type]

    def __str__(self) -> str:
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        shown = [f"{name}=True" if value is True else str(value) for name, value in values if value]
        return f"{type(self).__name__}({', '.join(shown)})"


class InstrumentTopic(Topic, frozen=True):
    """Base of the topics about one instrument."""

    instrument: str

    @property
    def is_wildcard(self) -> bool:
        """True for all instruments of a product."""
        return self.instrument.endswith(":*")


class Trades(InstrumentTopic, frozen=True):
    """Public trades → ``Trade``, and ``Gap`` where ids are missing.

    With ``backfill`` missing trades are fetched from the venue's history and delivered in order.
    """

    event: ClassVar[type] = Trade

    backfill: bool = False


class AggTrades(InstrumentTopic, frozen=True):
    """Trades joined by taker order → ``AggTrade``, and ``Gap``; ``backfill`` as for `Trades`."""

    event: ClassVar[type] = AggTrade

    backfill: bool = False


class Quotes(InstrumentTopic, frozen=True):
    """Best bid and offer → ``Quote``."""

    event: ClassVar[type] = Quote


class BookUpdates(InstrumentTopic, frozen=True):
    """The verified local book → ``BookSnapshot`` when it (re)syncs, then each ``BookDelta`` applied.

    ``depth`` is the number of levels a side where a venue sends books of several; ``None`` takes the venue's usual.
    """

    event: ClassVar[type] = BookDelta

    depth: int | None = None


class BookStates(InstrumentTopic, frozen=True):
    """State changes of the local book → ``BookStateChanged``; ``depth`` as for `BookUpdates`."""

    event: ClassVar[type] = BookStateChanged

    depth: int | None = None


class BookTops(InstrumentTopic, frozen=True):
    """The venue's own top-of-book snapshots of ``depth`` levels → ``BookSnapshot``."""

    event: ClassVar[type] = BookSnapshot

    depth: int = 20


class Candles(InstrumentTopic, frozen=True):
    """Candles of the venue → ``Candle``: each close once, in order, holes filled from its history."""

    event: ClassVar[type] = Candle

    interval: str = "1m"
    closed_only: bool = False


class Tickers(InstrumentTopic, frozen=True):
    """Rolling window statistics → ``Ticker``; ``window`` is ``24h``, and ``1h`` or ``4h`` where offered."""

    event: ClassVar[type] = Ticker

    window: str = "24h"


class MiniTickers(InstrumentTopic, frozen=True):
    """Rolling 24 h statistics without the detail → ``Ticker``; cheaper than `Tickers`."""

    event: ClassVar[type] = Ticker


class AveragePrices(InstrumentTopic, frozen=True):
    """The venue's average price → ``AveragePrice``."""

    event: ClassVar[type] = AveragePrice


class MarkPrices(InstrumentTopic, frozen=True):
    """Mark price → ``MarkPrice``."""

    event: ClassVar[type] = MarkPrice


class IndexPrices(InstrumentTopic, frozen=True):
    """Index price → ``IndexPrice``."""

    event: ClassVar[type] = IndexPrice


class FundingRates(InstrumentTopic, frozen=True):
    """Predicted funding rate → ``FundingRate``."""

    event: ClassVar[type] = FundingRate


class Liquidations(InstrumentTopic, frozen=True):
    """Forced orders → ``Liquidation``."""

    event: ClassVar[type] = Liquidation


class PrivateTopic(Topic, frozen=True):
    """Base of the topics about one's own account, of which nothing is ever dropped; `Connector.orders` opens their streams."""


class OrderUpdates(PrivateTopic, frozen=True):
    """What becomes of orders, of one instrument or (empty) of all → any ``OrderEvent``; see `Connector.orders`."""

    event: ClassVar[type] = OrderEvent

    instrument: str = ""


class BalanceUpdates(PrivateTopic, frozen=True):
    """What changes of balances, of a product's wallet or (empty) of all → ``BalanceChanged``."""

    event: ClassVar[type] = BalanceChanged

    product: str = ""


class PositionUpdates(PrivateTopic, frozen=True):
    """What changes of positions, of one instrument or (empty) of all → ``PositionChanged``."""

    event: ClassVar[type] = PositionChanged

    instrument: str = ""


class Notices(Topic, frozen=True):
    """What Tickwright says about itself, of one venue or (empty) of all → any ``Notice``."""

    event: ClassVar[type] = Notice

    venue: str = ""
