"""What a venue says about its markets: immutable, exact, stamped in nanoseconds.

Every event names its instrument and three times, all in ns since 1970: ``venue_ts_ns`` (the venue's
own time of the event, ``None`` where it sends none), ``received_ts_ns`` (our clock when the frame
came off the socket) and ``delivered_ts_ns`` (our clock when the first consumer was handed the
event, 0 before that). ``docs/semantics.md`` says of each field what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Protocol

import msgspec

from tickwright.model.numbers import format_decimal


__all__ = [
    "AggTrade",
    "AveragePrice",
    "BookDelta",
    "BookSnapshot",
    "Candle",
    "FundingRate",
    "IndexPrice",
    "Level",
    "LevelRun",
    "Liquidation",
    "MarkPrice",
    "MarketEvent",
    "OpenInterest",
    "Quote",
    "Side",
    "Stamped",
    "Ticker",
    "Trade",
    "datetime_of",
]

Level = tuple[Decimal, Decimal]
"""A price and the quantity that stands there."""


class Side(Enum):
    """Of an order, or of the aggressor of a trade."""

    # There is one object of each: its identity does for tables, which enum's own hash, written in Python, slows down.
    __hash__ = object.__hash__

    BUY = "buy"
    SELL = "sell"
    UNKNOWN = "unknown"


class LevelRun(Protocol):
    """An immutable run of price levels; ``kernel.Levels`` is the one that the hot path makes."""

    @property
    def price_scale(self) -> int:
        """Digits after the point of a price."""

    @property
    def quantity_scale(self) -> int:
        """Digits after the point of a quantity."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Level: ...
    def __iter__(self) -> Iterator[Level]: ...


def datetime_of(ts_ns: int) -> datetime:
    """Return a UTC datetime of ns since 1970, cut to the microsecond."""
    seconds, ns = divmod(ts_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ns // 1000)


class Stamped(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Base of everything that the bus hands out, which stamps it once with the time of that.

    Two are equal if all else is: being delivered does not change what an event says, nor its place
    in a set.
    """

    delivered_ts_ns: int = 0

    # Written here, as msgspec compares either all fields or none. Nothing on the hot path compares events.
    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        content = _content_of(type(self))
        return bool(content(self) == content(other))

    def __hash__(self) -> int:
        return hash(_content_of(type(self))(self))


@cache
def _content_of(kind: type[Stamped]) -> Callable[[object], object]:
    return attrgetter(*(name for name in kind.__struct_fields__ if name != "delivered_ts_ns"))


class MarketEvent(Stamped, frozen=True):
    """What all events about one instrument share."""

    instrument: str
    venue_ts_ns: int | None
    received_ts_ns: int

    @property
    def venue_time(self) -> datetime | None:
        """``venue_ts_ns`` as a UTC datetime."""
        return None if self.venue_ts_ns is None else datetime_of(self.venue_ts_ns)

    @property
    def received_time(self) -> datetime:
        """``received_ts_ns`` as a UTC datetime."""
        return datetime_of(self.received_ts_ns)

    @property
    def lag_s(self) -> float | None:
        """Seconds from the venue's time to our receiving it, clock offset included; ``None`` if untold."""
        return None if self.venue_ts_ns is None else (self.received_ts_ns - self.venue_ts_ns) / 1e9

    @property
    def delivery_s(self) -> float | None:
        """Seconds from receiving to the first consumer; ``None`` before it was delivered."""
        return (self.delivered_ts_ns - self.received_ts_ns) / 1e9 if self.delivered_ts_ns else None

    def __repr__(self) -> str:
        parts = [self.instrument]
        for name in self.__struct_fields__[3:]:
            value = getattr(self, name)
            if name != "delivered_ts_ns" and value is not None:
                parts.append(f"{name}={_text(value)}")
        if self.venue_time is not None:
            parts.append(self.venue_time.isoformat(timespec="milliseconds"))
        return f"{type(self).__name__}({', '.join(parts)})"


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format_decimal(value)
    return value.name if isinstance(value, Enum) else repr(value)


class Trade(MarketEvent, frozen=True, gc=False):
    """One public match. ``side`` is the aggressor's; ``trade_id`` is the venue's."""

    price: Decimal
    quantity: Decimal
    side: Side
    trade_id: int | str


class AggTrade(MarketEvent, frozen=True, gc=False):
    """Matches of one taker order at one price, joined by the venue."""

    price: Decimal
    quantity: Decimal
    side: Side
    trade_id: int | str
    first_trade_id: int
    last_trade_id: int


class Quote(MarketEvent, frozen=True, gc=False):
    """The best bid and offer with their sizes. ``sequence`` is the book's update id, where there is one."""

    bid_price: Decimal
    bid_quantity: Decimal
    ask_price: Decimal
    ask_quantity: Decimal
    sequence: int | None = None


class BookDelta(MarketEvent, frozen=True, gc=False):
    """Changed levels: each sets the absolute quantity at a price, and 0 removes it.

    ``first``..``last`` is the range of the venue's update ids inside; ``previous`` is the last id
    of the delta before, where the venue links them so; ``checksum`` is the venue's, of the book after it.
    """

    bids: LevelRun
    asks: LevelRun
    first: int
    last: int
    previous: int | None = None
    checksum: int | None = None


class BookSnapshot(MarketEvent, frozen=True, gc=False):
    """A whole book, or its top; it replaces what was known. Bids fall, asks rise. ``checksum`` is the venue's."""

    bids: LevelRun
    asks: LevelRun
    sequence: int
    checksum: int | None = None


class Candle(MarketEvent, frozen=True, gc=False):
    """Open, high, low, close and volume of ``interval``; ``is_closed`` says that it will not change."""

    interval: str
    open_ts_ns: int
    close_ts_ns: int
    """When it ends, inclusive, in the venue's own precision: the candle from 12:00 to 12:01 says 12:00:59.999
    where the venue counts in milliseconds. For the next candle's start add the interval to
    ``open_ts_ns``."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal | None
    trades: int | None
    is_closed: bool


class Ticker(MarketEvent, frozen=True, gc=False):
    """Statistics of a rolling window, 24 h unless ``window`` says otherwise; ``None`` where not sent."""

    last: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    quote_volume: Decimal | None = None
    change: Decimal | None = None
    change_percent: Decimal | None = None
    average: Decimal | None = None
    bid_price: Decimal | None = None
    ask_price: Decimal | None = None
    trades: int | None = None
    open_ts_ns: int | None = None
    close_ts_ns: int | None = None
    window: str = "24h"


class AveragePrice(MarketEvent, frozen=True, gc=False):
    """The venue's average price over ``interval``."""

    price: Decimal
    interval: str


class MarkPrice(MarketEvent, frozen=True, gc=False):
    """The price at which the venue marks positions. ``settle_price`` matters in the last hour of a future."""

    price: Decimal
    settle_price: Decimal | None = None


class IndexPrice(MarketEvent, frozen=True, gc=False):
    """The price of the underlying index."""

    price: Decimal


class FundingRate(MarketEvent, frozen=True, gc=False):
    """The rate per funding interval: predicted on a stream, settled in the history."""

    rate: Decimal
    next_funding_ts_ns: int | None
    """When the predicted rate is paid; in the history, when the rate was paid."""


class OpenInterest(MarketEvent, frozen=True, gc=False):
    """Open contracts, in base asset (linear) or contracts (inverse)."""

    quantity: Decimal


class Liquidation(MarketEvent, frozen=True, gc=False):
    """A forced order of the venue. ``side`` is the side of that order, not of the position closed."""

    side: Side
    price: Decimal
    average_price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal
