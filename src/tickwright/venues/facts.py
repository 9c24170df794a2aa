"""What a simulated market tells a venue's dialect: facts without any venue's spelling.

Prices, quantities and turnovers are whole numbers at the scale that the `Listing` names, so that a market
of hundreds of instruments stays exact and cheap. Times are ms since 1970, which is what venues speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_PREC, Decimal, localcontext
from typing import Protocol

import msgspec

from tickwright.model.ids import InstrumentName


__all__ = [
    "AMOUNT_SCALE",
    "RATE_SCALE",
    "TURNOVER_SCALE",
    "AggTradeFact",
    "CandleFact",
    "DayFact",
    "ForcedFact",
    "InstrumentListener",
    "InstrumentPrices",
    "InstrumentView",
    "Listing",
    "MarkFact",
    "MarketView",
    "TradeFact",
    "raw_amount",
    "scaled",
    "unscaled",
]

AMOUNT_SCALE = 16
"""Digits of what accounts hold: enough for the product of any price and quantity, so that nothing is ever rounded away."""
TURNOVER_SCALE = 8
"""Digits after the point of every turnover."""
RATE_SCALE = 8
"""Digits after the point of funding rates, mark and index prices."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument as its venue lists it."""

    name: InstrumentName
    product: str
    symbol: str
    price_scale: int
    quantity_scale: int
    tick: int
    """Smallest price step, in units of ``price_scale``."""
    lot: int = 1
    """Smallest quantity step, in units of ``quantity_scale``."""
    contract_size: int | None = None
    """Quote value of one inverse contract."""
    is_inferred: bool = False
    """True where the rules are guesses from the symbol."""
    category: str = ""
    """Where instruments of different kinds, served side by side, may have the same symbol: which kind it is."""

    @property
    def key(self) -> str:
        """Its name in a market and at the engine: the symbol, and the category where that tells it from others."""
        return f"{self.category}/{self.symbol}" if self.category else self.symbol

    @property
    def pair(self) -> str:
        """Base and quote asset, written together."""
        return self.name.base + self.name.quote

    def turnover(self, price: int, quantity: int) -> int:
        """Return quantity × price in quote asset, or, of an inverse contract, its worth in base asset."""
        if self.contract_size is not None:
            worth: int = quantity * self.contract_size * 10 ** (TURNOVER_SCALE + self.price_scale)
            return worth // price
        shift: int = 10 ** (TURNOVER_SCALE - self.price_scale - self.quantity_scale)
        return price * quantity * shift

    def price(self, raw: int) -> Decimal:
        """Return a price as an exact Decimal."""
        return Decimal(raw).scaleb(-self.price_scale)

    def quantity(self, raw: int) -> Decimal:
        """Return a quantity as an exact Decimal."""
        return Decimal(raw).scaleb(-self.quantity_scale)


class TradeFact(msgspec.Struct, frozen=True, gc=False):
    """One match."""

    id: int
    price: int
    quantity: int
    ts_ms: int
    is_buyer_maker: bool


class AggTradeFact(msgspec.Struct, frozen=True, gc=False):
    """The matches of one taker order at one price."""

    id: int
    price: int
    quantity: int
    first_id: int
    last_id: int
    ts_ms: int
    is_buyer_maker: bool


class ForcedFact(msgspec.Struct, frozen=True, gc=False):
    """An order of the venue's that closed a position for want of margin."""

    price: int
    """The order's."""
    average: int
    """Of its trades."""
    quantity: int
    is_buy: bool
    ts_ms: int


class CandleFact(msgspec.Struct, gc=False):
    """A candle, still growing or closed; without trades ``first_id`` is -1."""

    open_ms: int
    close_ms: int
    """The last ms inside."""
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    turnover: int = 0
    trades: int = 0
    taker_volume: int = 0
    """What takers bought."""
    taker_turnover: int = 0
    first_id: int = -1
    last_id: int = -1


class DayFact(msgspec.Struct, frozen=True, gc=False):
    """Statistics of the last 24 h, or of a shorter window."""

    open_ms: int
    close_ms: int
    open: int
    high: int
    low: int
    last: int
    last_quantity: int
    volume: int
    turnover: int
    first_id: int
    last_id: int
    trades: int


class MarkFact(msgspec.Struct, frozen=True, gc=False):
    """Mark and index price and funding; all at `RATE_SCALE`."""

    mark: int
    index: int
    rate: int
    next_funding_ms: int


class InstrumentListener(Protocol):
    """Who is told of an instrument's events as they happen."""

    def on_trades(
        self, instrument: InstrumentView, trades: Sequence[TradeFact], joined: AggTradeFact
    ) -> None:
        """Take the matches of one taker order at one price, and the same joined."""

    def on_book(
        self,
        instrument: InstrumentView,
        first_id: int,
        bid_prices: Sequence[int],
        ask_prices: Sequence[int],
    ) -> None:
        """Take a book change: its ids run from ``first_id`` to ``instrument.update_id``."""

    def on_forced(self, instrument: InstrumentView, forced: ForcedFact) -> None:
        """Take that a position was liquidated."""


class InstrumentPrices(Protocol):
    """One instrument as accounts need it, whose market may be simulated or recorded."""

    listing: Listing
    last_price: int
    last_trade_id: int
    update_id: int
    """Of the book's last change."""

    def mark(self, now_ms: int) -> MarkFact:
        """Return mark price, index price and predicted funding."""


class InstrumentView(InstrumentPrices, Protocol):
    """One instrument of a simulated market, as a dialect reads it."""

    listener: InstrumentListener | None
    book_ms: int
    """When the book last changed."""

    def bids(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def asks(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def quantity_at(self, price: int, *, is_bid: bool) -> int:
        """Return what stands at a price, 0 if nothing does."""

    def best(self) -> tuple[int, int, int, int]:
        """Return best bid and its quantity, best ask and its quantity."""

    def trades(self, from_id: int | None, limit: int) -> list[TradeFact]:
        """Return trades from an id on, or the last ones, in order."""

    def agg_trades(
        self, from_id: int | None, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[AggTradeFact]:
        """Return joined trades from an id or a time on, or the last ones, in order."""

    def candles(
        self, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[CandleFact]:
        """Return candles by open time: the first ones from ``start_ms`` on, else the last ones."""

    def day(self, now_ms: int, window_ms: int) -> DayFact:
        """Return the statistics of a rolling window."""

    def fundings(
        self, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[MarkFact]:
        """Return past fundings in order; ``next_funding_ms`` is when each was paid."""

    def open_interest(self) -> int:
        """Return the open contracts, at the quantity's scale."""


class MarketView(Protocol):
    """All instruments of one product of a simulated market."""

    @property
    def now_ms(self) -> int:
        """The market's time."""

    @property
    def instruments(self) -> Sequence[InstrumentView]:
        """All of them, in listing order."""

    @property
    def relatives(self) -> Sequence[MarketView]:
        """Markets whose instruments stand in this one's all-market streams, too."""

    def find(self, symbol: str) -> InstrumentView | None:
        """Return the instrument of that symbol (upper case; see `Listing.key`), if it is listed."""


def scaled(value: Decimal, scale: int) -> int | None:
    """Return ``value`` in units of ``scale`` digits, ``None`` if it has more of them.

    Example:
        >>> scaled(Decimal("0.50"), 1), scaled(Decimal("0.55"), 1)
        (5, None)
    """
    with localcontext(prec=MAX_PREC):
        raw = value.scaleb(scale)
    whole = int(raw)
    return whole if raw == whole else None


def unscaled(raw: int, scale: int) -> Decimal:
    """Return what a whole number of ``scale`` digits stands for.

    Example:
        >>> unscaled(6500010, 2)
        Decimal('65000.10')
    """
    with localcontext(prec=MAX_PREC):
        return Decimal(raw).scaleb(-scale)


def raw_amount(text: str) -> int:
    """Return an amount of an asset at `AMOUNT_SCALE`.

    Raises:
        ValueError: If it has more digits.

    Example:
        >>> raw_amount("1.5")
        15000000000000000
    """
    raw = scaled(Decimal(text), AMOUNT_SCALE)
    if raw is None:
        raise ValueError(f"{text} has more than {AMOUNT_SCALE} digits after the point")
    return raw
